import { type Problem, problem } from '../problem.ts';
import { type OperationIntent, said } from './decide.ts';
import type { OperationEvent, OperationState } from './operation.ts';
import { seatsNeeded } from './places.ts';
import { flawOf } from './plan.ts';
import { dangerSeatsMin } from './policy.ts';

type PlanIntent = Extract<OperationIntent, { readonly type: 'Plan' }>;

/** From a draft to a plan that waits for people, unless the gate has something against it. */
export function takePlan(intent: PlanIntent, state: OperationState): readonly OperationEvent[] {
  if (state.status !== 'asked') return [];
  const because = objection(intent, state);
  if (because) {
    const { code, facts } = because;
    return [
      { type: 'OperationRefused', v: 1, problem: problem(code, { ...said(state), ...facts }) },
    ];
  }
  const { plan, hash, rule, judged } = intent;
  const planned: OperationEvent = {
    type: 'OperationPlanned',
    v: 1,
    plan,
    hash,
    rule,
    ...(judged && { judged }),
  };
  return rule.places.length === 0
    ? [planned, { type: 'OperationApproved', v: 1, hash }]
    : [planned];
}

function objection(
  { plan, rule, waiting, full }: PlanIntent,
  { id, asked }: OperationState,
): Problem | undefined {
  const flaw = flawOf(plan, { operation: id, requester: asked?.requester.person ?? '' });
  if (flaw) return problem('PLAN_NOT_RUNNABLE', { flaw });
  if (waiting && waiting.operations.length >= waiting.max) {
    return problem('PLANS_PENDING', {
      requester: plan.requester,
      operations: waiting.operations.join(', '),
      max: waiting.max,
      free: new Date(waiting.freeAt).toISOString(),
    });
  }
  if (full) return full.problem;
  const isShort = seatsNeeded(rule.places) < dangerSeatsMin;
  return plan.risk === 'danger' && isShort
    ? problem('DANGER_NEEDS_TWO', { environment: plan.environment, rule: rule.where })
    : undefined;
}
