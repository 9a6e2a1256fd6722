import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccount } from '../../../src/bot/surfaces/slack/budget.ts';
import type { Share } from '../../../src/core/ports/surface.ts';
import { publishedRates } from '../../fakes/slack/index.ts';
import { ratesOf } from '../../fakes/slack/rates.ts';
import { stillClock } from '../../fakes/still-clock.ts';

describe('the account', () => {
  it('never makes a call that Slack would refuse, however it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            call: fc.constantFrom('root' as const, 'reply', 'edit'),
            place: fc.constantFrom('C1', 'C2', 'C3'),
            later: fc.nat(1_500),
          }),
          { minLength: 150, maxLength: 400 },
        ),
        async (wishes) => {
          const clock = stillClock();
          const account = createAccount(clock, () => 0.5);
          const slack = ratesOf(clock, publishedRates);
          for (const { call, place, later } of wishes) {
            await clock.passes(later);
            if (account.wait(call, place) > 0) continue;
            account.spend(call, place);
            const method = call === 'edit' ? 'chat.update' : 'chat.postMessage';
            const tier = call === 'edit' ? 3 : 'posting';
            expect(slack.take({ method, tier, owner: 'T1', channel: place })).toBeUndefined();
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('says when the next call fits, and then it does', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    for (let made = 0; made < 48; made += 1) account.spend('edit', 'C1');
    const wait = account.wait('edit', 'C2');
    expect(wait).toBeGreaterThan(60_000);
    expect(account.wait('root', 'C1')).toBe(0);
    await clock.passes(wait);
    expect(account.wait('edit', 'C2')).toBe(0);
  });

  it('keeps a part of the edits for whoever acts: what happens by itself ends before, what nobody asked for sooner', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    const fits = (share: Share) => account.wait('edit', 'C1', share) === 0;
    const spend = (count: number) => {
      for (let made = 0; made < count; made += 1) account.spend('edit', 'C1');
    };
    spend(19);
    expect([fits('whole'), fits('most'), fits('some')]).toEqual([true, true, false]);
    spend(17);
    expect([fits('whole'), fits('most'), fits('some')]).toEqual([true, false, false]);
    spend(12);
    expect([fits('whole'), fits('most'), fits('some')]).toEqual([false, false, false]);
    await clock.passes(account.wait('edit', 'C1', 'some'));
    expect(fits('some')).toBe(true);
  });

  it('keeps a message of the burst for the next thread', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    expect(account.wait('reply', 'C1', 'some')).toBe(0);
    account.spend('reply', 'C1');
    expect(account.wait('reply', 'C1', 'some')).toBe(1_050);
    expect(account.wait('root', 'C1')).toBe(0);
    await clock.passes(1_050);
    expect(account.wait('reply', 'C1', 'some')).toBe(0);
  });

  it('holds one channel back, and the workspace when a second one is over its rate', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    account.limited('root', 'C1', 10_000);
    expect(account.wait('reply', 'C1')).toBeGreaterThanOrEqual(10_000);
    expect(account.wait('reply', 'C2')).toBe(0);
    account.limited('reply', 'C2', 5_000);
    expect(account.wait('root', 'C3')).toBe(5_000);
    expect(account.wait('edit', 'C3')).toBe(0);
    account.limited('edit', 'C1', 3_000);
    expect(account.wait('edit', 'C3')).toBe(3_000);
    await clock.passes(5_000);
    expect(account.wait('root', 'C3')).toBe(0);
  });

  it('goes slower after a 429 than it thought it might, and forgets it over some minutes', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    const pace = async () => {
      account.spend('root', 'C1');
      account.spend('root', 'C1');
      const wait = account.wait('root', 'C1');
      await clock.passes(10_000);
      return wait;
    };
    expect(await pace()).toBe(1_050);
    account.limited('root', 'C1', 1_000);
    await clock.passes(10_000);
    expect(await pace()).toBeGreaterThan(1_500);
    await clock.passes(60 * 60_000);
    expect(await pace()).toBeLessThan(1_100);
    // Edits have a memory of their own.
    for (let made = 0; made < 47; made += 1) account.spend('edit', 'C1');
    expect(account.wait('edit', 'C1')).toBe(0);
    account.limited('edit', 'C1', 1_000);
    await clock.passes(1_000);
    expect(account.wait('edit', 'C1')).toBeGreaterThan(50_000);
  });

  it('leaves Slack alone for longer each time, and comes back at the first answer', async () => {
    const clock = stillClock();
    const account = createAccount(clock, () => 0.5);
    account.failed();
    account.failed();
    expect(account.pause()).toBe(0);
    const pauses = Array.from({ length: 8 }, () => {
      account.failed();
      return account.pause();
    });
    expect(pauses.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
    expect(pauses.at(-1)).toBe(30_000);
    account.answered();
    expect(account.pause()).toBe(0);
    await clock.passes(1);
    expect(account.wait('root', 'C1')).toBe(0);
  });
});
