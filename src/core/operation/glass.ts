import { type Evidence, isMember, unknownIn } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import { isVouched } from './begin.ts';
import { isExpired, isPending, namesHash, refusal, said, wrongHash } from './decide.ts';
import { type OperationEvent, type OperationState, type Shown, terminal } from './operation.ts';
import { mayDecide } from './places.ts';
import { type AllowRule, surfaceKind } from './policy.ts';
import { isSteppedUp } from './step-up.ts';
import { tooNew } from './young-account.ts';

/*
 * To have nobody else is a path of its own: a person whom the rule names breaks the glass instead of the approvals. No
 * approval is made up for it. Whoever could have approved is told at once, and somebody else reviews it afterwards.
 */

/** Of a rule: who may do without the approvals, and how often one person may within 24 hours. */
export interface GlassRule {
  readonly from: readonly string[];
  readonly perDay: number;
}

export type GlassEvent =
  | {
      readonly type: 'GlassBroken';
      readonly v: 1;
      readonly breaker: Evidence;
      readonly hash: string;
      readonly reason: string;
      /** Where the rule that allows it stands. */
      readonly rule: string;
      readonly shown: Shown;
      /** Whom it called, as the groups were at that moment. */
      readonly told: readonly Called[];
    }
  | {
      readonly type: 'GlassReviewed';
      readonly v: 1;
      readonly person: string;
      readonly surface: string;
      readonly as: 'ok' | 'not-ok';
      readonly comment: string;
    }
  | {
      readonly type: 'ReviewReminded';
      readonly v: 1;
      /** 1 for the first. */
      readonly turn: number;
      readonly overdue: boolean;
      readonly called: readonly Called[];
    };

/** A group and who was in it. */
export interface Called {
  readonly group: string;
  readonly people: readonly string[];
}

export interface Glass {
  readonly evidence: Evidence;
  readonly at: number;
  readonly reason: string;
  readonly rule: string;
  readonly shown: Shown;
  readonly told: readonly Called[];
  readonly reminders: readonly Reminder[];
  readonly review?: Review;
}

export interface Reminder {
  readonly at: number;
  readonly overdue: boolean;
  readonly called: readonly Called[];
}

export interface Review {
  readonly person: string;
  readonly surface: string;
  readonly as: 'ok' | 'not-ok';
  readonly comment: string;
  readonly at: number;
}

export type GlassIntent =
  | {
      readonly type: 'BreakGlass';
      readonly at: number;
      readonly by: Evidence;
      readonly hash: string;
      readonly typed: boolean;
      readonly reason: string;
      readonly shown: Shown;
      readonly told: readonly Called[];
      /** How often this person did in the 24 hours before. Read in the same append. */
      readonly broken?: number;
    }
  | {
      readonly type: 'ReviewGlass';
      readonly at: number;
      readonly by: Evidence;
      readonly as: 'ok' | 'not-ok';
      readonly comment: string;
    }
  | {
      readonly type: 'RemindReview';
      readonly at: number;
      readonly called: readonly Called[];
    };

/** Shorter ones say nothing to whoever reviews it. */
export const glassReasonMin = 15;
const hourMs = 60 * 60_000;
export const glassDayMs = 24 * hourMs;
/** Somebody else looks at it within this time. */
export const reviewWithinMs = 24 * hourMs;
const firstReminderMs = 12 * hourMs;

export function decideGlass(intent: GlassIntent, state: OperationState): readonly OperationEvent[] {
  switch (intent.type) {
    case 'BreakGlass':
      return breakGlass(intent, state);
    case 'ReviewGlass':
      return review(intent, state);
    case 'RemindReview':
      return remind(intent, state);
    default:
      return intent satisfies never;
  }
}

type Of<T extends GlassIntent['type']> = Extract<GlassIntent, { readonly type: T }>;

function breakGlass(intent: Of<'BreakGlass'>, state: OperationState): readonly OperationEvent[] {
  const { by, hash, reason, shown, told } = intent;
  const { rule } = state;
  const refuse = refusal('break-glass', by);
  // Said twice by the same tired person.
  if (state.glass?.evidence.person === by.person) return [];
  if (!isPending(state) || state.glass || !rule || !state.hash) {
    return refuse(problem('OPERATION_NOT_WAITING', said(state)));
  }
  if (isExpired(state, intent.at)) return refuse(problem('PLAN_EXPIRED', said(state)));
  if (!namesHash(intent, state.hash)) return refuse(wrongHash(state, hash));
  const because =
    tooNew(by, intent.at, state) ??
    notBreakable(rule, by, state) ??
    unfactored(rule, { evidence: by, at: intent.at }, state);
  if (because) return refuse(because);
  if (reason.replace(/\s/g, '').length < glassReasonMin) {
    return refuse(problem('GLASS_REASON_SHORT', { ...said(state), least: glassReasonMin }));
  }
  const most = rule.breakGlass?.perDay ?? 0;
  if ((intent.broken ?? 0) >= most) {
    return refuse(problem('GLASS_USED_UP', { ...said(state), most, rule: rule.where }));
  }
  return [
    {
      type: 'GlassBroken',
      v: 1,
      breaker: by,
      hash: state.hash,
      reason,
      rule: rule.where,
      shown,
      told,
    },
  ];
}

/** What keeps this person from it by that rule, wherever it is asked: at the breaking, and again before the first step. */
function notBreakable(rule: AllowRule, by: Evidence, state: OperationState): Problem | undefined {
  const facts = { ...said(state), rule: rule.where };
  const { breakGlass: glass, surfaces } = rule;
  if (!glass) return problem('GLASS_NOT_ALLOWED', facts);
  if (!glass.from.some((group) => isMember(by, group))) {
    const unknown = unknownIn(by, glass.from);
    if (unknown) {
      const { group } = unknown;
      return problem('DIRECTORY_UNREACHABLE', { ...unknown.problem.facts, ...facts, group });
    }
    return problem('GLASS_NOT_YOURS', { ...facts, groups: glass.from.join(', ') });
  }
  // The console counts always: it is what is left when every chat platform is down.
  const kind = surfaceKind(by.surface);
  if (surfaces && kind !== 'console' && !surfaces.includes(kind)) {
    const where = surfaces.join(', ');
    return problem('SURFACE_MAY_NOT_APPROVE', { ...facts, surface: by.surface, surfaces: where });
  }
  if (!isVouched(rule, state, [by])) {
    const people = (rule.severityBy ?? []).join(', ');
    return problem('SEVERITY_BY_APPROVER', { ...facts, people });
  }
  return undefined;
}

/** Where approvals take a second factor, the glass does: as it was given when it was broken. */
function unfactored(
  rule: AllowRule,
  { evidence, at }: Pick<Glass, 'evidence' | 'at'>,
  state: OperationState,
): Problem | undefined {
  return rule.stepUp && !isSteppedUp(evidence, state.hash ?? '', at)
    ? problem('STEP_UP_REQUIRED', { ...said(state), rule: rule.where })
    : undefined;
}

/**
 * The glass path of the last look before the first step: the breaker is still named by the rule it was broken under and
 * by the one that holds now. Undefined when it counts.
 */
export function glassObjection(
  rules: readonly AllowRule[],
  standing: readonly Evidence[],
  state: OperationState,
): Problem | undefined {
  const { glass } = state;
  if (!glass) return undefined;
  const now = standing.find(({ person }) => person === glass.evidence.person);
  const counts =
    now &&
    rules.every((rule) => !notBreakable(rule, now, state) && !unfactored(rule, glass, state));
  if (counts) return undefined;
  const rule = rules.map(({ where }) => where).join(' and ');
  return problem('GLASS_NO_LONGER_COUNTS', { ...said(state), rule });
}

function review(intent: Of<'ReviewGlass'>, state: OperationState): readonly OperationEvent[] {
  const { by, as, comment } = intent;
  const { glass, rule } = state;
  const refuse = refusal('review', by);
  if (!glass) return refuse(problem('REVIEW_NOTHING', said(state)));
  if (glass.review) {
    const { person } = glass.review;
    const isSame = person === by.person && glass.review.as === as;
    return isSame ? [] : refuse(problem('REVIEW_CLOSED', { ...said(state), person }));
  }
  if ([glass.evidence.person, state.asked?.requester.person].includes(by.person)) {
    return refuse(problem('REVIEW_OWN', said(state)));
  }
  if (!mayReview(rule, by)) {
    const groups = reviewers(rule).join(', ');
    return refuse(problem('NOT_A_REVIEWER', { ...said(state), groups, rule: glass.rule }));
  }
  if (!terminal.has(state.status)) return refuse(problem('REVIEW_TOO_EARLY', said(state)));
  const { person, surface } = by;
  return [{ type: 'GlassReviewed', v: 1, person, surface, as, comment }];
}

/** Whoever may approve it, or may break the glass as well. */
export function reviewers(rule: AllowRule | undefined): readonly string[] {
  if (!rule) return [];
  const places = rule.places.map(({ from }) => from);
  return [...new Set([...places, ...(rule.breakGlass?.from ?? [])])];
}

function mayReview(rule: AllowRule | undefined, by: Evidence): boolean {
  return mayDecide(rule, by) || reviewers(rule).some((group) => isMember(by, group));
}

function remind({ at, called }: Of<'RemindReview'>, state: OperationState) {
  const { glass } = state;
  if (!glass || !isReminderDue(glass, at)) return [];
  const overdue = at >= reviewDueAt(glass);
  const turn = glass.reminders.length + 1;
  return [{ type: 'ReviewReminded', v: 1, turn, overdue, called } as const];
}

/** Milliseconds since 1970. */
export function reviewDueAt({ at }: Glass): number {
  return at + reviewWithinMs;
}

/** After half a day, when it is due, and daily from then on; no more once it was reviewed. */
export function isReminderDue({ at, reminders, review: done }: Glass, now: number): boolean {
  if (done) return false;
  const last = reminders.at(-1)?.at;
  if (last === undefined) return now >= at + firstReminderMs;
  const due = at + reviewWithinMs;
  return last < due ? now >= due : now >= last + glassDayMs;
}

export function isReviewOpen({ glass }: OperationState): boolean {
  return glass !== undefined && glass.review === undefined;
}

/** Whether somebody could close it. */
export function waitsForReview(person: Evidence, state: OperationState): boolean {
  const { glass, asked, rule } = state;
  const own = [glass?.evidence.person, asked?.requester.person].includes(person.person);
  return isReviewOpen(state) && !own && mayReview(rule, person);
}

export function evolveGlass(state: OperationState, event: GlassEvent, at: number): OperationState {
  if (event.type === 'GlassBroken') {
    const { breaker, reason, rule, shown, told } = event;
    const glass = { evidence: breaker, at, reason, rule, shown, told, reminders: [] };
    return { ...state, status: 'approved', glass };
  }
  const { glass } = state;
  if (!glass) return state;
  if (event.type === 'GlassReviewed') {
    const { person, surface, as, comment } = event;
    return { ...state, glass: { ...glass, review: { person, surface, as, comment, at } } };
  }
  const { overdue, called } = event;
  return {
    ...state,
    glass: { ...glass, reminders: [...glass.reminders, { at, overdue, called }] },
  };
}

/** Each breaking is counted in a stream of its person, by the append that records it: two at a moment meet there. */
export interface GlassCounted {
  readonly type: 'GlassCounted';
  readonly v: 1;
  readonly operation: string;
}

/** When, ms; those that still count. */
export type GlassCount = readonly number[];

export function evolveGlassCount(
  state: GlassCount,
  event: { readonly type: string },
  { at }: { readonly at: number },
): GlassCount {
  // One whose payload was erased still counts.
  return event.type === 'GlassCounted' || event.type === 'Erased'
    ? [...state.filter((each) => each > at - glassDayMs), at]
    : state;
}

export function brokenSince(count: GlassCount, now: number): number {
  return count.filter((each) => each > now - glassDayMs).length;
}
