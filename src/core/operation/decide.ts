import { type Evidence, isMember, unknownIn } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import { about } from './about.ts';
import { type AskingIntent, decideAsking } from './asking.ts';
import { begin, isVouched } from './begin.ts';
import { decideVoid, type VoidApprovals } from './clock-jump.ts';
import { type Called, decideGlass, type GlassIntent } from './glass.ts';
import { typedHashLength } from './hash.ts';
import type { Full } from './limit.ts';
import {
  type Judged,
  type OperationEvent,
  type OperationState,
  type Request,
  type Shown,
  terminal,
} from './operation.ts';
import { allSeatsFilled, deciders, isEligible, mayDecide, seatsFilled } from './places.ts';
import type { Plan } from './plan.ts';
import { type AllowRule, surfaceKind, type Verdict } from './policy.ts';
import type { Waiting } from './quota.ts';
import { decideStep, type StepIntent } from './step-decide.ts';
import { isSteppedUp } from './step-up.ts';
import { takePlan } from './take-plan.ts';
import { decideTelling, type Moment } from './tell.ts';
import { tooNew } from './young-account.ts';

/** What can be asked of an operation. Times are arguments: nothing here reads a clock. */
export type OperationIntent = PersonIntent | GlassIntent | AskingIntent | LoopIntent | StepIntent;

export type PersonIntent =
  | ({ readonly type: 'Ask' } & Request)
  | {
      readonly type: 'Approve';
      readonly at: number;
      readonly by: Evidence;
      /** Whole from a press; at least ten characters when typed. */
      readonly hash: string;
      readonly typed: boolean;
      readonly shown: Shown;
      /** What was shown was made anew for this press. A dangerous plan is approved on nothing else, or by typing. */
      readonly fresh?: boolean;
    }
  | {
      readonly type: 'Decline';
      readonly at: number;
      readonly by: Evidence;
      readonly hash: string;
      readonly typed: boolean;
      readonly reason: string;
    }
  | { readonly type: 'Withdraw'; readonly at: number; readonly by: Evidence }
  | { readonly type: 'Cancel'; readonly at: number; readonly by: Evidence }
  | {
      readonly type: 'Stop';
      readonly at: number;
      readonly by: Evidence;
      /** The group that is on call for the service; absent where there is none. */
      readonly onCall?: string;
    }
  | {
      readonly type: 'Settle';
      readonly at: number;
      readonly by: Evidence;
      readonly as: 'done' | 'not-done';
      readonly reason: string;
    };

export type LoopIntent =
  | VoidApprovals
  | { readonly type: 'RefusePlan'; readonly problem: Problem }
  | {
      readonly type: 'Plan';
      readonly plan: Plan;
      readonly hash: string;
      readonly rule: AllowRule;
      readonly judged?: Judged;
      /** What the requester has waiting. Read in the same append. */
      readonly waiting?: Waiting;
      /** Why its rule lets none begin now. Read in the same append. */
      readonly full?: Full;
      /** What it takes back. */
      readonly original?: OperationState;
    }
  | {
      readonly type: 'Begin';
      readonly at: number;
      /** The approvers as they are known now. */
      readonly standing: readonly Evidence[];
      /** Digest of the policy in force. */
      readonly policy: string;
      /** What it says now of the same request: the stricter of then and now counts. Absent where too little is known. */
      readonly verdict?: Verdict;
      /** Why nothing may begin now; it waits as long as that is so. Read in the same append. */
      readonly halt?: Problem;
      /** Why its rule lets none begin now; it waits as long as that is so. Read in the same append. */
      readonly full?: Full;
      /** What it takes back. */
      readonly original?: OperationState;
    }
  /** Somebody who approved it is nobody of ours any more: it waits for somebody else. */
  | { readonly type: 'RevokeApproval'; readonly person: string; readonly because: Problem }
  | { readonly type: 'Expire'; readonly at: number }
  | { readonly type: 'RecordTold'; readonly moment: Moment; readonly called: readonly Called[] }
  | { readonly type: 'GiveUpPlanning'; readonly problem: Problem };

/** Never throws and never waits: a refusal is a fact worth recording. Quiet where nothing would change. */
export function decide(intent: OperationIntent, state: OperationState): readonly OperationEvent[] {
  switch (intent.type) {
    case 'Ask':
      return ask(intent, state);
    case 'Plan':
      return takePlan(intent, state);
    case 'RefusePlan':
    case 'GiveUpPlanning':
      return state.status === 'asked'
        ? [{ type: 'OperationRefused', v: 1, problem: intent.problem }]
        : [];
    case 'Approve':
      return approve(intent, state);
    case 'VoidApprovals':
      return decideVoid(intent, state);
    case 'JoinRequest':
    case 'AskApprover':
    case 'PassApprover':
      return decideAsking(intent, state);
    case 'BreakGlass':
    case 'ReviewGlass':
    case 'RemindReview':
      return decideGlass(intent, state);
    case 'RecordTold':
      return decideTelling(intent, state);
    case 'Decline':
      return decline(intent, state);
    case 'Withdraw':
      return withdraw(intent, state);
    case 'Cancel':
      return cancel(intent, state);
    case 'Stop':
      return stop(intent, state);
    case 'Settle':
      return settle(intent, state);
    case 'Begin':
      return begin(intent, state);
    case 'RevokeApproval':
      return isPending(state) &&
        state.approvals.some(({ evidence }) => evidence.person === intent.person)
        ? [{ type: 'ApprovalWithdrawn', v: 1, person: intent.person, because: intent.because }]
        : [];
    case 'Expire':
      return isPending(state) && isExpired(state, intent.at)
        ? [{ type: 'OperationExpired', v: 1 }]
        : [];
    default:
      return decideStep(intent, state);
  }
}

type Of<T extends OperationIntent['type']> = Extract<OperationIntent, { readonly type: T }>;

function ask(intent: Of<'Ask'>, state: OperationState): readonly OperationEvent[] {
  if (state.status !== 'none') return [];
  const { type: _, ...facts } = intent;
  return [{ type: 'OperationAsked', v: 1, ...facts }];
}

function approve(intent: Of<'Approve'>, state: OperationState): readonly OperationEvent[] {
  const { by } = intent;
  const { rule, hash } = state;
  const refuse = refusal('approve', by);
  if (state.approvals.some(({ evidence }) => evidence.person === by.person)) {
    // A second press by the same person is a no-op until its end: chat clients retry, and so do tired thumbs.
    if (!terminal.has(state.status)) return [];
  }
  const closed = notWaiting(state, intent.at);
  if (closed) return refuse(closed);
  if (!rule || !hash) return refuse(problem('OPERATION_NOT_WAITING', said(state)));
  if (!namesHash(intent, hash)) return refuse(wrongHash(state, intent.hash));
  const young = tooNew(by, intent.at, state);
  if (young) return refuse(young);
  if (by.person === state.asked?.requester.person) {
    return refuse(problem('APPROVE_OWN_REQUEST', { ...said(state), requester: by.person }));
  }
  if (rule.surfaces && !rule.surfaces.includes(surfaceKind(by.surface))) {
    return refuse(
      problem('SURFACE_MAY_NOT_APPROVE', {
        ...said(state),
        surface: by.surface,
        surfaces: rule.surfaces.join(', '),
        rule: rule.where,
      }),
    );
  }
  if (!isEligible(rule.places, by)) {
    return refuse(notAnApprover(state, by));
  }
  const before = state.approvals.map(({ evidence }) => evidence);
  const after = [...before, by];
  if (!isVouched(rule, state, after)) {
    const people = (rule.severityBy ?? []).join(', ');
    return refuse(problem('SEVERITY_BY_APPROVER', { ...said(state), people, rule: rule.where }));
  }
  if (rule.stepUp && !isSteppedUp(by, hash, intent.at)) {
    return refuse(problem('STEP_UP_REQUIRED', { ...said(state), rule: rule.where }));
  }
  if (state.plan?.risk === 'danger' && !intent.typed && !intent.fresh) {
    return refuse(problem('APPROVE_NEEDS_FRESH', said(state)));
  }
  if (seatsFilled(rule.places, after) === seatsFilled(rule.places, before)) {
    return refuse(problem('PLACES_FILLED', { ...said(state), rule: rule.where }));
  }
  const given: OperationEvent = {
    type: 'ApprovalGiven',
    v: 1,
    approver: by,
    hash,
    shown: intent.shown,
  };
  return allSeatsFilled(rule.places, after)
    ? [given, { type: 'OperationApproved', v: 1, hash }]
    : [given];
}

function decline(intent: Of<'Decline'>, state: OperationState): readonly OperationEvent[] {
  const refuse = refusal('decline', intent.by);
  if (state.status === 'declined' && state.endedBy?.person === intent.by.person) return [];
  // A no still counts after the last yes, as long as nothing has begun: two people press at the same moment.
  if (!isPending(state)) return refuse(problem('OPERATION_NOT_WAITING', said(state)));
  if (isExpired(state, intent.at)) return refuse(problem('PLAN_EXPIRED', said(state)));
  if (!state.hash || !namesHash(intent, state.hash)) return refuse(wrongHash(state, intent.hash));
  if (!hasSay(state, intent.by)) {
    return refuse(notAnApprover(state, intent.by));
  }
  return [{ type: 'OperationDeclined', v: 1, ...who(intent.by), reason: intent.reason }];
}

function withdraw(intent: Of<'Withdraw'>, state: OperationState): readonly OperationEvent[] {
  const refuse = refusal('withdraw', intent.by);
  if (!isPending(state)) return refuse(problem('OPERATION_NOT_WAITING', said(state)));
  if (!state.approvals.some(({ evidence }) => evidence.person === intent.by.person)) {
    return refuse(problem('NOTHING_TO_WITHDRAW', said(state)));
  }
  return [{ type: 'ApprovalWithdrawn', v: 1, person: intent.by.person }];
}

function cancel(intent: Of<'Cancel'>, state: OperationState): readonly OperationEvent[] {
  const refuse = refusal('cancel', intent.by);
  if (state.status === 'cancelled') return [];
  if (!isPending(state) && state.status !== 'asked') {
    return refuse(problem('OPERATION_NOT_WAITING', said(state)));
  }
  if (!isOwn(state, intent.by)) {
    return refuse(
      problem('NOT_THE_REQUESTER', {
        ...said(state),
        requester: state.asked?.requester.person ?? '',
      }),
    );
  }
  return [{ type: 'OperationCancelled', v: 1, ...who(intent.by) }];
}

/** Making things safer needs no approval: the requester, whoever may approve and whoever is on call can stop it. */
function stop(intent: Of<'Stop'>, state: OperationState): readonly OperationEvent[] {
  const refuse = refusal('stop', intent.by);
  const isOnCall = intent.onCall !== undefined && isMember(intent.by, intent.onCall);
  if (!hasSay(state, intent.by) && !isOnCall) {
    return refuse(notAnApprover(state, intent.by));
  }
  if (state.stoppedBy !== undefined || state.status === 'cancelled') return [];
  if (isPending(state) || state.status === 'asked') {
    return [{ type: 'OperationCancelled', v: 1, ...who(intent.by) }];
  }
  if (state.status !== 'running' && state.status !== 'verifying') {
    return refuse(problem('OPERATION_NOT_RUNNING', said(state)));
  }
  return [{ type: 'StopRequested', v: 1, person: intent.by.person }];
}

function settle(intent: Of<'Settle'>, state: OperationState): readonly OperationEvent[] {
  const refuse = refusal('settle', intent.by);
  if (state.settledAs === intent.as) return [];
  if (state.status !== 'unknown') return refuse(problem('OPERATION_NOT_UNKNOWN', said(state)));
  const young = tooNew(intent.by, intent.at, state);
  if (young) return refuse(young);
  if (isOwn(state, intent.by)) {
    return refuse(problem('SETTLE_OWN_REQUEST', { ...said(state), requester: intent.by.person }));
  }
  if (!mayDecide(state.rule, intent.by)) return refuse(notAnApprover(state, intent.by));
  return [
    {
      type: 'OperationSettled',
      v: 1,
      ...who(intent.by),
      as: intent.as,
      reason: intent.reason,
    },
  ];
}

/** Waiting for people or for its turn: nothing has begun. */
export function isPending(state: OperationState): boolean {
  return state.status === 'waiting' || state.status === 'approved';
}

export function isExpired(state: OperationState, at: number): boolean {
  return state.plan !== undefined && at >= state.plan.expiresAt;
}

/** Its requester, whoever may approve it, and whoever broke the glass for it. */
function hasSay(state: OperationState, by: Evidence): boolean {
  const broke = state.glass?.evidence.person === by.person;
  return isOwn(state, by) || broke || mayDecide(state.rule, by);
}

function isOwn(state: OperationState, by: Evidence): boolean {
  return state.asked?.requester.person === by.person;
}

function notWaiting(state: OperationState, at: number): Problem | undefined {
  if (state.status !== 'waiting') return problem('OPERATION_NOT_WAITING', said(state));
  if (isExpired(state, at)) return problem('PLAN_EXPIRED', said(state));
  return undefined;
}

export function namesHash(
  named: { readonly hash: string; readonly typed: boolean },
  hash: string,
): boolean {
  return named.typed
    ? named.hash.length >= typedHashLength && hash.startsWith(named.hash.toLowerCase())
    : named.hash === hash;
}

export function wrongHash(state: OperationState, given: string): Problem {
  return problem('PLAN_HASH_DIFFERS', {
    ...said(state),
    given: given.slice(0, typedHashLength),
    hash: (state.hash ?? '').slice(0, typedHashLength),
  });
}

/** Before there is a rule only the requester has a say. */
function notAnApprover(state: OperationState, by: Evidence): Problem {
  const { rule } = state;
  if (!rule) {
    const requester = state.asked?.requester.person ?? '';
    return problem('NOT_THE_REQUESTER', { ...said(state), requester });
  }
  const unknown = unknownIn(by, deciders(rule));
  if (unknown) {
    const facts = { ...unknown.problem.facts, ...said(state), group: unknown.group };
    return problem('DIRECTORY_UNREACHABLE', { ...facts, rule: rule.where });
  }
  const groups = deciders(rule).join(', ');
  return problem('NOT_AN_APPROVER', { ...said(state), groups, rule: rule.where });
}

/** What it is about, and how far it is. */
export function said(state: OperationState): Record<string, string> {
  return { ...about(state), status: state.status };
}

function who({ person, surface }: Evidence) {
  return { person, surface };
}

export function refusal(what: string, by: Evidence) {
  return (because: Problem): readonly OperationEvent[] => [
    {
      type: 'RequestRefused',
      v: 1,
      person: by.person,
      surface: by.surface,
      what,
      problem: because,
    },
  ];
}
