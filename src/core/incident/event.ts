import type { Labels } from '../alert/alert.ts';
import type { RuleUsed } from '../alert/rule.ts';
import type { Severity } from '../alert/severity.ts';
import type { IncidentEnriched } from '../known/known.ts';
import type { Problem } from '../problem.ts';
import type { GraphDrawn, GraphFailed } from './graph.ts';
import type { MoveEvent } from './move.ts';
import type { PageSeen, PageTold } from './page.ts';
import type { PageDeedEvent } from './page-deeds.ts';
import type { PartJoined } from './part.ts';
import type { Members } from './privacy.ts';
import type { ProposalEvent } from './proposal.ts';
import type { SecurityNoticed } from './security.ts';
import type { SilenceEvent, SilenceFound, SilenceLost } from './silence-event.ts';
import type { SilenceState } from './silences.ts';
import type { EndpointEvent } from './watch.ts';

/** Everything that can have happened to an incident. One delivery is one fact, however many alerts it holds. */
export type IncidentEvent =
  | IncidentOpened
  | AlertsFired
  | AlertsResolved
  | AlertsTruncated
  | GroupJoined
  | PartJoined
  | MoveEvent
  | SourceHeard
  | SourceUnreachable
  | SourceReachable
  | SilencesSeen
  | SilenceEvent
  | SilenceFound
  | SilenceLost
  | UnreadableReceived
  | SecurityNoticed
  | PageSeen
  | PageTold
  | PageDeedEvent
  | ProposalEvent
  | EndpointEvent
  | IncidentAcknowledged
  | IncidentUnacknowledged
  | IncidentResolved
  | IncidentReopened
  | SeveritySet
  | IncidentAssigned
  | NoteAdded
  | MessagePinned
  | OperationLinked
  | PeopleNotified
  | ThreadWanted
  | GraphDrawn
  | GraphFailed
  | IncidentEnriched
  | RequestRefused;

export interface IncidentOpened {
  readonly type: 'IncidentOpened';
  readonly v: 1;
  readonly incident: string;
  /** Correlation key, hashed, and which incident of that key this is, from 1. */
  readonly key: string;
  readonly ordinal: number;
  /** `alerts`: a source said so. `person`: declared. `unreadable`: a source sends what cannot be read. `security`: Tocsin itself. `page`: somebody is paged. `watch`: an endpoint does not answer. */
  readonly origin: 'alerts' | 'person' | 'unreadable' | 'security' | 'page' | 'watch';
  /** `alertmanager/main`; empty for a declared incident. */
  readonly source: string;
  /** Whether the source can be asked what fires there. */
  readonly sourceAnswers: boolean;
  /** What a person called it, or the name of the worst alert. */
  readonly title: string;
  readonly severity: Severity;
  readonly groupLabels: Labels;
  readonly externalUrl: string;
  readonly service: string;
  readonly environment: string;
  readonly places: Readonly<Record<string, string>>;
  /** Group to name; empty for none. */
  readonly notify: string;
  /** Whom its route wakes: a pager, and the name that the way has there. Absent for nobody. */
  readonly page?: PageWay;
  /** Who may see it; absent where everybody may. */
  readonly members?: Members;
  /** With which the source itself pages for its group; absent where no pager is heard. */
  readonly dedupKey?: string;
  /** The rule that says what else is this incident; absent where the name of its group says it. */
  readonly rule?: RuleUsed;
  /** Its alerts were in that one; absent where it was opened for itself. */
  readonly splitFrom?: string;
  /** Where a person declared it; absent in what 0.1.0 wrote, and for what no person declared. */
  readonly surface?: string;
}

export interface PageWay {
  readonly pager: string;
  readonly via: string;
}

export interface AlertsFired {
  readonly type: 'AlertsFired';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
  /** The incident whose group says so, of one that was merged. */
  readonly from?: string;
  readonly alerts: readonly FiredAlert[];
}

export interface FiredAlert {
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorUrl: string;
}

export interface AlertsResolved {
  readonly type: 'AlertsResolved';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
  readonly why: 'source' | 'source-stopped-reporting';
  readonly alerts: readonly { readonly fingerprint: string; readonly endsAt: number }[];
}

/** How many alerts the source cut off; 0 once a whole body came. */
export interface AlertsTruncated {
  readonly type: 'AlertsTruncated';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
  readonly cut: number;
}

/** Another group of alerts turned out to speak of this incident. */
export interface GroupJoined {
  readonly type: 'GroupJoined';
  readonly v: 1;
  readonly key: string;
  readonly dedupKey?: string;
  /** Until then it held no alerts: from now on it is judged by those of this source. */
  readonly from?: Pick<
    IncidentOpened,
    'source' | 'sourceAnswers' | 'groupLabels' | 'externalUrl' | 'service' | 'environment'
  >;
  readonly rule?: RuleUsed;
}

/** Only for sources that cannot be asked: they still speak, though nothing is new. */
export interface SourceHeard {
  readonly type: 'SourceHeard';
  readonly v: 1;
}

export interface SourceUnreachable {
  readonly type: 'SourceUnreachable';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
  readonly problem: Problem;
}

export interface SourceReachable {
  readonly type: 'SourceReachable';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
}

/** Only the alerts whose muting changed. */
export interface SilencesSeen {
  readonly type: 'SilencesSeen';
  readonly v: 1;
  /** Absent for the incident's own. */
  readonly source?: string;
  readonly alerts: readonly SilencedAlert[];
}

export interface SilencedAlert {
  readonly fingerprint: string;
  readonly state: 'firing' | 'silenced' | 'inhibited';
  readonly silencedBy: readonly string[];
}

export interface UnreadableReceived {
  readonly type: 'UnreadableReceived';
  readonly v: 1;
  readonly count: number;
  readonly reasons: readonly string[];
  /** SHA-256 of the body, kept among the blobs. */
  readonly blob: string;
}

export interface IncidentAcknowledged {
  readonly type: 'IncidentAcknowledged';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
}

export interface IncidentUnacknowledged {
  readonly type: 'IncidentUnacknowledged';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
}

export interface IncidentResolved {
  readonly type: 'IncidentResolved';
  readonly v: 1;
  /** `page`: the pager ended it, by itself. `watch`: what is watched answers again. */
  readonly how: 'alerts' | 'source-stopped-reporting' | 'person' | 'page' | 'watch';
  /** Empty unless a person did it. */
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  /** Alerts that still fired then. */
  readonly firing: number;
}

export interface IncidentReopened {
  readonly type: 'IncidentReopened';
  readonly v: 1;
  /** `firing-again`: all had stopped. `still-firing`: a person had closed it while alerts fired. `parted`: it was merged. */
  readonly why:
    | 'firing-again'
    | 'still-firing'
    | 'unreadable-again'
    | 'noticed-again'
    | 'watch-again'
    | 'page-reopened'
    | 'parted';
  /** Of one that was merged: the silences that come back with it. */
  readonly silences?: readonly SilenceState[];
}

export interface SeveritySet {
  readonly type: 'SeveritySet';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
  readonly severity: Severity;
}

export interface IncidentAssigned {
  readonly type: 'IncidentAssigned';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
  readonly to: string;
}

export interface NoteAdded {
  readonly type: 'NoteAdded';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
  readonly text: string;
}

/** What somebody wrote elsewhere, put on the timeline with the time and the author that it had there. */
export interface MessagePinned {
  readonly type: 'MessagePinned';
  readonly v: 1;
  /** Who pinned it. */
  readonly person: string;
  readonly surface: string;
  readonly author: Author;
  /** ms. */
  readonly writtenAt: number;
  readonly text: string;
  /** Address of the message; empty for none. */
  readonly link: string;
  /** SHA-256 of images that are kept among the blobs. */
  readonly images: readonly string[];
}

export interface Author {
  /** Empty for somebody whom the configuration does not name. */
  readonly person: string;
  /** As the platform names it, and the name shown there: the latter is what its owner likes to be called. */
  readonly account: string;
  readonly name: string;
}

export interface OperationLinked {
  readonly type: 'OperationLinked';
  readonly v: 1;
  readonly operation: string;
}

export interface PeopleNotified {
  readonly type: 'PeopleNotified';
  readonly v: 1;
  /** Said once per key: `critical`, `unacknowledged`, `unknown:<operation>`. */
  readonly key: string;
  readonly group: string;
  readonly people: readonly string[];
}

/** Somebody wants its thread at once, though a storm keeps it back. */
export interface ThreadWanted {
  readonly type: 'ThreadWanted';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
}

/** A known person asked for something that was not done. */
export interface RequestRefused {
  readonly type: 'RequestRefused';
  readonly v: 1;
  readonly person: string;
  readonly surface: string;
  readonly what: string;
  readonly problem: Problem;
}
