import { describe, expect, it } from 'vitest';
import type { ErasedEvent } from '../../../src/core/event.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { problem } from '../../../src/core/problem.ts';
import { trail } from './recorded.ts';
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
  shown,
  succeeded,
  T0,
  verified,
} from './sample.ts';

const slackBen = { ...ben, surface: 'slack/main', account: 'T01/U02' };

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

  it('says who asked for the same as well, and whose approvals a jump of the clock took back', () => {
    const joined = {
      type: 'RequestJoined',
      v: 1,
      by: slackBen,
      line: 'scale checkout 6',
      reason: '',
    };
    const voided = { type: 'ApprovalsVoided', v: 1, jumpMs: 9000, people: ['ben', 'cleo'] };
    const rows = trail(
      asked,
      planned(),
      joined,
      approvalGiven(slackBen),
      operationApproved(),
      voided,
    );
    expect(rows[2]).toMatchObject({ what: 'scale checkout 6', outcome: 'joined', approvals: '' });
    expect(rows[2]).toMatchObject({ person: 'ben', surface: 'slack/main' });
    expect(rows[5]).toMatchObject({
      what: 'approvals of ben, cleo',
      outcome: 'void: the clock jumped',
      approvals: '',
    });
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

  it('says of an approval how the group was known, and the second factor that came with it', () => {
    const query = { source: 'directory', query: 'slack_usergroup T01/S01', ageMs: 40_000 } as const;
    const stepUp = { factor: 'passkey', credential: 'c-1', hash: hashOf(), at: T0 } as const;
    const strong = { ...ben, memberships: [{ group: 'sre', ...query }], stepUp };
    expect(trail(asked, planned(), approvalGiven(strong)).at(-1)?.approvals).toBe(
      'ben as sre (slack_usergroup T01/S01, 40 s old) on console, console:ben, shown card-dig, with a second factor (passkey)',
    );
  });

  it('says who broke the glass, under which rule, and who reviewed it', () => {
    const broken = {
      ...{ type: 'GlassBroken', v: 1, breaker: ben, hash: hashOf(), reason: 'alone at night' },
      ...{ rule: 'tocsin.yaml:44', shown, told: [] },
    };
    const reviewed = {
      ...{ type: 'GlassReviewed', v: 1, person: 'cleo', surface: 'console' },
      ...{ as: 'ok', comment: 'it was needed' },
    };
    const rows = trail(asked, planned(), broken, operationStarted(), reviewed);
    expect(rows[2]).toMatchObject({
      person: 'ben',
      what: 'approvals done without',
      reason: 'alone at night',
      rule: 'tocsin.yaml:44',
      outcome: 'broken',
    });
    expect(rows[3]?.approvals).toBe('glass broken by ben under tocsin.yaml:44');
    expect(rows[4]).toMatchObject({ person: 'cleo', outcome: 'reviewed: ok' });
  });

  it('does not take whoever was asked for whoever did something', () => {
    const rows = trail(asked, planned(), { type: 'ApproverAsked', v: 1, person: 'ben' });
    expect(rows.at(-1)).toMatchObject({ person: '', what: 'ben', outcome: 'asked to approve' });
  });

  it('names the ticket beside the reason', () => {
    const withTicket = { ...asked, ticket: 'OPS-123' };
    expect(trail(withTicket as typeof asked)[0]?.reason).toBe('the queue grows · OPS-123');
    expect(trail({ ...withTicket, reason: '' } as typeof asked)[0]?.reason).toBe('OPS-123');
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

describe('the approvals in a record', () => {
  const groups = (...names: readonly string[]) =>
    names.map((group) => ({ group, source: 'static', ageMs: 0 }) as const);

  it('stand in the order they were given in, each with all that made it count', () => {
    const dora = { ...ben, person: 'dora', memberships: groups('sre', 'dba') };
    const rows = trail(asked, planned(), approvalGiven(ben), approvalGiven(dora));
    expect(rows.at(-1)?.approvals).toBe(
      'ben as sre (static) on console, console:ben, shown card-dig; dora as sre (static), dba (static) on console, console:ben, shown card-dig',
    );
  });

  it('say that nothing is known of the group or of what was shown where nothing was kept', () => {
    const bare = { ...approvalGiven({ ...ben, memberships: [] }), shown: { digest: '' } };
    expect(trail(asked, planned(), bare as OperationEvent).at(-1)?.approvals).toBe(
      'ben as nobody on console, console:ben',
    );
  });

  it('name the source where a directory did not say what it was asked', () => {
    const strong = {
      ...ben,
      memberships: [{ group: 'sre', source: 'directory', ageMs: 1600 } as const],
    };
    expect(trail(asked, planned(), approvalGiven(strong)).at(-1)?.approvals).toBe(
      'ben as sre (directory, 2 s old) on console, console:ben, shown card-dig',
    );
  });
});

describe('a record of which a part is gone', () => {
  const erased = (was: string): ErasedEvent => ({ type: 'Erased', v: 1, was });

  it('is empty where all of it is', () => {
    expect(trail()).toEqual([]);
  });

  it('still says how each step ended, without who asked, what it changed and where', () => {
    const rows = trail(erased('OperationAsked'), erased('OperationPlanned'), intended(), applied());
    expect(rows.at(-1)).toMatchObject({
      ...{ person: '', surface: '', account: '', reason: '' },
      operation: 'op-41',
      step: 's1',
      what: '',
      target: '',
      rule: '',
      hash: '',
      outcome: 'applied',
    });
  });

  it('says that an end was erased and not how it ended', () => {
    const rows = trail(asked, planned(), erased('OperationDeclined'));
    expect(rows.at(-1)).toMatchObject({ event: 'OperationDeclined', outcome: 'erased' });
  });
});
