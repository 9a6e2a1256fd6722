import { describe, expect, it } from 'vitest';
import { approversDue, type JoinIntent, nextAskAt } from '../../../src/core/operation/asking.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import type { Evidence } from '../../../src/core/person.ts';
import type { Past } from '../../core/given.ts';
import {
  ana,
  approvalGiven,
  approved,
  ben,
  cleo,
  dbaAndSre,
  expiresAt,
  given,
  minute,
  running,
  type Story,
  T0,
  waiting,
} from './sample.ts';

const groups: Readonly<Record<string, readonly string[]>> = {
  sre: ['ana', 'ben', 'dora', 'emil'],
  dba: ['cleo', 'dora'],
};
const pace = { everyMs: 2 * minute, atOnce: 1 };
const two: Story = { rule: { places: dbaAndSre } };

type Told = Past<OperationEvent>;

function asks(person: string, minutes: number): Told {
  return {
    event: { type: 'ApproverAsked', v: 1, person },
    at: T0 + minutes * minute,
    by: 'tocsin',
  };
}

function passes(person: string, minutes: number): Told {
  const event = { type: 'ApproverPassed', v: 1, person, why: 'muted ana' } as const;
  return { event, at: T0 + minutes * minute, by: 'tocsin' };
}

function due(past: readonly Told[], minutes: number, more = pace): readonly string[] {
  const members = (group: string) => groups[group] ?? [];
  return approversDue(given(...past).state(), {
    at: T0 + minutes * minute,
    pace: more,
    members,
  });
}

function next(past: readonly Told[], minutes: number): number | undefined {
  return nextAskAt(given(...past).state(), { at: T0 + minutes * minute, pace });
}

describe('approvers', () => {
  it('are asked one after the other, in the order of their group, the requester never', () => {
    expect(due(waiting(), 0)).toEqual(['ben']);
    expect(due([...waiting(), asks('ben', 0)], 1)).toEqual([]);
    expect(due([...waiting(), asks('ben', 0)], 2)).toEqual(['dora']);
    expect(due([...waiting(), asks('ben', 0), asks('dora', 2)], 3)).toEqual([]);
    expect(due([...waiting(), asks('ben', 0), asks('dora', 2)], 4)).toEqual(['emil']);
    const all = [...waiting(), asks('ben', 0), asks('dora', 2), asks('emil', 4)];
    expect(due(all, 20)).toEqual([]);
  });

  it('who are on call are asked before the others', () => {
    const question = { at: T0, pace, members: (group: string) => groups[group] ?? [] };
    const state = given(...waiting()).state();
    expect(approversDue(state, { ...question, first: ['zoe', 'emil'] })).toEqual(['emil']);
    expect(approversDue(state, { ...question, first: ['ana'] })).toEqual(['ben']);
  });

  it('are asked as many at once as are needed, or as the pace says', () => {
    expect(due(waiting(two), 0)).toEqual(['cleo', 'dora']);
    expect(due(waiting(), 0, { ...pace, atOnce: 2 })).toEqual(['ben', 'dora']);
  });

  it('of a group whose places are filled are asked no more', () => {
    const past = [...waiting(two), asks('cleo', 0), asks('dora', 0), approvalGiven(cleo, two)];
    expect(due(past, 5)).toEqual(['ben']);
  });

  it('who could not be reached leave their turn to the next one at once', () => {
    expect(due([...waiting(), passes('ben', 0)], 0)).toEqual(['dora']);
    expect(due([...waiting(), asks('ben', 0), passes('ben', 0)], 0)).toEqual(['dora']);
    const later = [...waiting(), asks('ben', 0), asks('dora', 2), passes('dora', 2)];
    expect(due(later, 2)).toEqual(['emil']);
    const together = [...waiting(two), asks('cleo', 0), asks('dora', 0), passes('dora', 0)];
    expect(due(together, 0)).toEqual(['ben']);
  });

  it('are left alone once it is approved, over or expired', () => {
    const approved: OperationEvent = { type: 'OperationApproved', v: 1, hash: 'h' };
    expect(due([...waiting(), approvalGiven(ben), approved], 9)).toEqual([]);
    const declined: OperationEvent = { type: 'OperationDeclined', v: 1, person: 'ben', reason: '' };
    expect(due([...waiting(), declined], 9)).toEqual([]);
    expect(due(waiting(), (expiresAt - T0) / minute)).toEqual([]);
  });

  it('are looked for again when the next turn comes', () => {
    expect(next(waiting(), 0)).toBeUndefined();
    expect(next([...waiting(), asks('ben', 1)], 1)).toBe(T0 + 3 * minute);
    expect(next([...waiting(), passes('ben', 1)], 1)).toBeUndefined();
    const several = [...waiting(two), asks('cleo', 0), asks('dora', 1), asks('ben', 2)];
    expect(next(several, 2)).toBe(T0 + 3 * minute);
    expect(next(several, 3)).toBe(T0 + 4 * minute);
  });

  it('are looked for no more once it waits no more, or everybody had their turn', () => {
    const all = [...waiting(), asks('ben', 0), asks('dora', 2), asks('emil', 4)];
    expect(next(all, 6)).toBeUndefined();
    const declined: OperationEvent = { type: 'OperationDeclined', v: 1, person: 'ben', reason: '' };
    expect(next([...waiting(), asks('ben', 1), declined], 1)).toBeUndefined();
  });

  it('are enough at any time: whoever was passed over after another approved has a successor at once', () => {
    const both = [...waiting(two), asks('cleo', 0), asks('dora', 0), approvalGiven(cleo, two)];
    expect(due(both, 0)).toEqual([]);
    expect(due([...both, passes('dora', 0)], 0)).toEqual(['ben']);
    expect(due(both, 0, { ...pace, atOnce: 2 })).toEqual([]);
  });

  it('beyond the pace are not asked for one who has had their time and was passed over later', () => {
    const past = [...waiting(), asks('ben', 0), asks('dora', 2), passes('ben', 2)];
    expect(due(past, 3)).toEqual([]);
    expect(due(past, 4)).toEqual(['emil']);
  });
});

describe('that somebody is asked', () => {
  const ask = (person: string) => ({ type: 'AskApprover', at: T0 + minute, person }) as const;

  it('is on the record once', () => {
    given(...waiting())
      .when(ask('ben'))
      .then({ type: 'ApproverAsked', v: 1, person: 'ben' });
    given(...waiting(), asks('ben', 0))
      .when(ask('ben'))
      .then();
    given(...waiting(), asks('ben', 0))
      .when(ask('dora'))
      .then({ type: 'ApproverAsked', v: 1, person: 'dora' });
  });

  it('is never so of the requester, of who approved, and of what waits no more', () => {
    given(...waiting())
      .when(ask('ana'))
      .then();
    given(...waiting(two), approvalGiven(cleo, two))
      .when(ask('cleo'))
      .then();
    given(...waiting(), approvalGiven(ben))
      .when({ ...ask('emil'), at: expiresAt })
      .then();
  });

  it('in vain is on the record with the reason', () => {
    const pass = { type: 'PassApprover', at: T0, person: 'ben', why: 'slack/main: gone' } as const;
    const passed: OperationEvent = {
      ...{ type: 'ApproverPassed', v: 1 },
      ...{ person: 'ben', why: 'slack/main: gone' },
    };
    given(...waiting(), asks('ben', 0))
      .when(pass)
      .then(passed);
    given(...waiting(), passed)
      .when(pass)
      .then();
    given(...waiting(), asks('dora', 0))
      .when(pass)
      .then(passed);
  });

  it('is kept with the time and what came of it, each person once', () => {
    const { asking } = given(
      ...waiting(),
      asks('ben', 0),
      asks('dora', 1),
      passes('ben', 2),
    ).state();
    expect(asking).toEqual([
      { person: 'dora', at: T0 + minute, passed: '' },
      { person: 'ben', at: T0 + 2 * minute, passed: 'muted ana' },
    ]);
  });
});

describe('whoever asks for the same', () => {
  const join = (by: Evidence, at = T0): JoinIntent => ({
    ...{ type: 'JoinRequest', at, by },
    ...{ line: 'scale checkout 6', reason: 'carts are slow' },
  });
  const joined = (by: Evidence): OperationEvent => ({
    ...{ type: 'RequestJoined', v: 1, by },
    ...{ line: 'scale checkout 6', reason: 'carts are slow' },
  });

  it('joins it while it waits and until it begins', () => {
    given(...waiting())
      .when(join(ben))
      .then(joined(ben));
    given(...approved())
      .when(join(ben))
      .then(joined(ben));
    given(...running())
      .when(join(ben))
      .then();
    given(...waiting())
      .when(join(ben, expiresAt))
      .then();
  });

  it('joins it once, and what is their own never', () => {
    given(...waiting(), joined(ben))
      .when(join(ben))
      .then();
    given(...waiting(), joined(ben), joined(cleo))
      .when(join(ben))
      .then();
    given(...waiting(), joined(ben))
      .when(join(cleo))
      .then(joined(cleo));
    given(...waiting())
      .when(join(ana))
      .then();
  });

  it('stands beside it with where they are, why, and since when', () => {
    const state = given(...waiting(), joined(ben), joined(cleo)).state();
    expect(state.joined).toEqual([
      { person: 'ben', surface: 'console', reason: 'carts are slow', at: T0 + 3000 },
      { person: 'cleo', surface: 'console', reason: 'carts are slow', at: T0 + 4000 },
    ]);
    expect(state.approvals).toEqual([]);
  });
});
