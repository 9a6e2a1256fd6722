import { describe, expect, it } from 'vitest';
import { newAccountMs } from '../../../src/core/identity/link.ts';
import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import {
  ana,
  approvalGiven,
  approved,
  ben,
  cleo,
  dbaAndSre,
  dora,
  eve,
  evidence,
  given,
  hashOf,
  op,
  operationApproved,
  running,
  type Story,
  shown,
  storiesByStatus,
  T0,
  waiting,
} from './sample.ts';

/* Who may decide hangs on what is known of them: their groups, their account, and whether they are ours at all. */

const at = T0 + 60_000;
const two: Story = { rule: { places: dbaAndSre } };
const about = {
  ...{ operation: op, verb: 'scale', service: 'checkout', line: 'scale checkout 6' },
  status: 'waiting',
};

function approve(by: Evidence, story: Story = {}, when = at): OperationIntent {
  return { type: 'Approve', at: when, by, hash: hashOf(story), typed: false, shown };
}

function settle(by: Evidence, when = at): OperationIntent {
  return { type: 'Settle', at: when, by, as: 'done', reason: 'I looked' };
}

function problemOf(events: readonly OperationEvent[]): Problem | undefined {
  const [event] = events;
  return event?.type === 'RequestRefused' ? event.problem : undefined;
}

describe('somebody in a group that no directory answers for', () => {
  const silent: Evidence = {
    ...eve,
    unreachable: [
      { group: 'sre', problem: problem('DIRECTORY_UNREACHABLE', { directory: 'slack/main' }) },
    ],
  };
  const unreachable = (status: string) =>
    problem('DIRECTORY_UNREACHABLE', {
      ...{ ...about, status, directory: 'slack/main' },
      ...{ group: 'sre', rule: 'tocsin.yaml:41' },
    });

  it('decides nothing, and is told that it is the directory', () => {
    const hash = hashOf();
    const asks: readonly (readonly [readonly OperationEvent[], OperationIntent, string])[] = [
      [waiting(), approve(silent), 'waiting'],
      [waiting(), { type: 'Decline', at, by: silent, hash, typed: false, reason: 'no' }, 'waiting'],
      [running(), { type: 'Stop', by: silent, at }, 'running'],
      [storiesByStatus.unknown, settle(silent), 'unknown'],
    ];
    for (const [past, intent, status] of asks) {
      const { events } = given(...past).when(intent);
      expect(problemOf(events)).toEqual(unreachable(status));
    }
  });

  it('is nobody where another group is asked for', () => {
    const elsewhere: Story = { rule: { places: [{ count: 1, from: 'dba' }] } };
    const { events } = given(...waiting(elsewhere)).when(approve(silent, elsewhere));
    expect(problemOf(events)?.code).toBe('NOT_AN_APPROVER');
  });
});

describe('an account that was linked a moment ago', () => {
  const linkedAt = T0 - 3_600_000;
  const young: Evidence = { ...ben, linkedAt };
  const counts = linkedAt + newAccountMs;

  it('approves and settles nothing for a day, and is told from when on it will', () => {
    const from = '2026-11-21T02:00:00.000Z';
    expect(problemOf(given(...waiting()).when(approve(young)).events)).toEqual(
      problem('ACCOUNT_TOO_NEW', { ...about, from }),
    );
    expect(problemOf(given(...storiesByStatus.unknown).when(settle(young)).events)).toEqual(
      problem('ACCOUNT_TOO_NEW', { ...about, status: 'unknown', from }),
    );
  });

  it('settles once the day is over, and not a millisecond before', () => {
    const unknown = given(...storiesByStatus.unknown);
    expect(problemOf(unknown.when(settle(young, counts - 1)).events)?.code).toBe('ACCOUNT_TOO_NEW');
    expect(unknown.when(settle(young, counts)).events).toMatchObject([
      { type: 'OperationSettled', person: 'ben' },
    ]);
  });

  it('approves what waits longer than that', () => {
    const long: Story = { plan: { expiresAt: counts + 1 } };
    given(...waiting(long))
      .when(approve(young, long, counts))
      .then(approvalGiven(young, long), operationApproved(long));
  });
});

describe('somebody who is nobody of ours any more', () => {
  const because = problem('PERSON_GONE', { person: 'ben' });
  const revoke: OperationIntent = { type: 'RevokeApproval', person: 'ben', because };
  const withdrawn: OperationEvent = { type: 'ApprovalWithdrawn', v: 1, person: 'ben', because };

  it('has approved nothing: it waits for somebody else, as long as nothing has begun', () => {
    given(...waiting(two), approvalGiven(cleo, two), approvalGiven(ben, two))
      .when(revoke)
      .then(withdrawn);
    const { status } = given(...approved())
      .when(revoke)
      .then(withdrawn)
      .state();
    expect(status).toBe('waiting');
    given(...running())
      .when(revoke)
      .then();
  });

  it('takes nothing from what others approved', () => {
    given(...waiting())
      .when(revoke)
      .then();
    given(...waiting(two), approvalGiven(cleo, two))
      .when(revoke)
      .then();
  });
});

describe('whoever broke the glass', () => {
  const gus = evidence('gus', ['lead']);
  const broken: OperationEvent = {
    ...{ type: 'GlassBroken', v: 1, breaker: gus, hash: hashOf(), reason: 'alone at night' },
    ...{ rule: 'tocsin.yaml:44', shown, told: [] },
  };

  it('may stop what they began, although they may approve nothing', () => {
    given(...running(), broken, { type: 'OperationStarted', v: 1, hash: hashOf() })
      .when({ type: 'Stop', at, by: gus })
      .then({ type: 'StopRequested', v: 1, person: 'gus' });
    const { events } = given(...running()).when({ type: 'Stop', at, by: gus });
    expect(problemOf(events)?.code).toBe('NOT_AN_APPROVER');
  });
});

describe('what somebody did before', () => {
  it('makes another press quiet only until the end', () => {
    for (const status of ['done', 'failed', 'stale'] as const) {
      const { events } = given(...storiesByStatus[status]).when(approve(ben));
      expect(problemOf(events)).toEqual(problem('OPERATION_NOT_WAITING', { ...about, status }));
    }
  });

  it('is not a no where it was something else that ended it', () => {
    const decline = { type: 'Decline', at, by: ana, hash: hashOf(), typed: false } as const;
    const { events } = given(...storiesByStatus.cancelled).when({ ...decline, reason: '' });
    expect(problemOf(events)?.code).toBe('OPERATION_NOT_WAITING');
  });

  it('is not what another did: whoever did not approve has nothing to withdraw', () => {
    const { events } = given(...approved()).when({ type: 'Withdraw', at, by: dora });
    expect(problemOf(events)?.code).toBe('NOTHING_TO_WITHDRAW');
  });
});

describe('a severity that asks for less', () => {
  it('is not vouched for by those who approve under it, all of whom are named', () => {
    const story: Story = { rule: { places: dbaAndSre, severityBy: ['ben', 'cleo'] } };
    given(...waiting(story))
      .when(approve(ben, story))
      .then(approvalGiven(ben, story));
    const { events } = given(...waiting(story), approvalGiven(ben, story)).when(
      approve(cleo, story),
    );
    expect(problemOf(events)).toEqual(
      problem('SEVERITY_BY_APPROVER', { ...about, people: 'ben, cleo', rule: 'tocsin.yaml:41' }),
    );
  });
});
