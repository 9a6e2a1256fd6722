import { describe, expect, it } from 'vitest';
import { isVouched } from '../../../src/core/operation/begin.ts';
import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import { initialOperation, type OperationEvent } from '../../../src/core/operation/operation.ts';
import type { AllowRule, Verdict } from '../../../src/core/operation/policy.ts';
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
  given,
  hashOf,
  op,
  operationApproved,
  operationStarted,
  plan,
  rule,
  type Story,
  shown,
  T0,
  waiting,
} from './sample.ts';

describe('the verdict of now', () => {
  it('that asks for the same lets it begin', () => {
    given(...approved())
      .when(begin([ben], allowed({})))
      .then(operationStarted());
  });

  it('that asks for less lets it begin', () => {
    given(...approved())
      .when(begin([ben], allowed({ places: [] })))
      .then(operationStarted());
  });

  it('that refuses makes it stale, with its own words', () => {
    const because = problem('POLICY_DENIED', { rule: 'tocsin.yaml:9' });
    given(...approved())
      .when(begin([ben], { allowed: false, problem: because }))
      .then({ type: 'OperationStale', v: 1, problem: because });
  });

  it('that asks for more makes it stale, and names its rule', () => {
    const { events } = given(...approved()).when(
      begin([ben], allowed({ places: dbaAndSre, where: 'tocsin.yaml:50' })),
    );
    expectStale(events, 'POLICY_WANTS_MORE', { rule: 'tocsin.yaml:50' });
  });

  it('that asks for more than is needed is content with what was given beyond', () => {
    const two: Story = { rule: { places: dbaAndSre } };
    const past = [...waiting(two), approvalGiven(ben, two), approvalGiven(cleo, two)];
    given(...past, operationApproved(two))
      .when(begin([ben, cleo], allowed({ places: [{ count: 1, from: 'dba' }] })))
      .then(operationStarted(two));
  });

  it('that takes no approvals of a surface leaves out those given there', () => {
    const { events } = given(...approved()).when(begin([ben], allowed({ surfaces: ['slack'] })));
    expectStale(events, 'POLICY_WANTS_MORE');
    given(...approved())
      .when(begin([ben], allowed({ surfaces: ['slack', 'console'] })))
      .then(operationStarted());
  });

  it('that rests on the severity an approver set is none', () => {
    const { events } = given(...approved()).when(begin([ben], allowed({ severityBy: ['ben'] })));
    expectStale(events, 'POLICY_WANTS_MORE');
    given(...approved())
      .when(begin([ben], allowed({ severityBy: ['ben', 'cleo'] })))
      .then(operationStarted());
  });
});

describe('the approvals of now', () => {
  it('are those that were given, of whomever else something is known', () => {
    const { events } = given(...approved()).when(begin([dora], allowed({})));
    const facts = { line: 'scale checkout 6', status: 'approved', rule: 'tocsin.yaml:41' };
    expectStale(events, 'APPROVAL_NO_LONGER_COUNTS', facts);
  });

  const two: Story = { rule: { places: dbaAndSre } };
  const factor = { factor: 'passkey', credential: 'f-1', hash: hashOf(two), at: T0 } as const;
  const careful = allowed({ places: dbaAndSre, stepUp: true });
  const past = (...approvers: readonly Evidence[]) =>
    given(
      ...waiting(two),
      ...approvers.map((approver) => approvalGiven(approver, two)),
      operationApproved(two),
    );

  it('count each with a factor of its own where the rule of now wants one', () => {
    past({ ...cleo, stepUp: factor }, { ...ben, stepUp: factor })
      .when(begin([cleo, ben], careful))
      .then(operationStarted(two));
    for (const approvers of [
      [cleo, { ...ben, stepUp: factor }],
      [{ ...cleo, stepUp: factor }, ben],
    ]) {
      const { events } = past(...approvers).when(begin([cleo, ben], careful));
      expectStale(events, 'POLICY_WANTS_MORE');
    }
  });
});

describe('who vouches for a severity', () => {
  it('is somebody who neither asked nor approves, also where nobody is known to have asked', () => {
    const set = rule({ severityBy: ['ben'] });
    expect(isVouched(set, initialOperation(op), [])).toBe(true);
    expect(isVouched(set, initialOperation(op), [ben])).toBe(false);
    expect(isVouched(rule(), initialOperation(op), [ben])).toBe(true);
  });
});

describe('a directory that is silent before the first step', () => {
  const because = problem('DIRECTORY_UNREACHABLE', {
    directory: 'slack_usergroup T01/S01',
    since: '2026-11-20T03:00:00.000Z',
    because: 'SLACK_UNREACHABLE',
  });
  const silent: Evidence = {
    ...ben,
    memberships: [],
    unreachable: [{ group: 'sre', problem: because }],
  };
  const putOff: OperationEvent = { type: 'BeginPutOff', v: 1, problem: because };

  it('takes no approval away and lets nothing begin: it is waited for, and the reason is on the record', () => {
    given(...approved())
      .when(begin([silent], allowed({})))
      .then(putOff);
  });

  it('is said once, however often it is looked at', () => {
    given(...approved(), putOff)
      .when(begin([silent], allowed({})))
      .then();
  });

  it('is waited for when it is the verdict of now that hangs on it', () => {
    given(...approved())
      .when(begin([ben], { allowed: false, problem: because }))
      .then(putOff);
  });

  it('is waited for when what is needed now hangs on it', () => {
    const dba = { ...ben, unreachable: [{ group: 'dba', problem: because }] };
    given(...approved())
      .when(begin([dba], allowed({ places: [{ count: 1, from: 'dba' }] })))
      .then(putOff);
  });

  it('does not matter where the approvals count without it', () => {
    given(...approved())
      .when(begin([{ ...ben, unreachable: [{ group: 'dba', problem: because }] }], allowed({})))
      .then(operationStarted());
  });

  it.each([
    ['another directory', { directory: 'discord_role 9001/2' }],
    ['the same one, silent since another time', { since: '2026-11-20T03:05:00.000Z' }],
  ])('is said again when it is %s', (_which, more) => {
    const other = problem(because.code, { ...because.facts, ...more });
    const now = { ...silent, unreachable: [{ group: 'sre', problem: other }] };
    given(...approved(), putOff)
      .when(begin([now], allowed({})))
      .then({ type: 'BeginPutOff', v: 1, problem: other });
  });

  it('is said also where it gave no reason', () => {
    const bare = problem('DIRECTORY_UNREACHABLE');
    const now = { ...silent, unreachable: [{ group: 'sre', problem: bare }] };
    given(...approved())
      .when(begin([now], allowed({})))
      .then({ type: 'BeginPutOff', v: 1, problem: bare });
  });

  it('is named whichever of the approvers hangs on it', () => {
    const two: Story = { rule: { places: dbaAndSre } };
    const past = [...waiting(two), approvalGiven(cleo, two), approvalGiven(ben, two)];
    given(...past, operationApproved(two))
      .when(begin([cleo, silent], allowed({ places: dbaAndSre })))
      .then(putOff);
  });

  it('that answers that somebody is in no group any more makes it stale', () => {
    const gone = { ...ben, memberships: [] };
    const { events } = given(...approved(), putOff).when(begin([gone], allowed({})));
    expectStale(events, 'APPROVAL_NO_LONGER_COUNTS');
  });

  it('of a group that fills no place makes it stale: no answer could mend it', () => {
    const other = { ...silent, unreachable: [{ group: 'support', problem: because }] };
    const { events } = given(...approved()).when(begin([other], allowed({})));
    expectStale(events, 'APPROVAL_NO_LONGER_COUNTS');
  });

  it('is waited for no longer than the plan', () => {
    const late = { ...begin([silent], allowed({})), at: T0 + 31 * 60_000 };
    given(...approved(), putOff)
      .when(late)
      .then({ type: 'OperationExpired', v: 1 });
  });
});

describe('a rule that severity made easier', () => {
  const eased: Story = { rule: { severityBy: ['ben'] } };

  it('takes no approval of the one who set it', () => {
    const { events } = given(...waiting(eased)).when(approve(ben, eased));
    expect(events).toMatchObject([
      { type: 'RequestRefused', person: 'ben', problem: { code: 'SEVERITY_BY_APPROVER' } },
    ]);
  });

  it('takes that of anybody else', () => {
    const { events } = given(...waiting(eased)).when(approve(dora, eased));
    expect(events).toMatchObject([{ type: 'ApprovalGiven' }, { type: 'OperationApproved' }]);
  });

  it('takes it also of the one who set it, once somebody uninvolved confirmed', () => {
    const confirmed: Story = { rule: { severityBy: ['ben', 'eve'] } };
    const { events } = given(...waiting(confirmed)).when(approve(ben, confirmed));
    expect(events).toMatchObject([{ type: 'ApprovalGiven' }, { type: 'OperationApproved' }]);
  });

  it('is not vouched for by the requester', () => {
    const own: Story = { rule: { severityBy: ['ana', 'ben'] } };
    const { events } = given(...waiting(own)).when(approve(ben, own));
    expect(events).toMatchObject([{ problem: { code: 'SEVERITY_BY_APPROVER' } }]);
  });
});

describe('a dangerous plan', () => {
  it.each([
    ['nobody', []],
    ['one', [{ count: 1, from: 'sre' }]],
  ] as const)('is refused where %s approves', (_count, places) => {
    const { events } = given(asked).when(planOf('danger', { places }));
    expect(events).toMatchObject([
      { type: 'OperationRefused', problem: { code: 'DANGER_NEEDS_TWO' } },
    ]);
  });

  it.each([
    ['of one group', [{ count: 2, from: 'sre' }]],
    ['of two groups', dbaAndSre],
  ] as const)('waits for two %s', (_groups, places) => {
    const { events } = given(asked).when(planOf('danger', { places }));
    expect(events).toMatchObject([{ type: 'OperationPlanned' }]);
  });

  it('is the only one that needs two', () => {
    const { events } = given(asked).when(planOf('change', { places: [] }));
    expect(events).toMatchObject([{ type: 'OperationPlanned' }, { type: 'OperationApproved' }]);
  });
});

function begin(standing: readonly Evidence[], verdict: Verdict): OperationIntent {
  return { type: 'Begin', at: T0 + 60_000, standing, policy: 'policy-1', verdict };
}

function allowed(more: Partial<AllowRule>): Verdict {
  return { allowed: true, rule: rule(more) };
}

function approve(by: Evidence, story: Story): OperationIntent {
  return { type: 'Approve', at: T0 + 5000, by, hash: hashOf(story), typed: false, shown };
}

function planOf(risk: 'change' | 'danger', more: Partial<AllowRule>): OperationIntent {
  const story: Story = { plan: { risk } };
  return { type: 'Plan', plan: plan(story.plan), hash: hashOf(story), rule: rule(more) };
}

function expectStale(
  events: readonly OperationEvent[],
  code: string,
  facts: Readonly<Record<string, string>> = {},
): void {
  expect(events).toMatchObject([{ type: 'OperationStale', problem: { code, facts } }]);
}
