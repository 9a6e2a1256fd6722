import { describe, expect, it } from 'vitest';
import { approversDue, nextAskAt } from '../../../src/core/operation/asking.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import type { Past } from '../../core/given.ts';
import {
  approvalGiven,
  ben,
  cleo,
  dbaAndSre,
  expiresAt,
  given,
  minute,
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
    expect(nextAskAt(given(...waiting()).state(), pace)).toBeUndefined();
    const asked = given(...waiting(), asks('ben', 1)).state();
    expect(nextAskAt(asked, pace)).toBe(T0 + 3 * minute);
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
  });
});
