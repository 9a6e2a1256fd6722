import { createHash } from 'node:crypto';
import { decide, type OperationIntent } from '../../../src/core/operation/decide.ts';
import { planHash } from '../../../src/core/operation/hash.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import type { Plan, Step } from '../../../src/core/operation/plan.ts';
import type { AllowRule, Place } from '../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import { givenFor, type Past, T0, type When } from '../given.ts';

export { T0 } from '../given.ts';

/** One operation, from its request on: what these suites speak about unless they say otherwise. */
export const op = 'op-41';

export const given: (
  ...past: readonly Past<OperationEvent>[]
) => When<OperationState, OperationEvent, OperationIntent> = givenFor({
  initial: () => initialOperation(op),
  decide,
  evolve,
});

export const minute = 60_000;
export const expiresAt = T0 + 30 * minute;

export function evidence(person: string, groups: readonly string[], surface = 'console'): Evidence {
  return {
    person,
    surface,
    account: `${surface}:${person}`,
    memberships: groups.map((group) => ({ group, source: 'static', ageMs: 0 })),
  };
}

/** Ana asks; ben is sre, cleo is dba, dora is both; eve is nobody. */
export const ana: Evidence = evidence('ana', ['sre', 'dba']);
export const ben: Evidence = evidence('ben', ['sre']);
export const cleo: Evidence = evidence('cleo', ['dba']);
export const dora: Evidence = evidence('dora', ['sre', 'dba']);
export const eve: Evidence = evidence('eve', ['support']);

export const target = {
  id: 'kubernetes/eu-1/shop/deployment/checkout',
  identity: 'uid-checkout',
};

export function step(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    kind: 'kubernetes.set-replicas',
    v: 1,
    target,
    at: { integration: 'kubernetes', target: 'eu-1', locator: { namespace: 'shop' } },
    change: [{ path: 'replicas', what: 'changed', from: '3', to: '6' }],
    params: { replicas: 6 },
    preconditions: { replicas: 3 },
    postconditions: { replicas: 6 },
    verify: { what: '6 of 6 pods ready', withinMs: 2 * minute },
    guard: 'conditional',
    undo: {
      change: [{ path: 'replicas', what: 'changed', from: '6', to: '3' }],
      params: { replicas: 3 },
    },
    onFailure: 'stop',
    critical: false,
    ...more,
  };
}

export function plan(more: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    operation: op,
    nonce: 'n-1',
    requester: 'ana',
    verb: 'scale',
    line: 'scale checkout 6',
    service: 'checkout',
    environment: 'production',
    risk: 'change',
    targets: [target],
    steps: [step('s1')],
    diff: [{ path: 'replicas', what: 'changed', from: '3', to: '6' }],
    blast: { pods: 6 },
    warnings: [],
    reason: 'the queue grows',
    expiresAt,
    policy: 'policy-1',
    ...more,
  };
}

export const oneSre: readonly Place[] = [{ count: 1, from: 'sre' }];
export const dbaAndSre: readonly Place[] = [
  { count: 1, from: 'dba' },
  { count: 1, from: 'sre' },
];

export function rule(more: Partial<AllowRule> = {}): AllowRule {
  return {
    kind: 'allow',
    where: 'tocsin.yaml:41',
    match: {},
    requesters: ['sre'],
    reasonRequired: false,
    expiresMs: 30 * minute,
    places: oneSre,
    ...more,
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The words that lead to each status, so that a test names only what it is about. */
export interface Story {
  readonly plan?: Partial<Plan>;
  readonly rule?: Partial<AllowRule>;
}

export const asked: OperationEvent = {
  type: 'OperationAsked',
  v: 1,
  verb: 'scale',
  line: 'scale checkout 6',
  service: 'checkout',
  environment: 'production',
  incident: 'incident/7',
  requester: ana,
  reason: 'the queue grows',
  undoes: '',
};

export function planned(story: Story = {}): OperationEvent {
  const whole = plan(story.plan);
  const hash = planHash(whole, sha256);
  return { type: 'OperationPlanned', v: 1, plan: whole, hash, rule: rule(story.rule) };
}

export function hashOf(story: Story = {}): string {
  return planHash(plan(story.plan), sha256);
}

export const shown = { digest: 'card-digest', surface: 'console' };

export function approvalGiven(approver: Evidence, story: Story = {}): OperationEvent {
  return { type: 'ApprovalGiven', v: 1, approver, hash: hashOf(story), shown };
}

export function operationApproved(story: Story = {}): OperationEvent {
  return { type: 'OperationApproved', v: 1, hash: hashOf(story) };
}

export function operationStarted(story: Story = {}): OperationEvent {
  return { type: 'OperationStarted', v: 1, hash: hashOf(story) };
}

export function intended(id = 's1', attempt = 1): OperationEvent {
  return {
    type: 'StepIntended',
    v: 1,
    step: id,
    attempt,
    token: `rv-${attempt}`,
    landsBefore: T0 + 10 * minute,
  };
}

export function applied(id = 's1', attempt = 1): OperationEvent {
  return { type: 'StepApplied', v: 1, step: id, attempt, known: 'answer', outputs: {} };
}

export function missed(id = 's1', attempt = 1, why = 'moved'): OperationEvent {
  return { type: 'StepMissed', v: 1, step: id, attempt, why };
}

export function verified(id = 's1'): OperationEvent {
  return { type: 'StepVerified', v: 1, step: id };
}

export function stepFailed(because: Problem, id = 's1'): OperationEvent {
  return { type: 'StepFailed', v: 1, step: id, problem: because };
}

export function operationFailed(because: Problem, compensated = false): OperationEvent {
  return { type: 'OperationFailed', v: 1, problem: because, compensated };
}

export function operationUnknown(because: Problem, id = 's1'): OperationEvent {
  return { type: 'OperationUnknown', v: 1, step: id, problem: because };
}

export const succeeded: OperationEvent = { type: 'OperationSucceeded', v: 1 };
export const crash: Problem = problem('POD_CRASHES', { pod: 'checkout-1' });

export function waiting(story: Story = {}): readonly OperationEvent[] {
  return [asked, planned(story)];
}

export function approved(story: Story = {}): readonly OperationEvent[] {
  return [...waiting(story), approvalGiven(ben, story), operationApproved(story)];
}

export function running(story: Story = {}): readonly OperationEvent[] {
  return [...approved(story), operationStarted(story)];
}

/** How each of the fourteen statuses comes about. */
export const storiesByStatus: Readonly<
  Record<OperationState['status'], readonly OperationEvent[]>
> = {
  none: [],
  asked: [asked],
  refused: [asked, { type: 'OperationRefused', v: 1, problem: problem('POLICY_NO_RULE') }],
  waiting: waiting(),
  approved: approved(),
  running: running(),
  verifying: [...running(), intended(), applied()],
  done: [...running(), intended(), applied(), verified(), succeeded],
  failed: [...running(), intended(), applied(), stepFailed(crash), operationFailed(crash)],
  stale: [...running(), { type: 'OperationStale', v: 1, problem: problem('PLAN_STALE') }],
  declined: [...waiting(), { type: 'OperationDeclined', v: 1, person: 'ben', reason: '' }],
  cancelled: [...waiting(), { type: 'OperationCancelled', v: 1, person: 'ana' }],
  expired: [...waiting(), { type: 'OperationExpired', v: 1 }],
  unknown: [...running(), intended(), operationUnknown(problem('STEP_OUTCOME_UNKNOWN'))],
};
