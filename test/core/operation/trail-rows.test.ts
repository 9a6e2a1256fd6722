import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/core/event.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { problem } from '../../../src/core/problem.ts';
import { trail } from './recorded.ts';
import {
  applied,
  approvalGiven,
  asked,
  ben,
  crash,
  intended,
  missed,
  operationApproved,
  operationFailed,
  operationStarted,
  operationUnknown,
  planned,
  step,
  stepFailed,
  succeeded,
  target,
  verified,
} from './sample.ts';

const told = [
  { group: 'sre', people: ['ben', 'dora'] },
  { group: 'dba', people: ['cleo'] },
];
const nobody = { person: '', surface: '', account: '', reason: '' };
const anas = { person: 'ana', surface: 'console', reason: 'the queue grows' };
const bens = { person: 'ben', surface: 'console', account: 'console:ben' };

describe('the row of', () => {
  /** What each kind of event leaves, on an operation that is planned. */
  it.each<readonly [string, Event, object]>([
    ['a request', asked, { ...anas, what: 'scale checkout 6', outcome: 'asked' }],
    [
      'a request that a program proposed',
      {
        ...asked,
        proposedBy: { proposal: 'p-7', proposer: { kind: 'token', name: 'ci' } },
      } as OperationEvent,
      { ...anas, what: 'scale checkout 6', outcome: 'asked, as p-7 of token ci proposed' },
    ],
    [
      'a plan',
      planned(),
      {
        ...anas,
        target: 'kubernetes/eu-1/shop/deployment/checkout',
        what: 's1: replicas: 3 → 6',
        outcome: 'planned',
      },
    ],
    ['an approval', approvalGiven(ben), { ...bens, what: 'approval', outcome: 'given' }],
    [
      'a person who was passed over',
      { type: 'ApproverPassed', v: 1, person: 'ben', why: 'muted ana' } as Event,
      { ...nobody, what: 'ben', outcome: 'passed over: muted ana' },
    ],
    [
      'people who were told',
      { type: 'PeopleTold', v: 1, moment: 'asked', called: told } as Event,
      { ...nobody, what: 'sre: ben, dora; dba: cleo', outcome: 'told' },
    ],
    [
      'a review that somebody was reminded of',
      { type: 'ReviewReminded', v: 1, turn: 1, overdue: false, called: told } as Event,
      { ...nobody, what: 'sre: ben, dora; dba: cleo', outcome: 'told' },
    ],
    ['the last approval it needs', operationApproved(), { ...nobody, outcome: 'approved' }],
    [
      'an approval that was taken back',
      { type: 'ApprovalWithdrawn', v: 1, person: 'ben' } as Event,
      { person: 'ben', outcome: 'approval withdrawn' },
    ],
    [
      'a no',
      {
        ...{ type: 'OperationDeclined', v: 1, person: 'ben' },
        ...{ surface: 'console', reason: 'not now' },
      } as Event,
      { person: 'ben', surface: 'console', reason: 'not now', outcome: 'declined' },
    ],
    [
      'a request that was taken back',
      { type: 'OperationCancelled', v: 1, person: 'ana', surface: 'console' } as Event,
      { person: 'ana', surface: 'console', outcome: 'cancelled' },
    ],
    [
      'time that ran out',
      { type: 'OperationExpired', v: 1 } as Event,
      { ...nobody, outcome: 'expired' },
    ],
    [
      'a signed checkpoint',
      { type: 'CheckpointShown', v: 1, checkpoint: '1041:7f3a' } as Event,
      { ...nobody, what: '1041:7f3a', outcome: '' },
    ],
    ['its beginning', operationStarted(), { ...anas, outcome: 'started' }],
    ['its good end', succeeded, { ...anas, outcome: 'done' }],
    ['its bad end', operationFailed(crash), { ...anas, outcome: 'POD_CRASHES' }],
    [
      'what a person found where Tocsin could not',
      {
        ...{ type: 'OperationSettled', v: 1, person: 'ben', surface: 'console' },
        ...{ as: 'not-done', reason: 'nothing moved' },
      } as Event,
      { person: 'ben', what: 'settled', reason: 'nothing moved', outcome: 'not-done' },
    ],
  ])('%s', (_, event, row) => {
    expect(trail(asked, planned(), event).at(-1)).toMatchObject(row);
  });

  /** Every one names who asked, the step, its change and its target. */
  it.each<readonly [string, Event, string]>([
    ['an attempt', intended('s1', 2), 'attempt 2 begun'],
    ['an answer', applied(), 'applied'],
    [
      'a look afterwards',
      { ...applied(), known: 'probe' } as OperationEvent,
      'applied, as a look showed',
    ],
    ['an attempt that changed nothing', missed(), 'changed nothing: moved'],
    [
      'progress',
      {
        ...{ type: 'StepProgressed', v: 1, step: 's1' },
        progress: { what: 'pods ready', done: 2, of: 6 },
      } as Event,
      'under way',
    ],
    ['what was verified', verified(), 'verified'],
    ['a failure', stepFailed(crash), 'POD_CRASHES'],
    [
      'an outcome nobody knows',
      operationUnknown(problem('STEP_OUTCOME_UNKNOWN')),
      'STEP_OUTCOME_UNKNOWN',
    ],
  ])('a step that is about %s', (_, event, outcome) => {
    expect(trail(asked, planned(), event).at(-1)).toMatchObject({
      ...anas,
      step: 's1',
      what: 'replicas: 3 → 6',
      target: 'kubernetes/eu-1/shop/deployment/checkout',
      outcome,
    });
  });
});

describe('in the record of a plan of several steps', () => {
  const other = { id: 'postgres/pg-main/shop', identity: 'system-7' };
  const isolate = step('s2', {
    target: other,
    change: [
      { path: 'primary', what: 'removed', from: 'pg-1' },
      { path: 'fence', what: 'added', to: 'pg-1' },
    ],
    onFailure: {
      compensate: [
        step('c1', {
          target: other,
          change: [{ path: 'fence', what: 'removed', from: 'pg-1' }],
        }),
      ],
    },
  });
  const story = { plan: { targets: [target, other], steps: [step('s1'), isolate] } };

  it('the plan has all of them, and each row the change and the target of its own', () => {
    const rows = trail(asked, planned(story), intended('s1'), intended('s2'));
    expect(rows[1]).toMatchObject({
      target: 'kubernetes/eu-1/shop/deployment/checkout, postgres/pg-main/shop',
      what: 's1: replicas: 3 → 6; s2: primary: pg-1 → none, fence: none → pg-1',
    });
    expect(rows[3]).toMatchObject({
      step: 's2',
      what: 'primary: pg-1 → none, fence: none → pg-1',
      target: 'postgres/pg-main/shop',
    });
  });

  it('a compensation has its own change as well, although no row of the plan names it', () => {
    expect(trail(asked, planned(story), intended('c1')).at(-1)).toMatchObject({
      step: 'c1',
      what: 'fence: pg-1 → none',
      target: 'postgres/pg-main/shop',
    });
  });
});
