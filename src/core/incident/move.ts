import type { Severity } from '../alert/severity.ts';
import type { IncidentOpened } from './event.ts';
import type { AlertState } from './incident.ts';
import type { PageState } from './page.ts';
import type { FurtherSources, PartJoined } from './part.ts';
import type { SilenceState } from './silences.ts';

/**
 * What people move between incidents. Each is told on both streams in one append: nothing is in two of them, and nothing
 * in none.
 */
export type MoveEvent = IncidentTook | AlertsTaken | IncidentMerged | AlertsLeft;

/** Another incident became part of this one. Its alerts follow in `AlertsTaken`. */
export interface IncidentTook {
  readonly type: 'IncidentTook';
  readonly v: 1;
  /** The other one. */
  readonly from: string;
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  readonly title: string;
  /** What it counted as, and who said so where a person did. */
  readonly severity: Severity;
  readonly severityBy: readonly string[];
  readonly about: Pick<
    IncidentOpened,
    | 'origin'
    | 'source'
    | 'sourceAnswers'
    | 'groupLabels'
    | 'externalUrl'
    | 'service'
    | 'environment'
    | 'ordinal'
  >;
  readonly parts: readonly Pick<PartJoined, 'source' | 'service' | 'environment'>[];
  /** Names of the groups that spoke of it: what they say is said of this one from now on. */
  readonly keys: readonly string[];
  readonly dedupKeys: readonly string[];
  /** Its sources of alerts, its own too. */
  readonly sources: FurtherSources;
  readonly pages: readonly PageState[];
  /** Silences that hold or are on their way: they are looked after, and ended, here from now on. */
  readonly silences?: readonly SilenceState[];
  /** Somebody was woken for it by its own key, and that page was not heard of yet. */
  readonly paged?: { readonly pager: string; readonly via: string };
}

/** As many alerts as fit an event, as they stood where they were. */
export interface AlertsTaken {
  readonly type: 'AlertsTaken';
  readonly v: 1;
  /** Where they were until then. */
  readonly from: string;
  readonly alerts: readonly TakenAlert[];
}

export type TakenAlert = AlertState & { readonly source: string };

/** It became part of another one, which goes on for both. */
export interface IncidentMerged {
  readonly type: 'IncidentMerged';
  readonly v: 1;
  readonly into: string;
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  /** Names of the silences that went with it. */
  readonly silences?: readonly string[];
}

/** Alerts were moved to an incident of their own, or back to the one that they came from. */
export interface AlertsLeft {
  readonly type: 'AlertsLeft';
  readonly v: 1;
  readonly to: string;
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  readonly alerts: readonly { readonly fingerprint: string; readonly source: string }[];
  /** A whole incident goes its own way again, with its names and pages. */
  readonly returned?: Pick<IncidentTook, 'keys' | 'dedupKeys'> & {
    readonly pages: readonly Pick<PageState, 'pager' | 'page'>[];
    /** Names of the silences that go back. */
    readonly silences?: readonly string[];
    /** What is left is the page it was before: the pager that speaks of it. */
    readonly pager?: string;
  };
}

/** An incident that became part of another one, as the other one keeps it. */
export interface TookState {
  readonly incident: string;
  readonly title: string;
  readonly origin: IncidentOpened['origin'];
  readonly person: string;
  readonly at: number;
  /** It was nothing but a page until this came: how it had been opened. */
  readonly before?: IncidentOpened;
  readonly keys: readonly string[];
  readonly dedupKeys: readonly string[];
  readonly pages: readonly Pick<PageState, 'pager' | 'page'>[];
}
