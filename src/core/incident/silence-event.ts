import type { Matcher } from '../alert/matcher.ts';
import type { Problem } from '../problem.ts';

/** What can have happened to the silences that were asked for in an incident. */
export type SilenceEvent =
  | SilenceAsked
  | SilenceMade
  | SilenceFailed
  | SilenceEndAsked
  | SilenceEnding
  | SilenceMissed
  | SilenceEnded;

/**
 * Somebody wants alerts muted at their source: these, until then. Said again of a silence that stands, it is to become
 * so. Made by the loop of silences, not by asking, unless an operation has made it.
 */
export interface SilenceAsked {
  readonly type: 'SilenceAsked';
  readonly v: 1;
  /** Ours: the comment at the source carries it. */
  readonly silence: string;
  readonly person: string;
  readonly surface: string;
  /** All of them hold, or it is not silenced. */
  readonly matchers: readonly Matcher[];
  readonly reason: string;
  /** ms. */
  readonly until: number;
  /** How many firing alerts it would have hidden when it was asked for, by the source's own word. */
  readonly hides: number;
  /** The approved operation that made it; absent where none was needed. */
  readonly operation?: string;
}

/** All of them, with what others did at the source. */
export type SilenceNews = SilenceEvent | SilenceFound | SilenceLost;

const news: ReadonlySet<string> = new Set<SilenceNews['type']>([
  'SilenceAsked',
  'SilenceMade',
  'SilenceFailed',
  'SilenceEndAsked',
  'SilenceEnding',
  'SilenceMissed',
  'SilenceEnded',
  'SilenceFound',
  'SilenceLost',
]);

export function isSilenceNews<Other extends { readonly type: string }>(
  event: Other | SilenceNews,
): event is SilenceNews {
  return news.has(event.type);
}

export interface SilenceMade {
  readonly type: 'SilenceMade';
  readonly v: 1;
  readonly silence: string;
  /** As the source names it; a changed one has another name there. */
  readonly ref: string;
  /** What stands there is not what was asked for: somebody changed it at the source. */
  readonly until?: number;
  readonly matchers?: readonly Matcher[];
}

/** Its end is near, and the incident is open. */
export interface SilenceEnding {
  readonly type: 'SilenceEnding';
  readonly v: 1;
  readonly silence: string;
  /** ms. */
  readonly until: number;
}

/** The source has forgotten it before its time, with the peer that alone knew it: it is made again. */
export interface SilenceMissed {
  readonly type: 'SilenceMissed';
  readonly v: 1;
  readonly silence: string;
}

/** Somebody else's silence mutes alerts of the incident, or has another end or comment by now. */
export interface SilenceFound {
  readonly type: 'SilenceFound';
  readonly v: 1;
  /** As the source names it. */
  readonly ref: string;
  readonly by: string;
  readonly comment: string;
  /** ms. */
  readonly until: number;
}

/** It is over. */
export interface SilenceLost {
  readonly type: 'SilenceLost';
  readonly v: 1;
  readonly ref: string;
  readonly by: string;
}

/** It could not be made, or not be ended. */
export interface SilenceFailed {
  readonly type: 'SilenceFailed';
  readonly v: 1;
  readonly silence: string;
  readonly problem: Problem;
}

export interface SilenceEndAsked {
  readonly type: 'SilenceEndAsked';
  readonly v: 1;
  readonly silence: string;
  readonly person: string;
  readonly surface: string;
}

export interface SilenceEnded {
  readonly type: 'SilenceEnded';
  readonly v: 1;
  readonly silence: string;
  /** `lapsed`: its time was over. `gone`: the source did not know it any more. */
  readonly why: 'lapsed' | 'asked' | 'gone';
}
