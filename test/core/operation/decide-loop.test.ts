import { describe, expect, it } from 'vitest';
import type { LoopIntent } from '../../../src/core/operation/decide.ts';
import { type OperationEvent, terminal } from '../../../src/core/operation/operation.ts';
import type { Plan } from '../../../src/core/operation/plan.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  approvalGiven,
  approved,
  asked,
  ben,
  cleo,
  dbaAndSre,
  dora,
  evidence,
  expiresAt,
  given,
  hashOf,
  op,
  operationApproved,
  operationStarted,
  planned,
  rule,
  type Story,
  step,
  storiesByStatus,
  T0,
  waiting,
  plan as wholePlan,
} from './sample.ts';

const two: Story = { rule: { places: dbaAndSre } };
const statuses = Object.keys(storiesByStatus) as readonly (keyof typeof storiesByStatus)[];

describe('a drafted plan', () => {
  it('waits for approval', () => {
    given(asked).when(plan()).then(planned());
  });

  it('is approved by being asked where the rule wants nobody', () => {
    const nobody: Story = { rule: { places: [] } };
    given(asked).when(plan(nobody)).then(planned(nobody), operationApproved(nobody));
  });

  it.each(statuses.filter((status) => status !== 'asked'))('is ignored when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when(plan())
      .then();
  });

  const compensation = (id: string) => step(id);
  const flaws: readonly (readonly [string, Partial<Plan>, string])[] = [
    ['without steps', { steps: [] }, 'it has no steps'],
    ['of another operation', { operation: 'op-40' }, 'it belongs to op-40'],
    ['for another requester', { requester: 'ben' }, 'it names ben as the requester'],
    [
      'with two steps of one name',
      { steps: [step('s1'), step('s1')] },
      'two of its steps are called s1',
    ],
    [
      'with a compensation named like a step',
      { steps: [step('s1', { onFailure: { compensate: [compensation('s1')] } })] },
      'two of its steps are called s1',
    ],
    [
      'with two compensations of one name',
      {
        steps: [
          step('s1', { onFailure: { compensate: [compensation('c1'), compensation('c1')] } }),
        ],
      },
      'two of its steps are called c1',
    ],
  ];
  it.each(flaws)('%s is refused before anybody is asked to approve it', (_, more, flaw) => {
    const because = problem('PLAN_NOT_RUNNABLE', {
      operation: op,
      verb: 'scale',
      service: 'checkout',
      line: 'scale checkout 6',
      status: 'asked',
      flaw,
    });
    given(asked)
      .when(plan({ plan: more }))
      .then({ type: 'OperationRefused', v: 1, problem: because });
  });

  it('may use a name in the compensations of two steps, of which one at most runs', () => {
    const each = { onFailure: { compensate: [compensation('c1')] } };
    const story: Story = { plan: { steps: [step('s1', each), step('s2', each)] } };
    given(asked).when(plan(story)).then(planned(story));
  });
});

describe.each(['RefusePlan', 'GiveUpPlanning'] as const)('%s', (type) => {
  const because = problem('PLAN_INTERRUPTED');

  it('ends a request that has no plan yet', () => {
    given(asked)
      .when({ type, problem: because })
      .then({ type: 'OperationRefused', v: 1, problem: because });
  });

  it.each(statuses.filter((status) => status !== 'asked'))('is quiet when it is %s', (status) => {
    given(...storiesByStatus[status])
      .when({ type, problem: because })
      .then();
  });
});

describe('to begin', () => {
  it('starts what is approved, in time, under the policy that decided', () => {
    given(...approved())
      .when(begin([ben]))
      .then(operationStarted());
  });

  it('expires instead, from the millisecond of the expiry on', () => {
    given(...approved())
      .when(begin([ben], { at: expiresAt - 1 }))
      .then(operationStarted());
    given(...approved())
      .when(begin([ben], { at: expiresAt }))
      .then({ type: 'OperationExpired', v: 1 });
  });

  it('makes the plan stale when the policy was changed', () => {
    expectStale(
      given(...approved()).when(begin([ben], { policy: 'policy-2' })).events,
      'POLICY_CHANGED',
    );
  });

  it('makes the plan stale when an approver has left the group', () => {
    expectStale(
      given(...approved()).when(begin([evidence('ben', [])])).events,
      'APPROVAL_NO_LONGER_COUNTS',
    );
  });

  it('makes the plan stale when an approver is not known any more', () => {
    expectStale(given(...approved()).when(begin([])).events, 'APPROVAL_NO_LONGER_COUNTS');
  });

  it('counts nobody who has not approved, whatever they are', () => {
    expectStale(given(...approved()).when(begin([dora])).events, 'APPROVAL_NO_LONGER_COUNTS');
  });

  it('makes the plan stale when the people left fill only some of the places', () => {
    const both = [
      ...waiting(two),
      approvalGiven(ben, two),
      approvalGiven(cleo, two),
      operationApproved(two),
    ];
    given(...both)
      .when(begin([ben, cleo]))
      .then(operationStarted(two));
    expectStale(
      given(...both).when(begin([ben, evidence('cleo', ['sre'])])).events,
      'APPROVAL_NO_LONGER_COUNTS',
    );
  });

  it('needs nobody where the rule wants nobody', () => {
    const nobody: Story = { rule: { places: [] } };
    given(...waiting(nobody), operationApproved(nobody))
      .when(begin([]))
      .then(operationStarted(nobody));
  });

  it('does not begin what was withdrawn', () => {
    given(...approved(), { type: 'ApprovalWithdrawn', v: 1, person: 'ben' })
      .when(begin([ben]))
      .then();
  });

  it.each(statuses.filter((status) => status !== 'approved'))(
    'is quiet when it is %s',
    (status) => {
      given(...storiesByStatus[status])
        .when(begin([ben]))
        .then();
    },
  );
});

describe('to expire', () => {
  it.each(['waiting', 'approved'] as const)('ends what is %s once its time is over', (status) => {
    given(...storiesByStatus[status])
      .when({ type: 'Expire', at: expiresAt })
      .then({ type: 'OperationExpired', v: 1 });
  });

  it('is quiet before that', () => {
    given(...waiting())
      .when({ type: 'Expire', at: expiresAt - 1 })
      .then();
  });

  it.each(statuses.filter((status) => status !== 'waiting' && status !== 'approved'))(
    'is quiet when it is %s: what has begun is not cut off',
    (status) => {
      given(...storiesByStatus[status])
        .when({ type: 'Expire', at: expiresAt + 1 })
        .then();
    },
  );
});

describe('an operation', () => {
  it.each(statuses)('that is told to be %s is', (status) => {
    expect(given(...storiesByStatus[status]).state().status).toBe(status);
  });

  it('knows which ends are final: unknown is none', () => {
    expect(statuses.filter((status) => terminal.has(status))).toEqual([
      'refused',
      'done',
      'failed',
      'stale',
      'declined',
      'cancelled',
      'expired',
    ]);
  });

  it('keeps when it was asked, started and ended', () => {
    const { asked: request, startedAt, endedAt } = given(...storiesByStatus.done).state();
    expect([request?.at, startedAt, endedAt]).toEqual([T0 + 1000, T0 + 5000, T0 + 9000]);
  });

  it('is changed by nothing that was erased or comes from a later version', () => {
    const before = given(...storiesByStatus.running).state();
    const erased = { type: 'Erased', v: 1, was: 'ApprovalGiven' } as unknown as OperationEvent;
    const later = { type: 'OperationPraised', v: 9 } as unknown as OperationEvent;
    expect(given(...storiesByStatus.running, erased, later).state()).toEqual(before);
  });
});

function plan(story: Story = {}): LoopIntent {
  const whole = wholePlan(story.plan);
  return { type: 'Plan', plan: whole, hash: hashOf(story), rule: rule(story.rule) };
}

type Begin = Extract<LoopIntent, { type: 'Begin' }>;

function begin(standing: readonly Evidence[], more: Partial<Begin> = {}): Begin {
  return { type: 'Begin', at: T0 + 60_000, standing, policy: 'policy-1', ...more };
}

function expectStale(events: readonly OperationEvent[], code: string): void {
  expect(events).toMatchObject([{ type: 'OperationStale', problem: { code } }]);
}
