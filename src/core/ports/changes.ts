import type { PageNotDone } from './pager.ts';

/** Where changes of a service are told to those who are paged for it. Held by the loop of that name alone. */
export interface Changes {
  /** `pagerduty/main`. */
  readonly name: string;
  /** Sent once; never again from here. */
  change(via: string, what: Change): Promise<{ readonly ok: true } | PageNotDone>;
}

export interface Change {
  readonly summary: string;
  /** When it ended, ms. */
  readonly at: number;
  readonly details: Readonly<Record<string, string>>;
  /** Where more of it is seen; empty for nowhere. */
  readonly url: string;
}
