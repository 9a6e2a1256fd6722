import type { PageDeed } from '../incident/page-deeds.ts';
import type { PageDelivery } from '../incident/page-intake.ts';
import type { Problem } from '../problem.ts';

/**
 * Where people are woken. Held by the loop of that name alone; what only reads may be held by whoever answers questions.
 * Nothing is sent twice blindly: `probe` says whether a deed has taken effect, and what cannot be looked up says so.
 */
export interface Pager {
  /** `pagerduty/main`. */
  readonly name: string;
  /** How long after a call without an answer it may still take effect, ms. */
  readonly landsWithinMs: number;
  /** Pages that are open there now. Rejects with a ProblemError. */
  open(): Promise<readonly PageDelivery[]>;
  /** One of them, however it stands; undefined for one that is not there. Rejects with a ProblemError. */
  find(page: string): Promise<PageDelivery | undefined>;
  /** Has it been done? Changes nothing. */
  probe(wanted: PageWanted): Promise<PageProbe>;
  /** Sent once; never again from here. */
  perform(wanted: PageWanted): Promise<PageDone>;
}

export interface PageWanted {
  /** Names the deed: incident and number. Stands in what is written there. */
  readonly deed: string;
  readonly incident: PagedIncident;
  /** As the pager names it; empty for whatever was triggered for the incident. */
  readonly page: string;
  /** The way to page, as the configuration names it. */
  readonly via: string;
  readonly does: PageDeed;
  /** In whose name; empty where a rule wants it. */
  readonly person: string;
  /** It may have been sent before. */
  readonly begun: boolean;
}

/** What whoever is woken reads of the incident. */
export interface PagedIncident {
  readonly id: string;
  readonly title: string;
  readonly severity: 'critical' | 'major' | 'warning' | 'info' | 'none';
  readonly service: string;
  readonly environment: string;
  readonly source: string;
  /** When it began, ms. */
  readonly since: number;
  /** Address of the incident; empty for none. */
  readonly url: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type PageProbe =
  /** `done`: it has taken effect. `open`: surely not, so far. `unknowable`: nobody can tell. */
  | {
      readonly ok: true;
      readonly is: 'done' | 'open' | 'unknowable';
      readonly stands?: PageDelivery;
    }
  /** It makes no sense any more: the page is over, or is not there. */
  | { readonly ok: false; readonly why: 'refused' | 'wait'; readonly problem: Problem };

export type PageDone = { readonly ok: true; readonly stands?: PageDelivery } | PageNotDone;

export interface PageNotDone {
  readonly ok: false;
  /** `wait`: surely not applied. `unknown`: nobody answered. `refused`: the same again would be refused again. */
  readonly why: 'wait' | 'unknown' | 'refused';
  readonly problem: Problem;
  /** The pager said when to come back, ms. */
  readonly afterMs?: number;
}

/** Who is on call, as the pager says it. Rejects with a ProblemError. */
export interface OnCalls {
  readonly name: string;
  onCalls(): Promise<readonly OnCall[]>;
  /** What changed before a page began, by whomever it was told, newest first. Absent where that cannot be asked. */
  changesBefore?(page: string): Promise<readonly PagedChange[]>;
}

/** One change as the pager was told of it. */
export interface PagedChange {
  readonly summary: string;
  /** Who told it. */
  readonly source: string;
  /** ms. */
  readonly at: number;
}

export interface OnCall {
  /** The policy and its level: 1 is woken first. */
  readonly policy: string;
  readonly policyName: string;
  readonly level: number;
  /** The schedule that puts them there; empty for somebody who always is. */
  readonly schedule: string;
  readonly scheduleName: string;
  /** An id of ours, else name and account there. */
  readonly person: string;
  /** ms; undefined for ever. */
  readonly from: number | undefined;
  readonly until: number | undefined;
}
