import { describe, expect, it } from 'vitest';
import type { ErasedEvent } from '../../../src/core/event.ts';
import {
  anythingApplied,
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
  terminal,
} from '../../../src/core/operation/operation.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approvalGiven,
  approved,
  asked,
  ben,
  cleo,
  crash,
  dbaAndSre,
  given,
  hashOf,
  intended,
  op,
  operationApproved,
  operationFailed,
  operationStarted,
  operationUnknown,
  plan,
  planned,
  rule,
  running,
  shown,
  step,
  storiesByStatus,
  succeeded,
  T0,
  verified,
  waiting,
} from './sample.ts';

const moved = problem('PLAN_STALE', { path: 'replicas' });
const silent = problem('DIRECTORY_UNREACHABLE', { directory: 'pagerduty' });
/** When the nth event of a story was appended. */
const second = (n: number) => T0 + n * 1000;

describe('an operation', () => {
  it('that nobody asked for is nothing', () => {
    expect(initialOperation(op)).toEqual({
      id: op,
      status: 'none',
      approvals: [],
      steps: [],
      compensating: false,
      compensated: false,
    });
  });

  it('is what was asked, by whom, and since when', () => {
    const { type: _, v: __, ...facts } = { ...asked, ticket: 'OPS-123' };
    const state = given({ ...asked, ticket: 'OPS-123' } as OperationEvent).state();
    expect(state).toEqual({
      ...initialOperation(op),
      status: 'asked',
      asked: { ...facts, at: second(1) },
    });
  });

  it('waits with its plan, the hash, the rule and what the rule was asked, no step begun', () => {
    const judged = { family: 'change', args: { replicas: 6 }, targets: [], severities: [] };
    const state = given(asked, { ...planned(), judged } as OperationEvent).state();
    expect(state).toMatchObject({
      status: 'waiting',
      plannedAt: second(2),
      plan: plan(),
      hash: hashOf(),
      rule: rule(),
      judged,
    });
    expect(state.steps).toEqual([
      {
        ...{ step: step('s1'), phase: 'waiting', attempt: 0, token: '', landsBefore: 0 },
        ...{ intendedAt: 0, appliedAt: 0, outputs: {}, compensation: false },
      },
    ]);
  });

  it('of an older version was not asked about anything that it did not keep', () => {
    expect(given(...waiting()).state()).not.toHaveProperty('judged');
  });

  it('keeps each approval with what was shown and when, until it is withdrawn', () => {
    const story = { rule: { places: dbaAndSre } };
    const both = [...waiting(story), approvalGiven(ben, story), approvalGiven(cleo, story)];
    expect(given(...both).state().approvals).toEqual([
      { evidence: ben, at: second(3), shown },
      { evidence: cleo, at: second(4), shown },
    ]);
    const withdrawn: OperationEvent = { type: 'ApprovalWithdrawn', v: 1, person: 'ben' };
    const left = given(...both, operationApproved(story), withdrawn).state();
    expect(left).toMatchObject({ status: 'waiting', approvals: [{ evidence: cleo }] });
  });

  it('goes on without an approval that is withdrawn where the glass was broken instead', () => {
    const broken: OperationEvent = {
      ...{ type: 'GlassBroken', v: 1, breaker: cleo, hash: hashOf(), reason: 'alone at night' },
      ...{ rule: 'tocsin.yaml:44', shown, told: [] },
    };
    const withdrawn: OperationEvent = { type: 'ApprovalWithdrawn', v: 1, person: 'ben' };
    const past = [...waiting(), approvalGiven(ben), broken];
    const { status } = given(...past).state();
    expect(status).toBe('approved');
    expect(given(...past, withdrawn).state()).toMatchObject({ status: 'approved', approvals: [] });
  });

  it('says why it does not begin although it is approved', () => {
    const state = given(...approved(), { type: 'BeginPutOff', v: 1, problem: silent }).state();
    expect(state).toMatchObject({ status: 'approved', putOff: silent });
  });

  it('runs since it was started, and knows who wants it stopped', () => {
    expect(given(...running()).state()).toMatchObject({ status: 'running', startedAt: second(5) });
    const stop: OperationEvent = { type: 'StopRequested', v: 1, person: 'ben' };
    expect(given(...running(), stop).state()).toMatchObject({
      status: 'running',
      stoppedBy: 'ben',
    });
  });

  it('keeps the newest checkpoint it was shown with', () => {
    const shownWith = (checkpoint: string): OperationEvent => ({
      type: 'CheckpointShown',
      v: 1,
      checkpoint,
    });
    const state = given(...waiting(), shownWith('40:aa'), shownWith('41:bb')).state();
    expect(state).toMatchObject({ status: 'waiting', checkpoint: '41:bb' });
  });

  it('is not touched by what it does not know, nor by what was erased', () => {
    const state = given(...running()).state();
    const erased: ErasedEvent = { type: 'Erased', v: 1, was: 'RequestRefused' };
    expect(evolve(state, erased, { at: T0 })).toBe(state);
    const refused: OperationEvent = {
      ...{ type: 'RequestRefused', v: 1, person: 'eve', surface: 'console' },
      ...{ what: 'approve', problem: problem('NOT_AN_APPROVER', {}) },
    };
    expect(evolve(state, refused, { at: T0 })).toBe(state);
  });
});

describe('an end', () => {
  const declined = { type: 'OperationDeclined', v: 1, person: 'ben', reason: 'not now' } as const;
  const cancelled = { type: 'OperationCancelled', v: 1, person: 'ana' } as const;
  const settled = { type: 'OperationSettled', v: 1, person: 'ben', reason: 'I looked' } as const;
  const unsure = [...running(), intended(), operationUnknown(moved)];

  it.each<readonly [string, readonly OperationEvent[], Partial<OperationState>]>([
    [
      'a refusal',
      [asked, { type: 'OperationRefused', v: 1, problem: silent }],
      { status: 'refused', problem: silent },
    ],
    [
      'a no, with who said it, where and why',
      [...waiting(), { ...declined, surface: 'slack/main' }],
      {
        status: 'declined',
        endedBy: { person: 'ben', surface: 'slack/main', reason: 'not now' },
      },
    ],
    [
      'a no of an older version, which did not keep where',
      [...waiting(), declined],
      { status: 'declined', endedBy: { person: 'ben', surface: '', reason: 'not now' } },
    ],
    [
      'a request that was taken back',
      [...waiting(), { ...cancelled, surface: 'slack/main' }],
      { status: 'cancelled', endedBy: { person: 'ana', surface: 'slack/main', reason: '' } },
    ],
    [
      'a request that was taken back in an older version',
      [...waiting(), cancelled],
      { status: 'cancelled', endedBy: { person: 'ana', surface: '', reason: '' } },
    ],
    [
      'time that ran out',
      [...waiting(), { type: 'OperationExpired', v: 1 }],
      { status: 'expired' },
    ],
    [
      'a world that moved',
      [...approved(), { type: 'OperationStale', v: 1, problem: moved }],
      { status: 'stale', problem: moved },
    ],
    [
      'what was meant',
      [...running(), intended(), applied(), verified(), succeeded],
      { status: 'done' },
    ],
    [
      'a failure',
      [...running(), intended(), applied(), operationFailed(crash)],
      { status: 'failed', problem: crash, compensated: false },
    ],
    [
      'a failure that was taken back',
      [...running(), intended(), applied(), operationFailed(crash, true)],
      { status: 'failed', problem: crash, compensated: true },
    ],
    [
      'what a person found to be done',
      [...unsure, { ...settled, surface: 'console', as: 'done' }],
      {
        status: 'done',
        settledAs: 'done',
        endedBy: { person: 'ben', surface: 'console', reason: 'I looked' },
      },
    ],
    [
      'what a person found not to be done, in an older version',
      [...unsure, { ...settled, as: 'not-done' }],
      {
        status: 'failed',
        settledAs: 'not-done',
        endedBy: { person: 'ben', surface: '', reason: 'I looked' },
      },
    ],
  ])('may be %s', (_, past, end) => {
    const state = given(...past).state();
    expect(state).toMatchObject({ ...end, endedAt: second(past.length) });
    expect(terminal.has(state.status)).toBe(true);
  });

  it('is not what nobody knows: that waits for a person, and names the step', () => {
    const state = given(...unsure).state();
    expect(state).toMatchObject({ status: 'unknown', problem: moved });
    expect(state.steps).toMatchObject([{ phase: 'unknown', problem: moved }]);
    expect(state.endedAt).toBeUndefined();
  });

  it('has come in seven of the statuses, and in no other', () => {
    const over = Object.keys(storiesByStatus).filter((status) => terminal.has(status as never));
    expect(over.sort()).toEqual([
      'cancelled',
      'declined',
      'done',
      'expired',
      'failed',
      'refused',
      'stale',
    ]);
  });
});

describe('whether anything changed', () => {
  it('is said of the steps that took effect, whatever became of them', () => {
    expect(anythingApplied(given(...running(), intended()).state())).toBe(false);
    expect(anythingApplied(given(...running(), intended(), applied()).state())).toBe(true);
    const failed = [...running(), intended(), applied(), operationFailed(crash)];
    expect(anythingApplied(given(...failed).state())).toBe(true);
    const two = { plan: { steps: [step('s1'), step('s2')] } };
    const half = [...waiting(two), operationStarted(two), intended(), applied()];
    expect(anythingApplied(given(...half).state())).toBe(true);
  });
});
