import type { Severity } from '../alert/severity.ts';
import type { Sha256 } from '../event.ts';

/** How a page stands where it was sent from. */
export type PageStatus = 'triggered' | 'acknowledged' | 'resolved';

/** A page as the paging system shows it. People are ids of ours, else the name and account they have there. */
export interface Page {
  /** As the pager names it. */
  readonly page: string;
  readonly status: PageStatus;
  readonly title: string;
  /** What people call it there; 0 where it was not said. */
  readonly number: number;
  /** An http(s) address, or empty. */
  readonly url: string;
  /** By which whoever triggered it names it; empty where it was not said. */
  readonly key: string;
  readonly urgency: 'high' | 'low' | '';
  /** `P1`; empty for none. */
  readonly priority: string;
  /** The service there, and who is woken for it: names, for a person to read. */
  readonly service: string;
  readonly policy: string;
  readonly assignees: readonly string[];
}

/** One thing the pager said of a page: by itself, or because it was asked. */
export interface PageNews {
  /** In the pager's own word: `acknowledged`, `annotated`. `compared`: it was asked how the page stands. */
  readonly what: string;
  /** When, by the pager's clock, ms. */
  readonly at: number;
  /** An id of ours, else name and account there; empty where nobody is named. */
  readonly by: string;
  /** A person did it, not a rule or a timeout. */
  readonly byPerson: boolean;
  readonly page: string;
  /** How the page stands; undefined where only something about it was said. */
  readonly stands: Page | undefined;
  /** The words of a note or an update; empty for none. */
  readonly text: string;
}

/** The page as an incident keeps it. */
export interface PageState extends Page {
  /** `pagerduty/main`. */
  readonly pager: string;
  /** The pager's time of what was last said of it, ms. */
  readonly seenAt: number;
}

/** The pager said something new of a page: how it stands now. */
export interface PageSeen {
  readonly type: 'PageSeen';
  readonly v: 1;
  readonly pager: string;
  readonly what: string;
  readonly by: string;
  /** By the pager's clock, ms. */
  readonly seenAt: number;
  readonly stands: Page;
}

/** Something was said about a page that does not change how it stands: a responder was asked, a task is done. */
export interface PageTold {
  readonly type: 'PageTold';
  readonly v: 1;
  readonly pager: string;
  readonly page: string;
  readonly what: string;
  readonly by: string;
  readonly text: string;
}

/** Pages an incident keeps at most; more of them are at the pager. */
export const PAGES_MAX = 20;

/** What every note that we write there ends with, before the number of the deed: by it our own are known. */
export function deedMark(incident: string): string {
  return `Tocsin ${incident}/`;
}

/** The key of the incident that a page is, unless an incident of ours sent it. */
export function pageKey(pager: string, page: string, sha256: Sha256): string {
  return sha256(JSON.stringify([pager, 'page', page])).slice(0, 24);
}

/** What the pages of an incident look like after one of them was seen. */
export function pagesAfter(
  pages: readonly PageState[],
  { pager, seenAt, stands }: PageSeen,
): readonly PageState[] {
  const seen: PageState = { ...stands, pager, seenAt };
  const isKnown = pages.some((each) => isSamePage(each, seen));
  if (isKnown) return pages.map((each) => (isSamePage(each, seen) ? seen : each));
  return [...pages.slice(1 - PAGES_MAX), seen];
}

export function isSamePage(
  one: Pick<PageState, 'pager' | 'page'>,
  other: Pick<PageState, 'pager' | 'page'>,
): boolean {
  return one.pager === other.pager && one.page === other.page;
}

/**
 * What a page counts as here. Its priority says it where the account uses priorities; else its urgency, and a page that
 * wakes somebody is not `critical` by itself: whom it woke knows of it.
 */
export function pageSeverity({ priority, urgency }: Pick<Page, 'priority' | 'urgency'>): Severity {
  const [, rank = ''] = /(?:^|\D)([1-5])(?:\D|$)/.exec(priority) ?? [];
  const byPriority = PRIORITIES[rank];
  if (byPriority) return byPriority;
  return urgency === 'low' ? 'warning' : 'major';
}

const PRIORITIES: Readonly<Record<string, Severity>> = {
  '1': 'critical',
  '2': 'major',
  '3': 'warning',
  '4': 'info',
  '5': 'info',
};
