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
  const before = askedOf(state).find((each) => each.person === person);
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
  const others = askedOf(state).filter((each) => each.person !== person);
  const passed = event.type === 'ApproverPassed' ? event.why : '';
  return { ...state, asking: [...others, { person, at, passed }] };
}

/**
 * Whose turn it is now. `members` in the order in which they are to be asked; never fewer are waited for than are still
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
  const { at, pace, members, first = [] } = question;
  if (!isAsking(state, at)) return [];
  const { count, groups } = seatsOpen(state.rule?.places ?? [], approversOf(state));
  const asked = ofThisTurn(state, { at, pace });
  const awaited = asked.filter(({ person }) => !mayNotBeAsked(state).includes(person));
  const due = Math.max(pace.atOnce - asked.length, count - awaited.length, 0);
  const all = groups.flatMap(({ from }) => members(from));
  const people = [...first.filter((person) => all.includes(person)), ...all];
  const known = [...mayNotBeAsked(state), ...askedOf(state).map(({ person }) => person)];
  return [...new Set(people)].filter((person) => !known.includes(person)).slice(0, due);
}

/** When the next one's turn comes by time alone; undefined when only an event can bring it. */
export function nextAskAt(
  state: OperationState,
  { at, pace }: { readonly at: number; readonly pace: AskPace },
): number | undefined {
  const ends = isAsking(state, at)
    ? ofThisTurn(state, { at, pace }).map((each) => each.at + pace.everyMs)
    : [];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Who was asked so short a time ago that they may still be about to answer. Whoever was not reached is not among them. */
function ofThisTurn(
  state: OperationState,
  { at, pace }: { readonly at: number; readonly pace: AskPace },
): readonly Asked[] {
  return askedOf(state).filter((each) => each.passed === '' && at - each.at < pace.everyMs);
}

function askedOf({ asking = [] }: OperationState): readonly Asked[] {
  return asking;
}

function isAsking(state: OperationState, at: number): boolean {
  return state.status === 'waiting' && !isExpired(state, at);
}

function mayNotBeAsked(state: OperationState): readonly (string | undefined)[] {
  return [state.asked?.requester.person, ...approversOf(state).map(({ person }) => person)];
}

function approversOf({ approvals }: OperationState): readonly Evidence[] {
  return approvals.map(({ evidence }) => evidence);
}
