import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import { glassProblems } from '../../../src/core/operation/glass-problem-text.ts';
import {
  anythingApplied,
  type OperationEvent,
  type OperationState,
  terminal,
} from '../../../src/core/operation/operation.ts';
import type { Place } from '../../../src/core/operation/policy.ts';
import { operationProblems } from '../../../src/core/operation/problem-text.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { fill } from '../../../src/core/view/words.ts';

/** One decision: the intent, the state it was made from, what was decided and where that led. */
export interface Turn {
  readonly intent: OperationIntent;
  readonly before: OperationState;
  readonly events: readonly OperationEvent[];
  readonly after: OperationState;
  readonly at: number;
}

/** What must hold of every turn, whoever asks for whatever at any time. Empty when all is well. */
export function brokenBy(turn: Turn): readonly string[] {
  return [
    ...finality(turn),
    ...turn.events.flatMap((event) => [
      ...approvalRules(turn, event),
      ...beginRules(turn, event),
      ...stepRules(turn, event),
      ...honesty(turn, event),
    ]),
    ...order(turn),
  ];
}

function finality({ before, events }: Turn): readonly string[] {
  const late = events.filter(({ type }) => terminal.has(before.status) && !afterwards.has(type));
  return late.map(({ type }) => `${type} after ${before.status}`);
}

/** What may still be said of an operation that is over. */
const afterwards: ReadonlySet<string> = new Set([
  'RequestRefused',
  'PeopleTold',
  'GlassReviewed',
  'ReviewReminded',
]);

function approvalRules(turn: Turn, event: OperationEvent): readonly string[] {
  if (event.type !== 'ApprovalGiven') return [];
  const { before, at } = turn;
  const { approver } = event;
  const seats = before.rule?.places ?? [];
  const said: string[] = [];
  if (before.status !== 'waiting') said.push(`an approval while ${before.status}`);
  if (event.hash !== before.hash) said.push('an approval of another plan');
  if (at >= (before.plan?.expiresAt ?? 0)) said.push('an approval after the expiry');
  if (approver.person === before.asked?.requester.person) said.push('a self-approval');
  if (!seats.some(({ from }) => belongs(approver, from))) said.push('an approval by a stranger');
  if (before.approvals.some(({ evidence }) => evidence.person === approver.person)) {
    said.push('a second approval by one person');
  }
  if (before.rule?.stepUp && !hasFactor(approver, before, at))
    said.push('an approval without a factor');
  return said;
}

function beginRules(turn: Turn, event: OperationEvent): readonly string[] {
  if (event.type !== 'OperationStarted') return [];
  const { before, intent, at } = turn;
  if (intent.type !== 'Begin') return [`begun by ${intent.type}`];
  if (before.glass) return glassRules(turn, intent);
  const said: string[] = [];
  const approvers = before.approvals.map(({ evidence }) => evidence.person);
  const standing = intent.standing.filter(({ person }) => approvers.includes(person));
  if (!canSeatAll(before.rule?.places ?? [], standing)) said.push('begun with an empty seat');
  if (approvers.includes(before.asked?.requester.person ?? '')) said.push('begun by self-approval');
  if (new Set(approvers).size !== approvers.length) said.push('begun with one person twice');
  if (at >= (before.plan?.expiresAt ?? 0)) said.push('begun after the expiry');
  if (before.plan?.policy !== intent.policy) said.push('begun under another policy');
  const { verdict, halt } = intent;
  if (halt) said.push('begun while it is halted');
  if (verdict && !verdict.allowed) said.push('begun though the policy refuses it by now');
  if (verdict?.allowed && !canSeatAll(verdict.rule.places, standing)) {
    said.push('begun with an empty seat of the rule of now');
  }
  const factored = standing.filter(({ person }) =>
    before.approvals.some(
      ({ evidence, at: given }) => evidence.person === person && hasFactor(evidence, before, given),
    ),
  );
  if (before.rule?.stepUp && !canSeatAll(before.rule.places, factored)) {
    said.push('begun without the factors of its rule');
  }
  if (verdict?.allowed && verdict.rule.stepUp && !canSeatAll(verdict.rule.places, factored)) {
    said.push('begun without the factors of the rule of now');
  }
  if (event.hash !== before.hash) said.push('begun with another plan');
  if (before.startedAt !== undefined) said.push('begun twice');
  return said;
}

/** One that was given for this very plan, and not long before. */
function hasFactor({ stepUp }: Evidence, { hash }: OperationState, at: number): boolean {
  return (
    stepUp !== undefined && stepUp.hash === hash && stepUp.at <= at && at - stepUp.at < 180_000
  );
}

/** A path of its own: no seat is asked for, and each rule names whoever broke the glass. */
function glassRules(
  { before, at }: Turn,
  { standing, policy, verdict, halt }: Extract<OperationIntent, { readonly type: 'Begin' }>,
): readonly string[] {
  const said: string[] = [];
  const breaker = standing.find(({ person }) => person === before.glass?.evidence.person);
  const rules = [before.rule, ...(verdict?.allowed ? [verdict.rule] : [])];
  const isNamed = rules.every((rule) =>
    rule?.breakGlass?.from.some((group) => breaker && belongs(breaker, group)),
  );
  if (!isNamed) said.push('begun by a glass that was not theirs to break');
  if (before.glass?.review) said.push('begun after its review');
  if (at >= (before.plan?.expiresAt ?? 0)) said.push('begun after the expiry');
  if (before.plan?.policy !== policy) said.push('begun under another policy');
  if (halt) said.push('begun while it is halted');
  if (verdict && !verdict.allowed) said.push('begun though the policy refuses it by now');
  if (before.startedAt !== undefined) said.push('begun twice');
  return said;
}

function stepRules({ before, intent }: Turn, event: OperationEvent): readonly string[] {
  if (!('step' in event)) return [];
  const step = before.steps.find(({ step: { id } }) => id === event.step);
  if (!step) return [`${event.type} of a step that is not there`];
  const said: string[] = [];
  if (event.type === 'StepIntended') {
    if (step.step.guard === 'unguarded' && step.attempt > 0) said.push('an unguarded step twice');
    if (step.appliedAt > 0) said.push('an applied step intended again');
    const last = before.steps[before.steps.indexOf(step) - 1];
    const isBound = last?.step.critical === true && last.appliedAt > 0;
    const isHalted = intent.type === 'ReportCheck' && intent.halt !== undefined;
    if (isHalted && !isBound && !step.compensation) said.push('a step begun while it is halted');
    if (before.startedAt === undefined) said.push('a step before the beginning');
    const isBusy = before.steps.some(({ phase }) => phase === 'intended' || phase === 'applied');
    if (isBusy) said.push('two steps at once');
  }
  if (event.type === 'StepApplied' && step.appliedAt > 0) said.push('a step applied twice');
  if (event.type === 'StepApplied' && step.phase !== 'intended') said.push('applied unintended');
  return said;
}

/** After any effect nothing may say that nothing was changed, and no sentence may have a hole. */
function honesty({ before, after }: Turn, event: OperationEvent): readonly string[] {
  const said: string[] = [];
  if (event.type === 'OperationStale' && anythingApplied(before))
    said.push('stale after an effect');
  if (anythingApplied(before) && !anythingApplied(after)) said.push('an effect was forgotten');
  const because = 'problem' in event ? event.problem : undefined;
  const words = because && (operationProblems[because.code] ?? glassProblems[because.code]);
  if (!because || !words) return said;
  for (const part of Object.values(words)) {
    const sentence = fill(part, because.facts);
    if (/\{\w+\}/.test(sentence)) said.push(`a hole in ${because.code}: ${sentence}`);
    const isDenial = /nothing was changed/i.test(sentence);
    if (isDenial && event.type === 'OperationFailed' && anythingApplied(before)) {
      said.push(`${because.code} denies an effect`);
    }
  }
  return said;
}

function order({ before, after }: Turn): readonly string[] {
  const hasBegun = after.startedAt !== undefined;
  const isBusy = after.status === 'running' || after.status === 'verifying';
  const isStuck =
    isBusy && !after.steps.some(({ phase }) => ['waiting', 'intended', 'applied'].includes(phase));
  return [
    ...(isBusy && !hasBegun ? [`${after.status} without a beginning`] : []),
    ...(isStuck ? [`${after.status} with no step left`] : []),
    ...(before.startedAt !== undefined && !hasBegun ? ['the beginning was forgotten'] : []),
  ];
}

/** Seats by trying everything, so that the matching under test is not its own witness. */
export function canSeatAll(places: readonly Place[], people: readonly Evidence[]): boolean {
  const seats = places.flatMap(({ count, from }) => Array.from({ length: count }, () => from));
  const fillFrom = (index: number, free: readonly Evidence[]): boolean => {
    const group = seats[index];
    if (group === undefined) return true;
    return free.some(
      (person) =>
        belongs(person, group) &&
        fillFrom(
          index + 1,
          free.filter((other) => other.person !== person.person),
        ),
    );
  };
  return fillFrom(0, people);
}

function belongs(person: Evidence, group: string): boolean {
  return person.memberships.some((membership) => membership.group === group);
}
