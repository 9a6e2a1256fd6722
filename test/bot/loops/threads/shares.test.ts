import { describe, expect, it } from 'vitest';
import { urgency } from '../../../../src/bot/loops/threads/next-post.ts';
import { type CallLook, createShares } from '../../../../src/bot/loops/threads/shares.ts';
import { createAccount } from '../../../../src/bot/surfaces/slack/budget.ts';
import type { Call } from '../../../../src/core/ports/surface.ts';
import { stillClock } from '../../../fakes/still-clock.ts';

describe('the share of a call', () => {
  it('is all of it for a new thread, and for what somebody acts on', () => {
    const shares = createShares(stillClock());
    expect(shares.of(look('root', 'state'))).toBe('whole');
    expect(shares.of(look('reply', 'asked'))).toBe('whole');
    expect(shares.of(look('edit', 'answer'))).toBe('whole');
    expect(shares.of(look('reply', 'state'))).toBe('most');
    expect(shares.of(look('reply', 'enrichment'))).toBe('some');
  });

  it('is little for edits of a place in which somebody acts, for five seconds', async () => {
    const clock = stillClock();
    const shares = createShares(clock);
    shares.answered('C1');
    expect(shares.of(look('edit', 'state'))).toBe('little');
    expect(shares.of(look('edit', 'state', 'C2'))).toBe('most');
    await clock.passes(5_000);
    expect(shares.of(look('edit', 'state'))).toBe('most');
  });

  it('lets a new thread stand at once in a channel in which the one before is still being told', async () => {
    const clock = stillClock();
    const shares = createShares(clock);
    const account = createAccount(clock, () => 0.5);
    const wait = (each: CallLook) => account.wait(each.call, each.place, shares.of(each));
    for (let thread = 0; thread < 5; thread += 1) {
      const root = look('root', 'state');
      expect(wait(root)).toBe(0);
      account.spend('root', root.place);
      for (const below of [look('reply', 'state'), look('reply', 'enrichment')]) {
        await clock.passes(wait(below));
        account.spend('reply', below.place);
      }
      await clock.passes(100);
    }
  });
});

function look(call: Call, how: keyof typeof urgency, place = 'C1'): CallLook {
  return { kind: 'call', call, place, urgency: urgency[how] } as CallLook;
}
