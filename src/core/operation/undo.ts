import { isLook } from '../health.ts';
import { type Evidence, isMember } from '../person.ts';
import { canonical } from './hash.ts';
import { type OperationState, type StepState, terminal } from './operation.ts';
import { allSeatsFilled, isEligible } from './places.ts';
import type { Plan, Step } from './plan.ts';
import { type AllowRule, dangerSeatsMin } from './policy.ts';

/** A rule's word that whoever approves a plan approves its undo as well. */
export interface UndoRule {
  /** How long after its end. */
  readonly withinMs: number;
  /** Also where the undo is dangerous; never by itself. */
  readonly danger: boolean;
}

/** What stands of an operation, the newest first. Compensations took back what they name, and are not undone. */
export function standingSteps({ steps, compensated }: OperationState): readonly StepState[] {
  if (compensated) return [];
  return steps
    .filter(({ step, appliedAt, compensation }) => appliedAt > 0 && !compensation && !isLook(step))
    .reverse();
}

/** What the card of a plan promises: nothing where a step has no way back, or the plan is dangerous and the rule does not say. */
export function promisedUndo(
  { undo }: Pick<AllowRule, 'undo'>,
  { steps, risk }: Pick<Plan, 'steps' | 'risk'>,
): number | undefined {
  const isWhole = steps.every((step) => step.undo !== 'irreversible');
  if (!undo || !isWhole || (risk === 'danger' && !undo.danger)) return undefined;
  return undo.withinMs;
}

/**
 * The rule under which an undo needs no approval of its own, because it was approved with what it takes back: shown to
 * whoever approved it, asked for by one of them or by the requester, in time, and of nothing but what was shown. Undefined
 * where any of it does not hold; the undo is then a plan like every other.
 */
export function preapproved(
  original: OperationState,
  asked: { readonly by: Evidence; readonly at: number; readonly policy: string },
): AllowRule | undefined {
  const { plan, rule, approvals, endedAt, glass, status } = original;
  const within = plan?.undoWithinMs;
  if (!plan || !rule?.undo || within === undefined || endedAt === undefined || glass) {
    return undefined;
  }
  const isOver = terminal.has(status) && asked.at < endedAt + within;
  const people = approvals.map(({ evidence }) => evidence);
  const isApproved = allSeatsFilled(rule.places, people);
  const isSame = plan.policy === asked.policy;
  if (!isOver || !isApproved || !isSame || !isInvolved(original, asked.by)) return undefined;
  const { requesters, where, expiresMs } = rule;
  return {
    kind: 'allow',
    where,
    match: rule.match,
    requesters,
    reasonRequired: false,
    expiresMs,
    places: [],
    ...(rule.tell && { tell: rule.tell }),
    preapproved: { operation: original.id, until: endedAt + within },
  };
}

/**
 * Whether a draft does what was shown beside what it takes back, and all of it. Where it comes from may be called otherwise
 * by now (a revision that was returned to has a new number); that it is what we wrote is for the draft to see.
 */
export function isAsShown(original: OperationState, steps: readonly Step[]): boolean {
  const standing = standingSteps(original);
  const drafted = steps.filter((step) => !isLook(step));
  return (
    standing.length > 0 &&
    standing.length === drafted.length &&
    standing.every(({ step }, index) => {
      const back = drafted[index];
      return (
        back !== undefined &&
        step.undo !== 'irreversible' &&
        step.target.id === back.target.id &&
        step.target.identity === back.target.identity &&
        canonical([step.undo.params, ends(step.undo)]) === canonical([back.params, ends(back)])
      );
    })
  );
}

function ends({ change }: Pick<Step, 'change'>): readonly (readonly string[])[] {
  return change.map(({ path, what, to = '' }) => [path, what, to]);
}

/** Danger is undone on two people's word, who said so of the undo. */
export function mayBeDangerous({ rule, approvals }: OperationState): boolean {
  const people = new Set(approvals.map(({ evidence }) => evidence.person));
  return rule?.undo?.danger === true && people.size >= dangerSeatsMin;
}

/** Whoever asked for it or approved it, and still could. */
function isInvolved({ asked, approvals, rule }: OperationState, by: Evidence): boolean {
  if (!rule) return false;
  if (asked?.requester.person === by.person) {
    return rule.requesters.some((group) => isMember(by, group));
  }
  const approved = approvals.some(({ evidence }) => evidence.person === by.person);
  return approved && isEligible(rule.places, by);
}
