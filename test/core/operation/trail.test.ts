import { describe, expect, it } from 'vitest';
import type { ErasedEvent, Event, Recorded } from '../../../src/core/event.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { operationTrail } from '../../../src/core/operation/trail.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approvalGiven,
  asked,
  ben,
  hashOf,
  intended,
  operationApproved,
  operationStarted,
  planned,
  sha256,
  succeeded,
  T0,
  verified,
} from './sample.ts';

const slackBen = { ...ben, surface: 'slack/main', account: 'T01/U02' };

function recorded(...events: readonly (OperationEvent | Recorded['event'])[]) {
  return events.map(
    (event, index): Recorded<OperationEvent> => ({
      stream: 'operation/op-41',
      version: index + 1,
      position: 100 + index,
      at: T0 + index * 1000,
      by: 'ana',
      cause: `cause-${index}`,
      event: event as OperationEvent,
    }),
  );
}

const trail = (...events: readonly (OperationEvent | Event)[]) =>
  operationTrail(recorded(...(events as readonly OperationEvent[])), sha256);

const whole = [
  asked,
  planned(),
  approvalGiven(slackBen),
  operationApproved(),
  operationStarted(),
  intended(),
  { ...applied(), outputs: { generation: 7 } } as OperationEvent,
  verified(),
  succeeded,
];

describe('the record of an operation', () => {
  it('has one row for each event, where it stands', () => {
    expect(trail(...whole).map(({ version, event }) => [version, event])).toEqual(
      whole.map(({ type }, index) => [index + 1, type]),
    );
  });

  it('says of a step who, what, on which target, why, by which rule, with which approvals, and how it ended', () => {
    const step = trail(...whole)[6];
    expect(step).toEqual({
      stream: 'operation/op-41',
      version: 7,
      position: 106,
      at: T0 + 6000,
      event: 'StepApplied',
      person: 'ana',
      account: 'console:ana',
      surface: 'console',
      workspace: '',
      session: '',
      ip: '',
      operation: 'op-41',
      step: 's1',
      what: 'replicas: 3 → 6',
      target: 'kubernetes/eu-1/shop/deployment/checkout',
      reason: 'the queue grows',
      rule: 'tocsin.yaml:41',
      hash: hashOf(),
      approvals: 'ben as sre (static) on slack/main, T01/U02, shown card-dig',
      outcome: 'applied',
      output: sha256('generation=7'),
    });
  });

  it('has no digest of an output where a step answered nothing', () => {
    expect(trail(asked, planned(), intended(), applied()).at(-1)?.output).toBe('');
  });

  it('knows who approved by the time of each row, and no more', () => {
    const rows = trail(...whole);
    expect(rows[1]?.approvals).toBe('');
    expect(rows[2]).toMatchObject({
      person: 'ben',
      surface: 'slack/main',
      account: 'T01/U02',
      workspace: 'T01',
    });
    const taken = trail(asked, planned(), approvalGiven(ben), {
      type: 'ApprovalWithdrawn',
      v: 1,
      person: 'ben',
    });
    expect(taken.at(-1)).toMatchObject({ person: 'ben', approvals: '' });
  });

  it('says where somebody was who stopped it', () => {
    const where = { surface: 'console', account: 'ben', session: 's-1', ip: '192.0.2.7' };
    const stopped = { type: 'StopRequested', v: 1, person: 'ben', where };
    expect(trail(...whole.slice(0, 5), stopped).at(-1)).toMatchObject({
      person: 'ben',
      ip: '192.0.2.7',
      session: 's-1',
      outcome: 'stop asked for',
    });
  });

  it('gives a refusal by its code', () => {
    const refused = {
      type: 'RequestRefused',
      v: 1,
      person: 'eve',
      surface: 'console',
      what: 'approve',
      problem: problem('NOT_AN_APPROVER', {}),
    };
    expect(trail(asked, planned(), refused).at(-1)).toMatchObject({
      person: 'eve',
      what: 'approve',
      outcome: 'NOT_AN_APPROVER',
    });
  });

  it('reads on where a payload was erased, and says so', () => {
    const erased: ErasedEvent = { type: 'Erased', v: 1, was: 'OperationPlanned' };
    const rows = trail(asked, erased, approvalGiven(ben));
    expect(rows[1]).toMatchObject({ event: 'OperationPlanned', outcome: 'erased', person: '' });
    expect(rows[2]).toMatchObject({ event: 'ApprovalGiven', person: 'ben', rule: '' });
  });

  it('of what an older version wrote is empty where nothing was kept', () => {
    const declined = { type: 'OperationDeclined', v: 1, person: 'ben', reason: 'not now' };
    expect(trail(asked, planned(), declined).at(-1)).toMatchObject({
      person: 'ben',
      surface: '',
      account: '',
      ip: '',
      reason: 'not now',
    });
  });
});
