import { describe, expect, it } from 'vitest';
import { createAccount } from '../../../src/bot/surfaces/discord/budget.ts';
import type { Share } from '../../../src/core/ports/surface.ts';

const route = 'PATCH /channels/9001/messages/:id';

describe('the account of a route that takes five calls in five seconds', () => {
  it('keeps two for whoever acts, and three for everything that somebody asked for', () => {
    const { left, waits } = account(5);
    left(3);
    expect([waits('whole'), waits('most'), waits('some')]).toEqual([0, 0, 5_000]);
    left(2);
    expect([waits('whole'), waits('most'), waits('some')]).toEqual([0, 5_000, 5_000]);
    left(0);
    expect([waits('whole'), waits('most'), waits('some')]).toEqual([5_000, 5_000, 5_000]);
  });

  it('is open to all again once its window is over', () => {
    const { left, waits, passes } = account(5);
    left(1);
    passes(5_000);
    expect([waits('whole'), waits('most'), waits('some')]).toEqual([0, 0, 0]);
  });

  it('counts what is under way', () => {
    const { left, waits, began } = account(5);
    left(3);
    began();
    expect([waits('whole'), waits('most')]).toEqual([0, 5_000]);
  });

  it('keeps nothing back of a single call: what nobody asked for has its turn too', () => {
    const { left, waits } = account(1);
    left(1);
    expect([waits('whole'), waits('most'), waits('some')]).toEqual([0, 0, 0]);
  });
});

function account(limit: number) {
  let now = 1_000_000;
  const of = createAccount(() => now);
  return {
    left: (remaining: number) =>
      of.learn(route, {
        status: 200,
        headers: {
          'x-ratelimit-bucket': 'b',
          'x-ratelimit-limit': String(limit),
          'x-ratelimit-remaining': String(remaining),
          'x-ratelimit-reset-after': '5.000',
        },
      }),
    waits: (share: Share) => of.wait(route, share),
    began: () => of.began(route),
    passes: (ms: number) => {
      now += ms;
    },
  };
}
