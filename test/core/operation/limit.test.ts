import { describe, expect, it } from 'vitest';
import type { ErasedEvent } from '../../../src/core/event.ts';
import {
  evolveLimit,
  fullOf,
  type LimitEvent,
  type LimitState,
  limitsOf,
  limitWrites,
} from '../../../src/core/operation/limit.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
} from '../../../src/core/operation/operation.ts';
import { strictest } from '../../../src/core/operation/strictest.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  approved,
  asked,
  given,
  hashOf,
  minute,
  op,
  plan,
  rule,
  running,
  storiesByStatus,
  T0,
} from './sample.ts';

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

describe('a count of what began', () => {
  it('is not changed by a word that it does not know', () => {
    const state = stateOf(['RunCounted', 'op-1', T0]);
    const erased = { type: 'Erased', v: 1, was: 'RunOver' } as ErasedEvent;
    expect(evolveLimit(state, erased, { at: T0 + 1 })).toBe(state);
  });

  it('says when each began, and that the one that is over is', () => {
    const state = stateOf(
      ['RunCounted', 'op-1', T0],
      ['RunCounted', 'op-2', T0 + 1],
      ['RunOver', 'op-1', T0 + 2],
    );
    expect(state).toEqual([
      { operation: 'op-1', at: T0, over: true },
      { operation: 'op-2', at: T0 + 1, over: false },
    ]);
  });

  it('keeps what is over as long as an hour counts it, and no longer', () => {
    const over = stateOf(['RunCounted', 'op-1', T0], ['RunOver', 'op-1', T0]);
    const counted = { type: 'RunCounted', v: 1, operation: 'op-2' } as const;
    expect(evolveLimit(over, counted, { at: T0 + hour - 1 })).toHaveLength(2);
    expect(evolveLimit(over, counted, { at: T0 + hour })).toHaveLength(1);
  });
});

describe('rules that limit what begins', () => {
  const running = stateOf(['RunCounted', 'op-1', T0]);

  it('are all looked at: one that has room does not hide one that is full', () => {
    const limits = [
      { ...limit, perHour: 2 },
      { rule: 'r2', where: 'tocsin.yaml:50', concurrent: 1 },
    ];
    expect(fullOf(limits, { at: T0, runs: () => running })?.problem).toEqual({
      code: 'QUOTA_CONCURRENT',
      facts: { rule: 'tocsin.yaml:50', max: 1, operations: 'op-1' },
    });
  });

  it('that say nothing of a number let everything begin', () => {
    expect(full(running, T0, {})).toBeUndefined();
    expect(fullOf([], { at: T0, runs: () => running })).toBeUndefined();
  });

  it('let nothing more run than they say, and exactly so many', () => {
    expect(full(running, T0, { concurrent: 1 })).toBeDefined();
    expect(full(running, T0, { concurrent: 2 })).toBeUndefined();
    const over = stateOf(['RunCounted', 'op-1', T0], ['RunOver', 'op-1', T0]);
    expect(full(over, T0, { concurrent: 1 })).toBeUndefined();
  });
});

describe('what an operation writes to the counts of its rules', () => {
  const stateOfOperation = (events: readonly OperationEvent[]) =>
    events.reduce((state, event) => evolve(state, event, { at: T0 }), initialOperation(op));
  const limits = [
    { ...limit, perHour: 1 },
    { rule: 'r2', where: 'tocsin.yaml:50', concurrent: 1 },
  ];
  const waits = stateOfOperation(approved());
  const runs = stateOfOperation(running());
  const done = stateOfOperation(storiesByStatus.done);
  const held = new Map([
    ['r1', { state: stateOf(['RunCounted', 'op-9', T0], ['RunCounted', op, T0]) }],
    ['r2', { state: stateOf(['RunCounted', 'op-9', T0]) }],
    ['r3', { state: stateOf(['RunCounted', op, T0], ['RunOver', op, T0]) }],
  ]);

  it('is one more as it begins, with each of them', () => {
    const events = [{ type: 'RunCounted', v: 1, operation: op }];
    expect(limitWrites({ before: waits, after: runs }, limits, new Map())).toEqual([
      { rule: 'r1', events },
      { rule: 'r2', events },
    ]);
  });

  it('is nothing before it begins: that they were read is all', () => {
    expect(limitWrites({ before: waits, after: waits }, limits, held)).toEqual([
      { rule: 'r1', events: [] },
      { rule: 'r2', events: [] },
    ]);
  });

  it('is its end, once, where it was counted and is not over', () => {
    expect(limitWrites({ before: runs, after: done }, limits, held)).toEqual([
      { rule: 'r1', events: [{ type: 'RunOver', v: 1, operation: op }] },
    ]);
    expect(limitWrites({ before: done, after: done }, limits, held)).toEqual([]);
  });

  it('is nothing while it goes on, or while its outcome is unknown: a write may still land', () => {
    const verifying = stateOfOperation(storiesByStatus.verifying);
    expect(limitWrites({ before: runs, after: verifying }, limits, held)).toEqual([]);
    const unknown = stateOfOperation(storiesByStatus.unknown);
    expect(limitWrites({ before: runs, after: unknown }, limits, held)).toEqual([]);
  });
});

describe('the limits of an operation', () => {
  it('are those of its own rule where the verdict of now is a refusal', () => {
    const planned = { rule: rule({ limits: [limit] }) };
    const refused = { allowed: false, problem: problem('POLICY_DENIED') } as const;
    expect(limitsOf(planned, refused)).toEqual([limit]);
    expect(limitsOf(planned, { allowed: true, rule: rule() })).toEqual([limit]);
  });

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
