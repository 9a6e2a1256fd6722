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
  crash,
  hashOf,
  intended,
  missed,
  operationApproved,
  operationFailed,
  operationStarted,
  operationUnknown,
  planned,
  sha256,
  shown,
  step,
  stepFailed,
  succeeded,
  T0,
  target,
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
      ...nobody,
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
