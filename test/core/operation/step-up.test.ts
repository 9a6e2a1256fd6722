import { describe, expect, it } from 'vitest';
import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import type { AllowRule, Verdict } from '../../../src/core/operation/policy.ts';
import { stepUpFreshMs } from '../../../src/core/operation/step-up.ts';
import { strictest, wantsTheSame } from '../../../src/core/operation/strictest.ts';
import type { Evidence, StepUp } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  approvalGiven,
  ben,
  cleo,
  dbaAndSre,
  eve,
  evidence,
  given,
  hashOf,
  op,
  operationApproved,
  operationStarted,
  rule,
  type Story,
  shown,
  T0,
  waiting,
} from './sample.ts';

const at = T0 + 60_000;
const careful: Story = { rule: { stepUp: true } };

describe('an approval of a plan that wants a second factor', () => {
  it('counts with one that was given for this plan, and keeps which it was', () => {
    const by = steppedUp(ben, {});
    given(...waiting(careful))
      .when(approve(by))
      .then(approvalGiven(by, careful), operationApproved(careful));
  });

  it.each([
    ['none', undefined],
    ['one for another plan', { hash: 'f'.repeat(64) }],
    ['one for the beginning of its hash', { hash: hashOf(careful).slice(0, 10) }],
    ['one that is older than the moment', { at: at - stepUpFreshMs - 1 }],
    ['one of the time to come', { at: at + 1 }],
  ] as const)('is refused with %s', (_what, more) => {
    const by = more === undefined ? ben : steppedUp(ben, more);
    given(...waiting(careful))
      .when(approve(by))
      .then(refused(by, 'STEP_UP_REQUIRED'));
  });

  it('counts with one of the last moment', () => {
    const by = steppedUp(ben, { at: at - stepUpFreshMs });
    given(...waiting(careful))
      .when(approve(by))
      .then(approvalGiven(by, careful), operationApproved(careful));
  });

  it('is refused when it is typed, wherever that was', () => {
    for (const surface of ['console', 'slack/main', 'discord/main']) {
      const by = evidence('ben', ['sre'], surface);
      given(...waiting(careful))
        .when({ ...approve(by), typed: true })
        .then(refused(by, 'STEP_UP_REQUIRED'));
    }
  });

  it('by somebody who may not approve says that, and nothing of factors', () => {
    const { events } = given(...waiting(careful)).when(approve(steppedUp(eve, {})));
    expect(events).toMatchObject([{ problem: { code: 'NOT_AN_APPROVER' } }]);
  });

  it('wants one of each approver', () => {
    const two: Story = { rule: { stepUp: true, places: dbaAndSre } };
    const hash = hashOf(two);
    const first = steppedUp(cleo, { hash });
    given(...waiting(two), approvalGiven(first, two))
      .when(approve(ben, two))
      .then(refused(ben, 'STEP_UP_REQUIRED'));
    const second = steppedUp(ben, { hash });
    given(...waiting(two), approvalGiven(first, two))
      .when(approve(second, two))
      .then(approvalGiven(second, two), operationApproved(two));
  });

  it('of a rule that wants none needs none', () => {
    given(...waiting())
      .when(approve(ben, {}))
      .then(approvalGiven(ben), operationApproved());
  });
});

describe('the last look before the first step', () => {
  it('counts a factor that the rule of now wants and that was given', () => {
    const by = steppedUp(ben, { hash: hashOf(), at: T0 });
    given(...waiting(), approvalGiven(by), operationApproved())
      .when(begin([ben], allowed({ stepUp: true })))
      .then(operationStarted());
  });

  it('is stale where the rule of now wants one and none was given', () => {
    const past = [...waiting(), approvalGiven(ben), operationApproved()];
    const { events } = given(...past).when(begin([ben], allowed({ stepUp: true })));
    expect(events).toMatchObject([
      { type: 'OperationStale', problem: { code: 'POLICY_WANTS_MORE' } },
    ]);
  });

  it('does not take one that the approver says to have now', () => {
    const past = [...waiting(), approvalGiven(ben), operationApproved()];
    const now = steppedUp(ben, { hash: hashOf() });
    const { events } = given(...past).when(begin([now], allowed({ stepUp: true })));
    expect(events).toMatchObject([{ type: 'OperationStale' }]);
  });
});

describe('of two verdicts', () => {
  it('the stricter one wants a second factor when either does', () => {
    const plain = allowed({ where: 'a:1' });
    const strict = allowed({ where: 'a:2', stepUp: true });
    expect(strictest(plain, strict)).toMatchObject({ rule: { stepUp: true } });
    expect(strictest(strict, plain)).toMatchObject({ rule: { stepUp: true } });
    expect(strictest(plain, allowed({ where: 'a:3' }))).not.toHaveProperty('rule.stepUp');
  });

  it('one with a second factor does not want the same as one without', () => {
    expect(wantsTheSame(allowed({}), allowed({ stepUp: true }))).toBe(false);
    expect(wantsTheSame(allowed({ stepUp: true }), allowed({ stepUp: true }))).toBe(true);
  });
});

function steppedUp(by: Evidence, more: Partial<StepUp>): Evidence {
  const stepUp = { factor: 'passkey', credential: 'f-1', hash: hashOf(careful), at } as const;
  return { ...by, stepUp: { ...stepUp, ...more } };
}

function approve(by: Evidence, story: Story = careful): OperationIntent & { type: 'Approve' } {
  return { type: 'Approve', at, by, hash: hashOf(story), typed: false, shown, fresh: true };
}

function refused(by: Evidence, code: string): OperationEvent {
  return {
    type: 'RequestRefused',
    v: 1,
    person: by.person,
    surface: by.surface,
    what: 'approve',
    problem: problem(code, {
      operation: op,
      verb: 'scale',
      service: 'checkout',
      line: 'scale checkout 6',
      status: 'waiting',
      rule: 'tocsin.yaml:41',
    }),
  };
}

function begin(standing: readonly Evidence[], verdict: Verdict): OperationIntent {
  return { type: 'Begin', at, standing, policy: 'policy-1', verdict };
}

function allowed(more: Partial<AllowRule>): Verdict {
  return { allowed: true, rule: rule(more) };
}
