import type { Labels } from '../alert/alert.ts';
import type { Problem } from '../problem.ts';

/**
 * Where alerts can be muted. Held by the loop of that name alone. A silence carries our id, so that what was made by a
 * call that nobody answered is found, and is not made a second time.
 */
export interface Silences {
  /** Of which source: `alertmanager/main`. */
  readonly source: string;
  /** How long after a call without an answer it may still take effect, ms. */
  readonly landsWithinMs: number;
  /** Those that carry our id and hold, or will. */
  find(wanted: Pick<SilenceWanted, 'silence' | 'matchers'>): Promise<SilencesFound>;
  /** What a silence with these labels would hide there now: alerts that fire and are not muted. */
  firing(matchers: Labels): Promise<FiringFound>;
  create(wanted: SilenceWanted): Promise<SilenceDone>;
  /** One that is not there any more is done too. */
  remove(ref: string): Promise<SilenceDone>;
}

export interface SilenceWanted {
  readonly silence: string;
  /** Equal all of them. */
  readonly matchers: Labels;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilencesFound =
  | { readonly ok: true; readonly refs: readonly string[] }
  | SilenceNotDone;

export type FiringFound =
  | { readonly ok: true; readonly alerts: readonly { readonly labels: Labels }[] }
  | SilenceNotDone;

export type SilenceDone = { readonly ok: true; readonly ref: string } | SilenceNotDone;

export interface SilenceNotDone {
  readonly ok: false;
  /** `wait`: surely not applied. `unknown`: nobody answered. `refused`: the same again would be refused again. */
  readonly why: 'wait' | 'unknown' | 'refused';
  readonly problem: Problem;
}
