import type { Evidence } from '../person.ts';
import { isExpired, isPending } from './decide.ts';
import type { OperationEvent, OperationState } from './operation.ts';
import { seatsOpen } from './places.ts';

/*
 * Approvers are asked one after the other, directly, because whoever is mentioned every time stops reading. Whom the
 * plan waits for is on its card whatever becomes of this: nothing relies on a message that arrives.
 */

export type AskingEvent =
  /** On disk before the message is sent: a restart asks nobody twice. */
  | { readonly type: 'ApproverAsked'; readonly v: 1; readonly person: string }
  /** Not asked, or asked in vain: the next one's turn comes at once. */
  | {
      readonly type: 'ApproverPassed';
      readonly v: 1;
      readonly person: string;
      readonly why: string;
    }
  /** Somebody else asked for the very same while it waited. They approve nothing by that. */
  | {
      readonly type: 'RequestJoined';
      readonly v: 1;
      readonly by: Evidence;
      readonly line: string;
      readonly reason: string;
    };

export interface Joined {
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  readonly at: number;
}

export interface Asked {
  readonly person: string;
  readonly at: number;
  /** Why no message reached them; '' where one did, as far as is known. */
  readonly passed: string;
}

export type AskingIntent = AskIntent | JoinIntent;

export type AskIntent =
  | { readonly type: 'AskApprover'; readonly at: number; readonly person: string }
  | {
      readonly type: 'PassApprover';
      readonly at: number;
      readonly person: string;
      readonly why: string;
    };

export interface JoinIntent {
  readonly type: 'JoinRequest';
  readonly at: number;
  readonly by: Evidence;
  readonly line: string;
  readonly reason: string;
}

/** How approvers are asked: so many at once, and the next after so long. */
export interface AskPace {
  readonly everyMs: number;
  readonly atOnce: number;
}

export function decideAsking(
  intent: AskingIntent,
  state: OperationState,
): readonly OperationEvent[] {
  if (intent.type === 'JoinRequest') return join(intent, state);
  const { person, at } = intent;
  if (!isAsking(state, at) || mayNotBeAsked(state).includes(person)) return [];
  const before = state.asking?.find((each) => each.person === person);
  if (intent.type === 'AskApprover') return before ? [] : [{ type: 'ApproverAsked', v: 1, person }];
  if (before && before.passed !== '') return [];
  return [{ type: 'ApproverPassed', v: 1, person, why: intent.why }];
}

function join(
  { at, by, line, reason }: JoinIntent,
  state: OperationState,
): readonly OperationEvent[] {
  const isOwn = by.person === state.asked?.requester.person;
  const isKnown = state.joined?.some(({ person }) => person === by.person) === true;
  if (isOwn || isKnown || !isPending(state) || isExpired(state, at)) return [];
  return [{ type: 'RequestJoined', v: 1, by, line, reason }];
}

export function evolveAsking(
  state: OperationState,
  event: AskingEvent,
  at: number,
): OperationState {
  if (event.type === 'RequestJoined') {
    const { by, reason } = event;
    const joined = { person: by.person, surface: by.surface, reason, at };
    return { ...state, joined: [...(state.joined ?? []), joined] };
  }
  const { person } = event;
  const others = (state.asking ?? []).filter((each) => each.person !== person);
  const passed = event.type === 'ApproverPassed' ? event.why : '';
  return { ...state, asking: [...others, { person, at, passed }] };
}

/**
 * Whose turn it is now. `members` in the order in which they are to be asked; at least as many at once as are still
 * wanted, because two who are needed are not asked one after the other.
 */
export function approversDue(
  state: OperationState,
  question: {
    readonly at: number;
    readonly pace: AskPace;
    readonly members: (group: string) => readonly string[];
    /** Who is asked before all others: whoever is on call. */
    readonly first?: readonly string[];
  },
): readonly string[] {
  const { at, pace } = question;
  if (!isAsking(state, at)) return [];
  const asked = state.asking ?? [];
  const reached = asked.filter(({ passed }) => passed === '');
  const open = seatsOpen(state.rule?.places ?? [], approversOf(state));
  const isFirst = reached.length === 0;
  const isNext = reached.every((each) => at - each.at >= pace.everyMs);
  if (!isFirst && !isNext) {
    // Somebody of this turn was passed over: the next one takes the place at once.
    return left(state, question).slice(
      0,
      Math.max(0, missing(asked, { at, pace, open: open.count })),
    );
  }
  return left(state, question).slice(0, Math.max(pace.atOnce, open.count));
}

/** When the next one's turn comes by time alone; undefined when only an event can bring it. */
export function nextAskAt(state: OperationState, pace: AskPace): number | undefined {
  if (state.status !== 'waiting') return undefined;
  const reached = (state.asking ?? []).filter(({ passed }) => passed === '');
  return reached.length === 0 ? undefined : Math.max(...reached.map(({ at }) => at)) + pace.everyMs;
}

function missing(
  asked: readonly Asked[],
  { at, pace, open }: { readonly at: number; readonly pace: AskPace; readonly open: number },
): number {
  const ofThisTurn = asked.filter((each) => at - each.at < pace.everyMs);
  const inVain = ofThisTurn.some(({ passed }) => passed !== '');
  const reached = ofThisTurn.filter(({ passed }) => passed === '').length;
  return inVain ? Math.max(pace.atOnce, open) - reached : 0;
}

function left(
  state: OperationState,
  {
    members,
    first = [],
  }: {
    readonly members: (group: string) => readonly string[];
    readonly first?: readonly string[];
  },
): readonly string[] {
  const groups = seatsOpen(state.rule?.places ?? [], approversOf(state)).groups;
  const all = groups.flatMap(({ from }) => members(from));
  const people = [...first.filter((person) => all.includes(person)), ...all];
  const known = [...mayNotBeAsked(state), ...(state.asking ?? []).map(({ person }) => person)];
  return [...new Set(people)].filter((person) => !known.includes(person));
}

function isAsking(state: OperationState, at: number): boolean {
  return state.status === 'waiting' && !isExpired(state, at);
}

function mayNotBeAsked(state: OperationState): readonly string[] {
  const requester = state.asked?.requester.person ?? '';
  return [requester, ...approversOf(state).map(({ person }) => person)];
}

function approversOf({ approvals }: OperationState): readonly Evidence[] {
  return approvals.map(({ evidence }) => evidence);
}
