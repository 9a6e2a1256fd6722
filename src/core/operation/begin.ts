import { type Evidence, supposing } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import { isExpired, type OperationIntent, said } from './decide.ts';
import { glassObjection } from './glass.ts';
import type { OperationEvent, OperationState } from './operation.ts';
import { allSeatsFilled } from './places.ts';
import { type AllowRule, surfaceKind } from './policy.ts';
import { wasSteppedUp } from './step-up.ts';
import { preapproved } from './undo.ts';

/** The last look before the first step: expiry, policy and the approvers' standing, all as they are now. */
export function begin(
  intent: Extract<OperationIntent, { readonly type: 'Begin' }>,
  state: OperationState,
): readonly OperationEvent[] {
  const { plan: planned, rule, hash } = state;
  if (state.status !== 'approved' || !planned || !rule || !hash) return [];
  if (isExpired(state, intent.at)) return [{ type: 'OperationExpired', v: 1 }];
  if (planned.policy !== intent.policy) {
    return [{ type: 'OperationStale', v: 1, problem: problem('POLICY_CHANGED', said(state)) }];
  }
  if (state.glass) return beginByGlass(intent, state);
  if (rule.preapproved) return beginUndo(intent, state);
  const standing = intent.standing.filter(({ person }) =>
    state.approvals.some(({ evidence }) => evidence.person === person),
  );
  // A directory that is silent takes no approval away: it is waited for, as long as the plan lasts.
  const supposed = standing.map(supposing);
  if (!allSeatsFilled(rule.places, standing)) {
    if (allSeatsFilled(rule.places, supposed)) return putOff(state, silentFor(standing));
    const stale = problem('APPROVAL_NO_LONGER_COUNTS', { ...said(state), rule: rule.where });
    return [{ type: 'OperationStale', v: 1, problem: stale }];
  }
  const { verdict } = intent;
  if (verdict && !verdict.allowed) {
    if (verdict.problem.code === 'DIRECTORY_UNREACHABLE') return putOff(state, verdict.problem);
    return [{ type: 'OperationStale', v: 1, problem: verdict.problem }];
  }
  if (verdict && !isEnough(verdict.rule, state, standing)) {
    if (isEnough(verdict.rule, state, supposed)) return putOff(state, silentFor(standing));
    const because = { ...said(state), rule: verdict.rule.where };
    return [{ type: 'OperationStale', v: 1, problem: problem('POLICY_WANTS_MORE', because) }];
  }
  if (intent.halt || intent.full) return [];
  return [{ type: 'OperationStarted', v: 1, hash }];
}

/** It was approved with what it takes back: nobody is asked again, and what is denied by now is not done. */
function beginUndo(
  {
    at,
    verdict,
    halt,
    full,
    original,
    policy,
  }: Extract<OperationIntent, { readonly type: 'Begin' }>,
  state: OperationState,
): readonly OperationEvent[] {
  const { asked, rule, hash = '' } = state;
  if (verdict && !verdict.allowed && verdict.problem.code === 'POLICY_DENIED') {
    return [{ type: 'OperationStale', v: 1, problem: verdict.problem }];
  }
  const holds =
    original !== undefined &&
    asked !== undefined &&
    original.id === rule?.preapproved?.operation &&
    preapproved(original, { by: asked.requester, at, policy }) !== undefined;
  if (!holds) {
    const because = { ...said(state), original: original?.id ?? '' };
    return [{ type: 'OperationStale', v: 1, problem: problem('UNDO_NOT_PREAPPROVED', because) }];
  }
  return halt || full ? [] : [{ type: 'OperationStarted', v: 1, hash }];
}

/** Nothing here asks for approvals: the glass stands in their place, under each rule and with whoever broke it. */
function beginByGlass(
  { standing, verdict, halt, full }: Extract<OperationIntent, { readonly type: 'Begin' }>,
  state: OperationState,
): readonly OperationEvent[] {
  const { rule, hash = '' } = state;
  if (verdict && !verdict.allowed) {
    if (verdict.problem.code === 'DIRECTORY_UNREACHABLE') return putOff(state, verdict.problem);
    return [{ type: 'OperationStale', v: 1, problem: verdict.problem }];
  }
  const rules = [rule, verdict?.rule].filter((each) => each !== undefined);
  const because = glassObjection(rules, standing, state);
  if (because) {
    const isOnlySilent = !glassObjection(rules, standing.map(supposing), state);
    if (isOnlySilent) return putOff(state, silentFor(standing));
    return [{ type: 'OperationStale', v: 1, problem: because }];
  }
  return halt || full ? [] : [{ type: 'OperationStarted', v: 1, hash }];
}

/** Said once for each reason: it is looked at again and again. */
function putOff(state: OperationState, because: Problem): readonly OperationEvent[] {
  const { directory, since } = because.facts;
  const before = state.putOff?.facts;
  if (before && before['directory'] === directory && before['since'] === since) return [];
  return [{ type: 'BeginPutOff', v: 1, problem: because }];
}

function silentFor(standing: readonly Evidence[]): Problem {
  const silent = standing.flatMap(({ unreachable = [] }) => unreachable);
  return silent[0]?.problem ?? problem('DIRECTORY_UNREACHABLE');
}

/** Whether the approvals that were given satisfy a rule that was not the one they were given under. */
function isEnough(rule: AllowRule, state: OperationState, standing: readonly Evidence[]): boolean {
  const { surfaces, stepUp } = rule;
  const { approvals, hash = '' } = state;
  const counting = standing.filter(
    ({ person, surface }) =>
      (surfaces === undefined || surfaces.includes(surfaceKind(surface))) &&
      (!stepUp ||
        approvals.some((given) => given.evidence.person === person && wasSteppedUp(given, hash))),
  );
  return allSeatsFilled(rule.places, counting) && isVouched(rule, state, counting);
}

/** Where a severity lowered what is needed, somebody who neither asked nor approves stands for it. */
export function isVouched(
  { severityBy }: AllowRule,
  state: OperationState,
  approvers: readonly Evidence[],
): boolean {
  const involved = [state.asked?.requester.person, ...approvers.map(({ person }) => person)];
  return severityBy === undefined || severityBy.some((person) => !involved.includes(person));
}
