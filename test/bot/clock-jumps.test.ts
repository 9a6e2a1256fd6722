import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/bot/clock.ts';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { stillClock } from '../fakes/still-clock.ts';

const rules = [
  rule({ match: { risk: ['change'] }, places: [{ count: 2, from: 'sre' }] }),
  rule({ match: { risk: ['incident', 'read'] }, places: [] }),
];

/** A host whose clock on the wall can be set, while the other one goes on. */
function host() {
  const still = stillClock();
  let offMs = 0;
  const clock: Clock = {
    now: () => still.now() + offMs,
    steady: () => still.now(),
    after: still.after,
  };
  return { still, clock, sets: (ms: number) => (offMs += ms) };
}

async function approvedOnce(small: SmallBot): Promise<string> {
  await small.says('ana', 'restart checkout env=production');
  const operation = [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  return operation;
}

async function started() {
  const { still, clock, sets } = host();
  const small = await startSmallBot({ rules, clock });
  small.bot.start([]);
  return { small, still, sets };
}

describe('the clock of the host', () => {
  it.each([6 * 60_000, -6 * 60_000])(
    'that jumps by %i ms is on the record, and approvals are asked for again',
    async (ms) => {
      const { small, still, sets } = await started();
      const operation = await approvedOnce(small);
      await still.passes(3000);
      sets(ms);
      await still.passes(3000);
      const jumps = small.journal.all.filter(({ stream }) => stream === 'clock/host');
      expect(jumps.map(({ event }) => event)).toEqual([{ type: 'ClockJumped', v: 1, jumpMs: ms }]);
      const state = await small.bot.engine.operation(operation);
      expect(state).toMatchObject({
        status: 'waiting',
        approvals: [],
        voided: { people: ['ben'] },
      });
      await still.passes(3000);
      expect(small.types('clock/host')).toHaveLength(1);
    },
  );

  it('that is set back makes no plan young again: it is neither approved nor begun', async () => {
    const { small, still, sets } = await started();
    await small.says('ana', 'restart checkout env=production');
    const [operation = ''] = [...small.bot.engine.readings.operations.keys()];
    const { hash = '', plan } = (await small.bot.engine.operation(operation)) ?? {};
    await still.passes((plan?.expiresAt ?? 0) - still.now() - 2000);
    sets(5000);
    // On the record by the clock that was ahead; then it is corrected, between two looks at it.
    await small.says('ben', 'mute ana for=1h');
    sets(-5000);
    expect(small.clock.now()).toBeLessThan(plan?.expiresAt ?? 0);
    const said = await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    expect(JSON.stringify(said)).toContain('PLAN_EXPIRED');
    expect((await small.bot.engine.operation(operation))?.approvals).toEqual([]);
  });

  it('that was set back lets what is asked afterwards live as long as its rule says', async () => {
    const { small, sets } = await started();
    sets(60 * 60_000);
    await small.says('ben', 'mute ana for=1h');
    const newest = small.journal.all.at(-1)?.at ?? 0;
    expect(newest).toBeGreaterThan(small.clock.now());
    sets(-60 * 60_000);
    const operation = await approvedOnce(small);
    const state = await small.bot.engine.operation(operation);
    expect(state?.plan?.expiresAt).toBeGreaterThan(newest);
    expect(state?.approvals).toHaveLength(1);
  });

  it('that is corrected little by little has not jumped', async () => {
    const { small, still, sets } = await started();
    const operation = await approvedOnce(small);
    for (let turn = 0; turn < 20; turn += 1) {
      sets(900);
      await still.passes(1000);
    }
    expect(small.types('clock/host')).toEqual([]);
    expect((await small.bot.engine.operation(operation))?.approvals).toHaveLength(1);
  });
});
