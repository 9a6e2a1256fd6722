import { describe, expect, it } from 'vitest';
import { evolve, initialOperation } from '../../../src/core/operation/operation.ts';
import { evolveQuota, type PlanCounted, waitingOf } from '../../../src/core/operation/quota.ts';
import { approved, minute, running, storiesByStatus, T0, waiting } from './sample.ts';

const counted = (operation: string, expiresAt: number): PlanCounted => ({
  type: 'PlanCounted',
  v: 1,
  operation,
  expiresAt,
});

describe('plans of a requester', () => {
  it('are kept until they wait no more by themselves', () => {
    const first = evolveQuota([], counted('op-1', T0 + minute), { at: T0 });
    expect(first).toEqual([{ operation: 'op-1', expiresAt: T0 + minute }]);
    const both = evolveQuota(first, counted('op-2', T0 + 5 * minute), { at: T0 + minute - 1 });
    expect(both.map(({ operation }) => operation)).toEqual(['op-1', 'op-2']);
    const later = evolveQuota(first, counted('op-2', T0 + 5 * minute), { at: T0 + minute });
    expect(later).toEqual([{ operation: 'op-2', expiresAt: T0 + 5 * minute }]);
  });

  it('are not forgotten with an event that was erased', () => {
    const plans = [{ operation: 'op-1', expiresAt: T0 }];
    const erased = { type: 'Erased', v: 1, was: 'PlanCounted' } as const;
    expect(evolveQuota(plans, erased, { at: T0 + minute })).toBe(plans);
  });

  it('wait while they are pending and not expired, whatever else was counted', () => {
    const states = {
      waiting: waiting(),
      approved: approved(),
      running: running(),
      done: storiesByStatus.done,
    };
    const operation = (id: string) => {
      const events = Object.entries(states).find(([name]) => name === id)?.[1];
      const start = initialOperation(id);
      return events?.reduce((state, event) => evolve(state, event, { at: T0 }), start);
    };
    const plans = [...Object.keys(states), 'gone'].map((id, index) => ({
      operation: id,
      expiresAt: T0 + (9 - index) * minute,
    }));
    const found = waitingOf(plans, { at: T0, max: 3, operation });
    const freeAt = T0 + 8 * minute;
    expect(found).toEqual({ max: 3, operations: ['waiting', 'approved'], freeAt });
    const late = waitingOf(plans, { at: freeAt, max: 3, operation });
    expect(late.operations).toEqual(['waiting']);
  });
});
