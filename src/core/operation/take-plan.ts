import { type Problem, problem } from '../problem.ts';
import { type OperationIntent, said } from './decide.ts';
import type { Asked, OperationEvent, OperationState } from './operation.ts';
import { seatsNeeded } from './places.ts';
import { flawOf } from './plan.ts';
import { dangerSeatsMin } from './policy.ts';
import { isAsShown, mayBeDangerous, preapproved } from './undo.ts';

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
  { plan, rule, waiting, full, original }: PlanIntent,
  { id, asked }: OperationState,
): Problem | undefined {
  const flaw = flawOf(plan, { operation: id, requester: asked?.requester.person ?? '' });
  if (flaw) return problem('PLAN_NOT_RUNNABLE', { flaw });
  if (rule.preapproved) return preapprovalObjection(plan, original, asked);
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

/** That it was approved with what it takes back is looked at here once more, whoever found it so. */
function preapprovalObjection(
  { steps, risk, policy }: PlanIntent['plan'],
  original: OperationState | undefined,
  asked: Asked | undefined,
): Problem | undefined {
  const facts = { original: original?.id ?? '' };
  if (!original || !asked || asked.undoes !== original.id) {
    return problem('UNDO_NOT_PREAPPROVED', facts);
  }
  const holds =
    preapproved(original, { by: asked.requester, at: asked.at, policy }) !== undefined &&
    isAsShown(original, steps) &&
    (risk !== 'danger' || mayBeDangerous(original));
  return holds ? undefined : problem('UNDO_NOT_PREAPPROVED', facts);
}
