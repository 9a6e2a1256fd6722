import type { Problem } from '../problem.ts';

/**
 * What was found about an incident beside its alerts, once it opened. Each part stands for itself: one that could not be
 * had says why and keeps no other back. Texts from outside are masked and cut before they come here.
 */
export type Known =
  | { readonly [P in KnownPart]: KnownOf<P> }[KnownPart]
  | { readonly part: KnownPart; readonly problem: Problem };

export type KnownPart = keyof KnownFacts;

/** The facts of one part, once they could be had. */
export type KnownOf<P extends KnownPart> = { readonly part: P } & KnownFacts[P];

interface KnownFacts {
  /** What was changed through us, newest first. */
  readonly operations: { readonly operations: readonly KnownOperation[]; readonly more: number };
  /** What was rolled out, by whomever, newest first. */
  readonly rollouts: { readonly rollouts: readonly KnownRollout[]; readonly more: number };
  readonly instances: {
    readonly ready: number;
    readonly desired: number;
    readonly unhealthy: readonly KnownInstance[];
    readonly more: number;
    /** Why there are no last lines, where they could not be read. */
    readonly noLines?: Problem;
  };
  /** The same alert at the same place, newest first. */
  /** What the pager was told of, by whomever, newest first; not what it was told by us. */
  readonly 'page-changes': { readonly changes: readonly KnownPageChange[]; readonly more: number };
  readonly past: { readonly past: readonly KnownPast[]; readonly more: number };
  readonly links: { readonly links: readonly KnownLink[] };
  readonly 'on-call': {
    readonly group: string;
    readonly people: readonly string[];
    readonly more: number;
    /** As the pager has it, the first who is woken first. */
    readonly levels?: readonly KnownLevel[];
    /** Directories that have not said who else. */
    readonly unknown: readonly string[];
  };
}

export interface KnownPageChange {
  readonly summary: string;
  readonly source: string;
  /** ms. */
  readonly at: number;
}

export interface KnownLevel {
  readonly level: number;
  readonly person: string;
  /** Until when, ms; absent for ever. */
  readonly until?: number;
}

export interface KnownOperation {
  readonly operation: string;
  readonly line: string;
  readonly person: string;
  readonly status: string;
  /** When it ended, else when it began, ms. */
  readonly at: number;
}

export interface KnownRollout {
  readonly number: number;
  /** When what it runs was made, ms. */
  readonly at: number;
  /** `checkout 1.8.2 → 1.9.0`; empty where the images are those of before. */
  readonly images: readonly string[];
  /** What whoever rolled it out wrote of it; empty for nothing. */
  readonly cause: string;
  /** It runs now. */
  readonly current: boolean;
  /** It runs again what ran before: nobody keeps since when. */
  readonly again: boolean;
}

export interface KnownInstance {
  readonly instance: string;
  readonly reason: string;
  readonly restarts: number;
  /** How it ended the last time. */
  readonly last: string;
  /** What it printed last, oldest first. */
  readonly lines: readonly string[];
}

export interface KnownPast {
  readonly incident: string;
  readonly openedAt: number;
  readonly endedAt: number;
  readonly how: 'alerts' | 'person' | 'page' | 'watch' | 'source-stopped-reporting';
  readonly person: string;
  readonly reason: string;
  /** The last change of it that was done before it ended. */
  readonly after?: KnownOperation;
}

export interface KnownLink {
  readonly name: string;
  readonly url: string;
}

/** One part of what is known, on the record of the incident. */
export interface IncidentEnriched {
  readonly type: 'IncidentEnriched';
  readonly v: 1;
  readonly known: Known;
}

export interface RecordKnown {
  readonly type: 'RecordKnown';
  readonly at: number;
  readonly known: readonly Known[];
}

/** What memory holds of it: since when, and each part once. */
export interface KnownState {
  readonly at: number;
  readonly parts: readonly Known[];
}

/** Each part is found once; the first word stands. */
export function recordKnown(
  { known }: RecordKnown,
  state: { readonly known?: KnownState } | undefined,
): readonly IncidentEnriched[] {
  const held = new Set(state?.known?.parts.map(({ part }) => part));
  return known
    .filter(({ part }) => !held.has(part) && held.add(part))
    .map((each) => ({ type: 'IncidentEnriched', v: 1, known: each }));
}

export function knownAfter(
  before: KnownState | undefined,
  { known }: IncidentEnriched,
  at: number,
): KnownState {
  return { at: before?.at ?? at, parts: [...(before?.parts ?? []), known] };
}
