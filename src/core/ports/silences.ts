import type { Labels } from '../alert/alert.ts';
import type { Matcher } from '../alert/matcher.ts';
import type { Problem } from '../problem.ts';

/**
 * Where alerts can be muted. Held by the loop of that name, and by the driver of dangerous ones, alone. A silence carries
 * our id, so that what was made by a call that nobody answered is found, and is not made a second time.
 */
export interface Silences extends SilenceReader {
  /** How long after a call without an answer it may still take effect, ms. */
  readonly landsWithinMs: number;
  /** Those that carry our id and hold, or will. */
  find(wanted: Pick<SilenceWanted, 'silence'>): Promise<SilencesFound>;
  /** Makes one, or makes `changes` so: then its name stays, unless what it matches is another thing. */
  create(wanted: SilenceWanted): Promise<SilenceDone>;
  /** One that is not there any more is done too. */
  remove(ref: string): Promise<SilenceDone>;
}

/** What only asks, and may be held by whoever decides. */
export interface SilenceReader {
  /** Of which source: `alertmanager/main`. */
  readonly source: string;
  /** The alerts there that fit, muted ones too. */
  matching(matchers: readonly Matcher[]): Promise<MatchingFound>;
  /** Every silence that it knows, whoever made it. */
  list(): Promise<SilencesListed>;
}

export interface SilenceWanted {
  readonly silence: string;
  /** All of them hold. */
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  /** The one that is to become so. */
  readonly changes?: HeldSilence;
}

/** A silence as its source has it. */
export interface HeldSilence {
  readonly ref: string;
  /** Our id; '' for one that somebody made there. */
  readonly silence: string;
  readonly matchers: readonly Matcher[];
  /** As written there: a change repeats it to the letter. */
  readonly startsAt: string;
  /** ms. */
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilencesFound =
  | {
      readonly ok: true;
      readonly held: readonly HeldSilence[];
      /** One with our id was there and is over. */
      readonly isOver: boolean;
      /** Everybody who could hold it has said so: what is not among them is not there. */
      readonly isWhole: boolean;
    }
  | SilenceNotDone;

export type SilencesListed =
  | {
      readonly ok: true;
      readonly held: readonly HeldSilence[];
      /** Those that are over, as long as the source keeps them. */
      readonly over: readonly HeldSilence[];
      /** Everybody who could hold one has said so. */
      readonly isWhole: boolean;
    }
  | SilenceNotDone;

export type MatchingFound =
  | { readonly ok: true; readonly alerts: readonly MatchingAlert[] }
  | SilenceNotDone;

export interface MatchingAlert {
  readonly labels: Labels;
  readonly state: 'firing' | 'silenced' | 'inhibited';
  /** Refs of silences. */
  readonly silencedBy: readonly string[];
}

export type SilenceDone = { readonly ok: true; readonly ref: string } | SilenceNotDone;

export interface SilenceNotDone {
  readonly ok: false;
  /** `wait`: surely not applied. `unknown`: nobody answered. `refused`: the same again would be refused again. */
  readonly why: 'wait' | 'unknown' | 'refused';
  readonly problem: Problem;
}
