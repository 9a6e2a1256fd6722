import { afterEach, describe, expect, it } from 'vitest';
import type { OnCall, OnCalls } from '../../src/core/ports/pager.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { T0 } from '../core/given.ts';
import { type World, world } from '../integrations/pagerduty/given.ts';
import { openCounter } from './desk.ts';

const HOUR = 3_600_000;

function call(more: Partial<OnCall>): OnCall {
  return {
    policy: 'PPOL1',
    policyName: 'Payments',
    level: 1,
    schedule: 'PSCH1',
    scheduleName: 'Days',
    person: 'ana',
    from: T0 - HOUR,
    until: T0 + HOUR,
    ...more,
  };
}

const calls = [
  call({ level: 2, person: 'Zoe (PZOE)', schedule: '', from: undefined, until: undefined }),
  call({}),
  call({ person: 'ben', from: T0 + HOUR, until: T0 + 3 * HOUR }),
  call({ person: 'ana', from: T0 + 3 * HOUR, until: T0 + 5 * HOUR }),
  call({ policy: 'PPOL2', policyName: 'Search', person: 'ben', from: T0 + HOUR, until: undefined }),
];

function pager(): OnCalls & { asked: number; isAway: boolean } {
  return {
    name: 'pagerduty/main',
    asked: 0,
    isAway: false,
    async onCalls() {
      this.asked += 1;
      if (this.isAway) throw new ProblemError(problem('PAGERDUTY_TIMEOUT', {}));
      return calls;
    },
  };
}

describe('who is on call', () => {
  it('is not known where the question ended in a fault of ours, and that is said', async () => {
    const onCalls = async () => Promise.reject(new TypeError('not a function'));
    const { says } = await openCounter(undefined, { onCalls: [{ ...pager(), onCalls }] });
    expect(await says('ana', 'who')).toContain('PAGER_NOT_COMPARED');
  });

  it('is said by policy and level, now and next', async () => {
    const { says } = await openCounter(undefined, { onCalls: [pager()] });
    const said = await says('ana', 'who');
    expect(said).toContain('Payments · pagerduty/main');
    expect(said).toMatch(/first: Ana\S* until .* · next Ben\S* from /i);
    expect(said).toContain('then: Zoe (PZOE)');
    expect(said).toMatch(/Search · pagerduty\/main[\s\S]*first: nobody · next Ben/i);
  });

  it('is asked once for whoever asks within a minute', async () => {
    const there = pager();
    const { says, clock } = await openCounter(undefined, { onCalls: [there] });
    await Promise.all([says('ana', 'who'), says('ben', 'who')]);
    await says('ana', 'who');
    expect(there.asked).toBe(1);
    clock.now += 61_000;
    await says('ana', 'who');
    expect(there.asked).toBe(2);
  });

  it('is told as it was while the pager is away, with its age', async () => {
    const there = pager();
    const { says, clock } = await openCounter(undefined, { onCalls: [there] });
    there.isAway = true;
    expect(await says('ana', 'who')).toMatch(
      /It has not said yet; it cannot be asked now .?PAGERDUTY_TIMEOUT/,
    );
    there.isAway = false;
    await says('ana', 'who');
    there.isAway = true;
    clock.now += 10 * 60_000;
    const said = await says('ana', 'who');
    expect(said).toContain('Payments · pagerduty/main');
    expect(said).toMatch(/As it said 10 min ago; it cannot be asked now .?PAGERDUTY_TIMEOUT/);
  });

  it('of a service is what its group on call is filled by', async () => {
    const { says } = await openCounter(undefined, { onCalls: [pager()] });
    expect(await says('ana', 'who checkout')).not.toContain('Payments · pagerduty/main');
  });
});

let outside: World | undefined;
afterEach(async () => {
  await outside?.close();
  outside = undefined;
});

it('is asked of the pager for this shift and the next', async () => {
  outside = await world();
  const { clock, there, integration } = outside;
  const at = (hours: number) => new Date(clock.now() + hours * HOUR).toISOString();
  there.account.onCalls.push(
    { user: 'PANA', policy: 'PPOL1', level: 1, schedule: 'PSCH1', start: at(-1), end: at(8) },
    { user: 'PBEN', policy: 'PPOL1', level: 1, schedule: 'PSCH1', start: at(8), end: at(16) },
    {
      user: 'PBEN',
      policy: 'PPOL1',
      level: 1,
      schedule: 'PSCH1',
      start: at(24 * 30),
      end: at(24 * 31),
    },
    { user: 'PBEN', policy: 'PPOL1', level: 1, schedule: 'PSCH1', start: at(-9), end: at(-1) },
  );
  const told = await integration.onCalls?.onCalls();
  expect(told?.map(({ person }) => person)).toEqual(['ana', 'ben']);
  expect(there.violations).toEqual([]);
});
