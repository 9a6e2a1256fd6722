import { describe, expect, it } from 'vitest';
import {
  evolveLimit,
  fullOf,
  type LimitEvent,
  type LimitState,
  limitsOf,
} from '../../../src/core/operation/limit.ts';
import { strictest } from '../../../src/core/operation/strictest.ts';
import { asked, given, hashOf, minute, plan, rule, T0 } from './sample.ts';

const hour = 60 * minute;
const limit = { rule: 'r1', where: 'tocsin.yaml:41' };

function stateOf(...events: readonly (readonly [LimitEvent['type'], string, number])[]) {
  return events.reduce<LimitState>(
    (state, [type, operation, at]) => evolveLimit(state, { type, v: 1, operation }, { at }),
    [],
  );
}

function full(state: LimitState, at: number, more: { perHour?: number; concurrent?: number }) {
  return fullOf([{ ...limit, ...more }], { at, runs: (name) => (name === 'r1' ? state : []) });
}

describe('a rule that lets so many begin in an hour', () => {
  const two = stateOf(
    ['RunCounted', 'op-1', T0],
    ['RunOver', 'op-1', T0],
    ['RunCounted', 'op-2', T0 + minute],
  );

  it('is full from the last of them until the first is an hour old', () => {
    expect(full(two, T0 + minute, { perHour: 3 })).toBeUndefined();
    expect(full(two, T0 + hour - 1, { perHour: 2 })).toEqual({
      problem: {
        code: 'QUOTA_PER_HOUR',
        facts: { rule: 'tocsin.yaml:41', max: 2, free: new Date(T0 + hour).toISOString() },
      },
      freeAt: T0 + hour,
    });
    expect(full(two, T0 + hour, { perHour: 2 })).toBeUndefined();
    expect(full(two, T0 + hour, { perHour: 1 })?.freeAt).toBe(T0 + hour + minute);
  });

  it('counts what began, whatever became of it', () => {
    expect(full(two, T0 + minute, { perHour: 1 })?.freeAt).toBe(T0 + minute + hour);
  });

  it('keeps no more than an hour of what is over, and all that is under way', () => {
    const later = evolveLimit(
      two,
      { type: 'RunCounted', v: 1, operation: 'op-3' },
      { at: T0 + 2 * hour },
    );
    expect(later.map(({ operation }) => operation)).toEqual(['op-2', 'op-3']);
  });
});

describe('a rule that lets so many run at a time', () => {
  it('is full while they run, and names them', () => {
    const running = stateOf(['RunCounted', 'op-1', T0], ['RunCounted', 'op-2', T0]);
    expect(full(running, T0 + 2 * hour, { concurrent: 2 })).toEqual({
      problem: {
        code: 'QUOTA_CONCURRENT',
        facts: { rule: 'tocsin.yaml:41', max: 2, operations: 'op-1, op-2' },
      },
    });
    const one = evolveLimit(running, { type: 'RunOver', v: 1, operation: 'op-1' }, { at: T0 });
    expect(full(one, T0, { concurrent: 2 })).toBeUndefined();
  });
});

describe('the limits of an operation', () => {
  it('are those of the rule it was planned under and of the one that decides now, each once', () => {
    const other = { rule: 'r2', where: 'tocsin.yaml:50', concurrent: 1 };
    const planned = { rule: rule({ limits: [{ ...limit, perHour: 1 }] }) };
    const now = {
      allowed: true,
      rule: rule({ limits: [other, { ...limit, perHour: 1 }] }),
    } as const;
    expect(limitsOf(planned, now).map((each) => each.rule)).toEqual(['r1', 'r2']);
    expect(limitsOf({}, undefined)).toEqual([]);
  });

  it('are those of both rules where both have to be satisfied', () => {
    const one = {
      allowed: true,
      rule: rule({ where: 'a', limits: [{ ...limit, perHour: 1 }] }),
    } as const;
    const other = { allowed: true, rule: rule({ where: 'b' }) } as const;
    for (const verdict of [strictest(one, other), strictest(other, one)]) {
      expect(verdict.allowed && verdict.rule.limits).toEqual([{ ...limit, perHour: 1 }]);
    }
  });
});

describe('a plan whose rule is full', () => {
  it('is refused with what is in the way', () => {
    const { events } = given(asked).when({
      type: 'Plan',
      plan: plan(),
      hash: hashOf(),
      rule: rule(),
      full: {
        problem: { code: 'QUOTA_PER_HOUR', facts: { rule: 'tocsin.yaml:41', max: 2, free: 'x' } },
      },
    });
    expect(events).toMatchObject([
      {
        type: 'OperationRefused',
        problem: { code: 'QUOTA_PER_HOUR', facts: { line: 'scale checkout 6', max: 2, free: 'x' } },
      },
    ]);
  });
});
