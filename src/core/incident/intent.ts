import type { Labels, Observation } from '../alert/alert.ts';
import type { Matcher } from '../alert/matcher.ts';
import type { RuleUsed } from '../alert/rule.ts';
import type { RecordKnown } from '../known/known.ts';
import type { Evidence } from '../person.ts';
import type { Problem } from '../problem.ts';
import type { Concerning } from './compare.ts';
import type { Author, PageWay } from './event.ts';
import type { RecordGraph } from './graph.ts';
import type { CompareSilences } from './held.ts';
import type { Hides } from './hides.ts';
import type { MergeIncidents } from './merge.ts';
import type { PageNews } from './page.ts';
import type { PageDeed } from './page-deeds.ts';
import type { Members } from './privacy.ts';
import type { ProposalIntent } from './proposal.ts';
import type { NoticeSecurity } from './security.ts';
import type { SilenceAsked, SilenceEnded } from './silence-event.ts';
import type { SplitIncident } from './split.ts';
import type { WatchIntent } from './watch.ts';

/** Everything that can be asked of an incident. `at` is the time it is judged by, ms. */
export type IncidentIntent =
  | ReceiveAlerts
  | ReceiveUnreadable
  | NoticeSecurity
  | ReceivePage
  | AskPageDeed
  | RecordPageDeed
  | ProposalIntent
  | WatchIntent
  | CompareWithSource
  | Declare
  | Acknowledge
  | Unacknowledge
  | Resolve
  | SetSeverity
  | Assign
  | AddNote
  | PinMessage
  | AskSilence
  | AskUnsilence
  | RecordSilence
  | CompareSilences
  | LinkOperation
  | RecordNotified
  | RecordGraph
  | RecordKnown
  | WantThread
  | Refuse;

/** What is asked of two incidents at once. */
export type MoveIntent = MergeIncidents | SplitIncident;

/** Which incident a delivery speaks of (`alert/correlate.ts`), and what it needs should it be new. */
export interface Correlated {
  readonly incident: string;
  readonly key: string;
  readonly ordinal: number;
  readonly source: string;
  readonly sourceAnswers: boolean;
  readonly service: string;
  readonly environment: string;
  readonly places: Readonly<Record<string, string>>;
  readonly notify: string;
  /** Whom the route wakes. */
  readonly page?: PageWay;
  /** Of a private one. */
  readonly members?: Members;
  /** With which the source itself pages for its group. */
  readonly dedupKey?: string;
  /** The rule that put it there. */
  readonly rule?: RuleUsed;
}

/** One delivery, or several of one group that waited for the same turn. */
export interface ReceiveAlerts extends Correlated {
  readonly type: 'ReceiveAlerts';
  readonly at: number;
  readonly groupLabels: Labels;
  readonly externalUrl: string;
  readonly observations: readonly Observation[];
  readonly truncated: number;
}

export interface ReceiveUnreadable extends Correlated {
  readonly type: 'ReceiveUnreadable';
  readonly at: number;
  readonly count: number;
  readonly reasons: readonly string[];
  readonly blob: string;
}

/** The pager said something of a page. `source` is the pager. */
export interface ReceivePage extends Correlated {
  readonly type: 'ReceivePage';
  readonly at: number;
  readonly news: PageNews;
}

export interface CompareWithSource {
  readonly type: 'CompareWithSource';
  readonly at: number;
  /** Which one; the incident's own when absent. */
  readonly source?: string;
  /** What the source said of this incident's alerts when it was asked. */
  readonly answer:
    | ({ readonly ok: true } & Concerning)
    | { readonly ok: false; readonly problem: Problem };
}

export interface Declare {
  readonly type: 'Declare';
  readonly at: number;
  readonly by: Evidence;
  readonly incident: string;
  readonly key: string;
  readonly ordinal: number;
  readonly title: string;
  /** As typed; empty for `warning`. */
  readonly severity: string;
  readonly service: string;
  readonly environment: string;
  readonly places: Readonly<Record<string, string>>;
  readonly notify: string;
  /** Of a private one. */
  readonly members?: Members;
}

export interface Acknowledge {
  readonly type: 'Acknowledge';
  readonly at: number;
  readonly by: Evidence;
}

export interface Unacknowledge {
  readonly type: 'Unacknowledge';
  readonly at: number;
  readonly by: Evidence;
}

export interface Resolve {
  readonly type: 'Resolve';
  readonly at: number;
  readonly by: Evidence;
  readonly reason: string;
}

export interface SetSeverity {
  readonly type: 'SetSeverity';
  readonly at: number;
  readonly by: Evidence;
  /** As typed. */
  readonly severity: string;
}

export interface Assign {
  readonly type: 'Assign';
  readonly at: number;
  readonly by: Evidence;
  /** A person of the configuration; dispatch knows them. */
  readonly to: string;
}

export interface AddNote {
  readonly type: 'AddNote';
  readonly at: number;
  readonly by: Evidence;
  readonly text: string;
}

export interface PinMessage {
  readonly type: 'PinMessage';
  readonly at: number;
  readonly by: Evidence;
  readonly author: Author;
  readonly writtenAt: number;
  readonly text: string;
  readonly link: string;
  readonly images: readonly string[];
}

export interface AskSilence {
  readonly type: 'AskSilence';
  readonly at: number;
  readonly by: Evidence;
  /** Derived from the request. */
  readonly silence: string;
  readonly matchers: readonly Matcher[];
  /** From now on. */
  readonly durationMs: number;
  readonly reason: string;
  /** What it would hide now, as its source said when it was asked. */
  readonly hides: Hides;
}

export interface AskUnsilence {
  readonly type: 'AskUnsilence';
  readonly at: number;
  readonly by: Evidence;
}

export interface RecordSilence {
  readonly type: 'RecordSilence';
  readonly at: number;
  readonly silence: string;
  readonly became:
    | { readonly kind: 'made'; readonly ref: string }
    | ({
        readonly kind: 'made-by-operation';
        readonly ref: string;
        readonly operation: string;
      } & Omit<SilenceAsked, 'type' | 'v' | 'silence' | 'operation'>)
    | { readonly kind: 'failed'; readonly problem: Problem }
    | { readonly kind: 'ending' }
    | { readonly kind: 'ended'; readonly why: SilenceEnded['why'] };
}

/** A person wants something done where people are paged. */
export interface AskPageDeed {
  readonly type: 'AskPageDeed';
  readonly at: number;
  readonly by: Evidence;
  /** The verb, as it was typed. */
  readonly what: string;
  readonly does: PageDeed;
  /** Of a page that is to be triggered: the way; empty for the incident's own page. */
  readonly pager: string;
  readonly via: string;
}

export interface RecordPageDeed {
  readonly type: 'RecordPageDeed';
  readonly at: number;
  readonly deed: number;
  readonly became:
    | { readonly kind: 'begun' }
    | { readonly kind: 'done'; readonly already: boolean }
    | { readonly kind: 'failed'; readonly problem: Problem };
}

export interface LinkOperation {
  readonly type: 'LinkOperation';
  readonly at: number;
  readonly operation: string;
}

export interface RecordNotified {
  readonly type: 'RecordNotified';
  readonly at: number;
  readonly key: string;
  readonly group: string;
  readonly people: readonly string[];
}

export interface WantThread {
  readonly type: 'WantThread';
  readonly at: number;
  readonly by: Evidence;
}

/** A refusal found before the incident was asked (policy, arguments), put on its record. */
export interface Refuse {
  readonly type: 'Refuse';
  readonly at: number;
  readonly by: Evidence;
  readonly what: string;
  readonly problem: Problem;
}
