import type { ErasedEvent } from './event.ts';

/** More incidents open at once than a channel takes messages: one card stands in for their threads. */
export type StormEvent = StormBegan | StormEnded;

export interface StormBegan {
  readonly type: 'StormBegan';
  readonly v: 1;
  /** The thread of its card. */
  readonly storm: string;
  readonly surface: string;
  readonly place: string;
  /** When the first incident of it opened, ms. */
  readonly since: number;
  /** Incidents that had opened in that place before it, as long as there is a journal. */
  readonly before: number;
}

export interface StormEnded {
  readonly type: 'StormEnded';
  readonly v: 1;
  readonly storm: string;
  /** Incidents that opened during it, and how many of them were open when it ended. */
  readonly opened: number;
  readonly open: number;
}

export interface Storm extends Omit<StormBegan, 'type' | 'v'> {
  readonly ended:
    | { readonly at: number; readonly opened: number; readonly open: number }
    | undefined;
}

/** The storms of one place, the newest last. */
export type StormState = readonly Storm[];

/** An older storm's card has long said its last. */
const STORMS_KEPT = 3;

export function evolveStorm(
  state: StormState,
  event: StormEvent | ErasedEvent,
  { at }: { readonly at: number },
): StormState {
  if (event.type === 'StormBegan') {
    const { type: _, v: __, ...storm } = event;
    return [...state, { ...storm, ended: undefined }].slice(-STORMS_KEPT);
  }
  if (event.type !== 'StormEnded') return state;
  const { storm: id, opened, open } = event;
  return state.map((each) => (each.storm === id ? { ...each, ended: { at, opened, open } } : each));
}

/** An incident as the rules of a storm see it. */
export interface Struck {
  readonly openedAt: number;
  readonly open: boolean;
}

/**
 * Roots that may wait before a card stands in for them: what a channel takes in ten seconds, on Slack at one message a
 * second (https://docs.slack.dev/apis/web-api/rate-limits), on Discord at five in five seconds.
 */
export const STORM_ROOTS = 10;

/** It ends once so few incidents have opened in so long a time that each of them can have its thread at once. */
export const STORM_QUIET_MS = 60_000;
export const STORM_QUIET_OPENED = 5;

/** Incidents that opened shortly before the first that had to wait belong to the same storm. */
const STORM_EVE_MS = 10_000;

export function currentStorm(state: StormState): Storm | undefined {
  const last = state.at(-1);
  return last?.ended === undefined ? last : undefined;
}

/** Those that have waited since the storm before do not make a new one: they are let through one by one. */
export function waitingAnew(state: StormState, waiting: readonly number[]): readonly number[] {
  const after = state.at(-1)?.ended?.at ?? 0;
  return waiting.filter((openedAt) => openedAt > after);
}

/** Where a storm begins, of all incidents of the place; `arrived`: how many ever opened there. */
export function beginning(
  waiting: readonly number[],
  incidents: readonly Struck[],
  arrived: number,
): { readonly since: number; readonly before: number } {
  const eve =
    waiting.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY) - STORM_EVE_MS;
  const members = incidents.filter(({ openedAt }) => openedAt >= eve);
  const since = members.reduce(
    (least, { openedAt }) => Math.min(least, openedAt),
    eve + STORM_EVE_MS,
  );
  return { since, before: Math.max(0, arrived - members.length) };
}

export function isOver(incidents: readonly Struck[], urgentWaiting: number, now: number): boolean {
  if (urgentWaiting > 0) return false;
  const recent = incidents.filter(({ openedAt }) => openedAt > now - STORM_QUIET_MS);
  return recent.length < STORM_QUIET_OPENED;
}

/** What it came to. */
export function ending(
  { since, before }: Pick<Storm, 'since' | 'before'>,
  incidents: readonly Struck[],
  arrived: number,
): { readonly opened: number; readonly open: number } {
  const open = incidents.filter((each) => each.open && each.openedAt >= since).length;
  return { opened: Math.max(open, arrived - before), open };
}

/** Resolved before its turn came: the storm's card has told of it, and it needs no thread. */
export function isCovered(state: StormState, { openedAt, open }: Struck): boolean {
  return (
    !open &&
    state.some(({ since, ended }) => openedAt >= since && openedAt <= (ended?.at ?? openedAt))
  );
}
