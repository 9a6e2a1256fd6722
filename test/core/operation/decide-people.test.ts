import { describe, expect, it } from 'vitest';
import type { PersonIntent } from '../../../src/core/operation/decide.ts';
import type { OperationEvent, OperationStatus } from '../../../src/core/operation/operation.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  ana,
  approvalGiven,
  approved,
  asked,
  ben,
  cleo,
  dbaAndSre,
  dora,
  eve,
  evidence,
  expiresAt,
  given,
  hashOf,
  op,
  operationApproved,
  type Story,
  shown,
  storiesByStatus,
  T0,
  waiting,
} from './sample.ts';

const at = T0 + 60_000;
const two: Story = { rule: { places: dbaAndSre } };
const noPlaces: Story = { rule: { places: [], requesters: ['sre'] } };
const {
  type: _,
  v: __,
  ...askedFacts
} = asked as Extract<OperationEvent, { type: 'OperationAsked' }>;

describe('to ask', () => {
  it('puts the request on the record', () => {
    given()
      .when({ type: 'Ask', ...askedFacts })
      .then(asked);
  });

  it('is quiet the second time: the name of an operation comes from the request', () => {
    given(asked)
      .when({ type: 'Ask', ...askedFacts })
      .then();
  });
});

describe('to approve', () => {
  it('lets it run once the one place is filled', () => {
    given(...waiting())
      .when(approve(ben))
      .then(approvalGiven(ben), operationApproved());
  });

  it('is not enough while another place is empty', () => {
    given(...waiting(two))
      .when(approve(ben, two))
      .then(approvalGiven(ben, two));
  });

  it('is enough when the second person fills the other place', () => {
    given(...waiting(two), approvalGiven(ben, two))
      .when(approve(cleo, two))
      .then(approvalGiven(cleo, two), operationApproved(two));
  });

  it('lets somebody who is in both groups take the seat that is left, whoever came first', () => {
    given(...waiting(two), approvalGiven(dora, two))
      .when(approve(ben, two))
      .then(approvalGiven(ben, two), operationApproved(two));
    given(...waiting(two), approvalGiven(dora, two))
      .when(approve(cleo, two))
      .then(approvalGiven(cleo, two), operationApproved(two));
  });

  it('never lets one person in both groups fill both places', () => {
    given(...waiting(two))
      .when(approve(dora, two))
      .then(approvalGiven(dora, two));
    given(...waiting(two), approvalGiven(dora, two))
      .when(approve(evidence('dora', ['sre', 'dba'], 'slack/main'), two))
      .then();
  });

  it('wants as many people as a place has seats', () => {
    const three: Story = { rule: { places: [{ count: 2, from: 'sre' }] } };
    given(...waiting(three))
      .when(approve(ben, three))
      .then(approvalGiven(ben, three));
    given(...waiting(three), approvalGiven(ben, three))
      .when(approve(dora, three))
      .then(approvalGiven(dora, three), operationApproved(three));
  });

  it('counts until the last millisecond before the expiry, and not after', () => {
    given(...waiting())
      .when(approve(ben, {}, { at: expiresAt - 1 }))
      .then(approvalGiven(ben), operationApproved());
    given(...waiting())
      .when(approve(ben, {}, { at: expiresAt }))
      .then(refused(ben, 'approve', 'PLAN_EXPIRED'));
  });

  it('takes ten typed characters of the hash, in any case, and not nine', () => {
    const typed = (hash: string) => approve(ben, {}, { typed: true, hash });
    const yes = [approvalGiven(ben), operationApproved()];
    given(...waiting())
      .when(typed(hashOf().slice(0, 10)))
      .then(...yes);
    given(...waiting())
      .when(typed(hashOf().toUpperCase()))
      .then(...yes);
    const given9 = hashOf().slice(0, 9);
    given(...waiting())
      .when(typed(given9))
      .then(differs(ben, 'approve', given9));
    given(...waiting())
      .when(typed(''))
      .then(differs(ben, 'approve', ''));
  });

  it('takes nothing but the whole hash from a press', () => {
    const half = hashOf().slice(0, 32);
    given(...waiting())
      .when(approve(ben, {}, { hash: half }))
      .then(differs(ben, 'approve', half.slice(0, 10)));
  });

  it('on an old card is refused, and names both plans', () => {
    const old = hashOf({ plan: { nonce: 'n-0' } });
    given(...waiting())
      .when(approve(ben, {}, { hash: old }))
      .then(differs(ben, 'approve', old.slice(0, 10)));
  });

  it('by the requester is refused, in every group and on every surface', () => {
    for (const by of [ana, evidence('ana', ['sre'], 'slack/main')]) {
      given(...waiting())
        .when(approve(by))
        .then(refused(by, 'approve', 'APPROVE_OWN_REQUEST', { requester: 'ana' }));
    }
  });

  it('by somebody in none of the groups is refused, and names them', () => {
    given(...waiting(two))
      .when(approve(eve, two))
      .then(
        refused(eve, 'approve', 'NOT_AN_APPROVER', { groups: 'dba, sre', rule: 'tocsin.yaml:41' }),
      );
  });

  it('by somebody whose seats are all taken is refused, and leaves the place for others', () => {
    const gus = evidence('gus', ['sre']);
    given(...waiting(two), approvalGiven(ben, two))
      .when(approve(gus, two))
      .then(refused(gus, 'approve', 'PLACES_FILLED', { rule: 'tocsin.yaml:41' }));
  });

  it('is refused on a surface the rule does not trust, and works on one it does', () => {
    const careful: Story = { rule: { surfaces: ['console', 'slack'] } };
    const onDiscord = evidence('ben', ['sre'], 'discord/main');
    given(...waiting(careful))
      .when(approve(onDiscord, careful))
      .then(
        refused(onDiscord, 'approve', 'SURFACE_MAY_NOT_APPROVE', {
          surface: 'discord/main',
          surfaces: 'console, slack',
          rule: 'tocsin.yaml:41',
        }),
      );
    const onSlack = evidence('ben', ['sre'], 'slack/main');
    given(...waiting(careful))
      .when(approve(onSlack, careful))
      .then(approvalGiven(onSlack, careful), operationApproved(careful));
  });

  it('is quiet when pressed twice, before and after it began', () => {
    given(...waiting(two), approvalGiven(ben, two))
      .when(approve(ben, two))
      .then();
    given(...approved())
      .when(approve(ben))
      .then();
    given(...storiesByStatus.running)
      .when(approve(ben))
      .then();
    given(...storiesByStatus.unknown)
      .when(approve(ben))
      .then();
  });

  it('keeps what the approver was shown', () => {
    const { events } = given(...waiting()).when(approve(ben));
    expect(events[0]).toMatchObject({ approver: ben, shown, hash: hashOf() });
  });

  it.each(statusesBut('none', 'asked', 'waiting'))('is refused when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when(approve(cleo))
      .then(refused(cleo, 'approve', 'OPERATION_NOT_WAITING', { status }));
  });

  it('is refused before there is a plan', () => {
    given(asked)
      .when(approve(ben))
      .then(refused(ben, 'approve', 'OPERATION_NOT_WAITING', { status: 'asked' }));
  });

  it('by two at once: the second meets an approved operation', () => {
    const first = given(...waiting()).when(approve(ben));
    given(...waiting(), ...first.events)
      .when(approve(dora))
      .then(refused(dora, 'approve', 'OPERATION_NOT_WAITING', { status: 'approved' }));
  });
});

describe('to decline', () => {
  it.each([
    ['an approver', ben],
    ['the requester', ana],
  ])('ends it, when %s does', (_who, by) => {
    given(...waiting())
      .when(decline(by))
      .then(declined(by));
  });

  it('ends it also after the last approval, as long as nothing has begun', () => {
    given(...approved())
      .when(decline(dora))
      .then(declined(dora));
  });

  it('is refused to a stranger', () => {
    given(...waiting())
      .when(decline(eve))
      .then(refused(eve, 'decline', 'NOT_AN_APPROVER', { groups: 'sre', rule: 'tocsin.yaml:41' }));
  });

  it('on an old card is refused', () => {
    const old = hashOf({ plan: { nonce: 'n-0' } });
    given(...waiting())
      .when({ ...decline(ben), hash: old })
      .then(differs(ben, 'decline', old.slice(0, 10)));
  });

  it('takes a typed hash as approving does', () => {
    given(...waiting())
      .when({ ...decline(ben), typed: true, hash: hashOf().slice(0, 10) })
      .then(declined(ben));
    given(...waiting())
      .when({ ...decline(ben), typed: true, hash: hashOf().slice(0, 9) })
      .then(differs(ben, 'decline', hashOf().slice(0, 9)));
  });

  it('is refused once it has expired', () => {
    given(...waiting())
      .when({ ...decline(ben), at: expiresAt })
      .then(refused(ben, 'decline', 'PLAN_EXPIRED'));
  });

  it('is quiet when pressed twice, and refused to the next person', () => {
    given(...waiting(), declined(ben))
      .when(decline(ben))
      .then();
    given(...waiting(), declined(ben))
      .when(decline(dora))
      .then(refused(dora, 'decline', 'OPERATION_NOT_WAITING', { status: 'declined' }));
  });

  it.each(statusesBut('waiting', 'approved'))('is refused when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when(decline(dora))
      .then(refusedIn(status, dora, 'decline', 'OPERATION_NOT_WAITING'));
  });
});

describe('to withdraw', () => {
  it('takes the approval back, also when it was enough', () => {
    const withdrawn = { type: 'ApprovalWithdrawn', v: 1, person: 'ben' } as const;
    given(...waiting(two), approvalGiven(ben, two))
      .when(withdraw(ben))
      .then(withdrawn);
    const { status, approvals } = given(...approved())
      .when(withdraw(ben))
      .then(withdrawn)
      .state();
    expect({ status, approvals }).toEqual({ status: 'waiting', approvals: [] });
  });

  it('is refused to somebody who did not approve, and the second time', () => {
    given(...waiting())
      .when(withdraw(ben))
      .then(refused(ben, 'withdraw', 'NOTHING_TO_WITHDRAW'));
    given(...approved(), { type: 'ApprovalWithdrawn', v: 1, person: 'ben' })
      .when(withdraw(ben))
      .then(refused(ben, 'withdraw', 'NOTHING_TO_WITHDRAW'));
  });

  it.each(statusesBut('waiting', 'approved'))('is refused when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when(withdraw(ben))
      .then(refusedIn(status, ben, 'withdraw', 'OPERATION_NOT_WAITING'));
  });
});

describe('to cancel', () => {
  it.each(['asked', 'waiting', 'approved'] as const)('ends what is %s', (status) => {
    given(...storiesByStatus[status])
      .when(cancel(ana))
      .then({ type: 'OperationCancelled', v: 1, person: 'ana', surface: 'console' });
  });

  it('is for the requester alone', () => {
    given(...waiting())
      .when(cancel(ben))
      .then(refused(ben, 'cancel', 'NOT_THE_REQUESTER', { requester: 'ana' }));
  });

  it('is quiet the second time', () => {
    given(...storiesByStatus.cancelled)
      .when(cancel(ana))
      .then();
  });

  it.each(statusesBut('asked', 'waiting', 'approved', 'cancelled'))(
    'is refused when it is %s',
    (status) => {
      given(...storiesByStatus[status])
        .when(cancel(ana))
        .then(refusedIn(status, ana, 'cancel', 'OPERATION_NOT_WAITING'));
    },
  );
});

describe('to stop', () => {
  it.each(['running', 'verifying'] as const)('is on the record while it is %s', (status) => {
    for (const by of [ana, ben, dora]) {
      given(...storiesByStatus[status])
        .when(stop(by))
        .then({ type: 'StopRequested', v: 1, person: by.person });
    }
  });

  it.each(['waiting', 'approved'] as const)('takes back what is %s', (status) => {
    given(...storiesByStatus[status])
      .when(stop(ben))
      .then({ type: 'OperationCancelled', v: 1, person: 'ben', surface: 'console' });
  });

  it('takes back what is still being planned, for the requester', () => {
    given(asked)
      .when(stop(ana))
      .then({ type: 'OperationCancelled', v: 1, person: 'ana', surface: 'console' });
    given(asked)
      .when(stop(ben))
      .then(refused(ben, 'stop', 'NOT_THE_REQUESTER', { status: 'asked', requester: 'ana' }));
  });

  it('is done by whoever is on call for the service, and by no others', () => {
    const onCall = { type: 'Stop', at, by: eve, onCall: 'support' } as const;
    given(...storiesByStatus.running)
      .when(onCall)
      .then({ type: 'StopRequested', v: 1, person: 'eve' });
    const { events } = given(...storiesByStatus.running).when({ ...onCall, onCall: 'leads' });
    expect(events).toMatchObject([{ problem: { code: 'NOT_AN_APPROVER' } }]);
  });

  it('is refused to a stranger, also after somebody else asked for it', () => {
    const no = { groups: 'sre', rule: 'tocsin.yaml:41', status: 'running' };
    given(...storiesByStatus.running)
      .when(stop(eve))
      .then(refused(eve, 'stop', 'NOT_AN_APPROVER', no));
    given(...storiesByStatus.running, { type: 'StopRequested', v: 1, person: 'ben' })
      .when(stop(eve))
      .then(refused(eve, 'stop', 'NOT_AN_APPROVER', no));
  });

  it('is quiet when pressed twice, by one or by two people', () => {
    for (const by of [ben, ana]) {
      given(...storiesByStatus.running, { type: 'StopRequested', v: 1, person: 'ben' })
        .when(stop(by))
        .then();
    }
    given(...storiesByStatus.cancelled)
      .when(stop(ben))
      .then();
  });

  it('is open to the groups that may ask, where the rule wants no approval', () => {
    given(...waiting(noPlaces), operationApproved(noPlaces))
      .when(stop(ben))
      .then({ type: 'OperationCancelled', v: 1, person: 'ben', surface: 'console' });
  });

  it.each(statusesBut('none', 'asked', 'waiting', 'approved', 'running', 'verifying', 'cancelled'))(
    'is refused when it is %s',
    (status) => {
      given(...storiesByStatus[status])
        .when(stop(ana))
        .then(refusedIn(status, ana, 'stop', 'OPERATION_NOT_RUNNING'));
    },
  );
});

describe('to settle', () => {
  it.each(['done', 'not-done'] as const)('ends what is unknown as %s', (as) => {
    const state = given(...storiesByStatus.unknown)
      .when(settle(ben, as))
      .then({
        type: 'OperationSettled',
        v: 1,
        person: 'ben',
        surface: 'console',
        as,
        reason: 'looked',
      })
      .state();
    expect(state.status).toBe(as === 'done' ? 'done' : 'failed');
    expect(state.settledAs).toBe(as);
  });

  it('is refused to the requester', () => {
    given(...storiesByStatus.unknown)
      .when(settle(ana, 'done'))
      .then(refused(ana, 'settle', 'SETTLE_OWN_REQUEST', { requester: 'ana', status: 'unknown' }));
  });

  it('is refused to a stranger', () => {
    given(...storiesByStatus.unknown)
      .when(settle(eve, 'done'))
      .then(
        refused(eve, 'settle', 'NOT_AN_APPROVER', {
          groups: 'sre',
          rule: 'tocsin.yaml:41',
          status: 'unknown',
        }),
      );
  });

  it('is quiet when said twice, and refused when said otherwise', () => {
    const settled = [
      ...storiesByStatus.unknown,
      { type: 'OperationSettled', v: 1, person: 'ben', as: 'done', reason: '' },
    ] as const;
    given(...settled)
      .when(settle(ben, 'done'))
      .then();
    given(...settled)
      .when(settle(ben, 'not-done'))
      .then(refused(ben, 'settle', 'OPERATION_NOT_UNKNOWN', { status: 'done' }));
  });

  it('is open to the groups that may ask, where the rule wants no approval', () => {
    const { events } = given(
      ...waiting(noPlaces),
      operationApproved(noPlaces),
      ...storiesByStatus.unknown.slice(4),
    ).when(settle(ben, 'done'));
    expect(events).toMatchObject([{ type: 'OperationSettled', person: 'ben' }]);
  });

  it.each(statusesBut('unknown'))('is refused when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when(settle(ben, 'done'))
      .then(refusedIn(status, ben, 'settle', 'OPERATION_NOT_UNKNOWN'));
  });
});

describe('to approve what is dangerous', () => {
  const danger: Story = { plan: { risk: 'danger' } };

  it('counts on a rendering that was made for the press, and by typing', () => {
    for (const more of [{ fresh: true }, { typed: true }]) {
      const { events } = given(...waiting(danger)).when(approve(ben, danger, more));
      expect(events).toMatchObject([
        { type: 'ApprovalGiven', shown },
        { type: 'OperationApproved' },
      ]);
    }
  });

  it('is refused on any other', () => {
    given(...waiting(danger))
      .when(approve(ben, danger))
      .then(refused(ben, 'approve', 'APPROVE_NEEDS_FRESH'));
  });

  it('stays quiet when the same person pressed before', () => {
    given(...waiting(danger), approvalGiven(ben, danger))
      .when(approve(ben, danger))
      .then();
  });
});

type Approve = Extract<PersonIntent, { type: 'Approve' }>;

function approve(by: Evidence, story: Story = {}, more: Partial<Approve> = {}): Approve {
  return { type: 'Approve', at, by, hash: hashOf(story), typed: false, shown, ...more };
}

function decline(by: Evidence): Extract<PersonIntent, { type: 'Decline' }> {
  return { type: 'Decline', at, by, hash: hashOf(), typed: false, reason: 'not now' };
}

function declined(by: Evidence): OperationEvent {
  return {
    type: 'OperationDeclined',
    v: 1,
    person: by.person,
    surface: 'console',
    reason: 'not now',
  };
}

function withdraw(by: Evidence): PersonIntent {
  return { type: 'Withdraw', at, by };
}

function cancel(by: Evidence): PersonIntent {
  return { type: 'Cancel', at, by };
}

function stop(by: Evidence): PersonIntent {
  return { type: 'Stop', at, by };
}

function settle(by: Evidence, as: 'done' | 'not-done'): PersonIntent {
  return { type: 'Settle', at, by, as, reason: 'looked' };
}

function refused(
  by: Evidence,
  what: string,
  code: string,
  facts: Readonly<Record<string, string>> = {},
): OperationEvent {
  const said = {
    operation: op,
    verb: 'scale',
    service: 'checkout',
    line: 'scale checkout 6',
    status: 'waiting',
  };
  return {
    type: 'RequestRefused',
    v: 1,
    person: by.person,
    surface: by.surface,
    what,
    problem: problem(code, { ...said, ...facts }),
  };
}

function refusedIn(
  status: OperationStatus,
  by: Evidence,
  what: string,
  code: string,
): OperationEvent {
  const nothing = { operation: op, verb: '', service: '', line: '' };
  return refused(by, what, code, { ...(status === 'none' ? nothing : {}), status });
}

function differs(by: Evidence, what: string, typed: string): OperationEvent {
  return refused(by, what, 'PLAN_HASH_DIFFERS', { given: typed, hash: hashOf().slice(0, 10) });
}

function statusesBut(...skipped: readonly OperationStatus[]): readonly OperationStatus[] {
  const all = Object.keys(storiesByStatus) as readonly OperationStatus[];
  return all.filter((status) => !skipped.includes(status));
}
