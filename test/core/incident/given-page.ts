import type { ReceivePage } from '../../../src/core/incident/intent.ts';
import type { Page, PageNews, PageSeen } from '../../../src/core/incident/page.ts';
import { T0 } from '../given.ts';
import { MINUTE } from './given-incident.ts';

export const pager = 'pagerduty/main';

export function page(more: Partial<Page> = {}): Page {
  return {
    page: 'Q1PAGE',
    status: 'triggered',
    title: 'Checkout answers slowly',
    number: 37,
    url: 'https://acme.pagerduty.com/incidents/Q1PAGE',
    key: 'key-there',
    urgency: 'high',
    priority: '',
    service: 'Checkout',
    policy: 'Payments',
    assignees: ['ana'],
    ...more,
  };
}

/** What the pager says after so many minutes, by default of its own accord and of how the page stands. */
export function news(what: string, minutes: number, more: Partial<PageNews> = {}): PageNews {
  return {
    what,
    at: T0 + minutes * MINUTE,
    by: '',
    byPerson: false,
    page: 'Q1PAGE',
    stands: page(),
    text: '',
    ...more,
  };
}

/** A person did it there. */
export function deed(
  what: string,
  minutes: number,
  { by, ...more }: Partial<Page> & { readonly by: string },
): PageNews {
  return news(what, minutes, { by, byPerson: true, stands: page(more) });
}

export function receivePage(said: PageNews, more: Partial<ReceivePage> = {}): ReceivePage {
  return {
    type: 'ReceivePage',
    at: T0 + 10 * MINUTE,
    incident: 'inc-1',
    key: 'key-1',
    ordinal: 1,
    source: pager,
    sourceAnswers: true,
    service: 'checkout',
    environment: 'production',
    places: { 'slack/main': '#ops' },
    notify: 'sre',
    news: said,
    ...more,
  };
}

export function seen(said: PageNews): PageSeen {
  const { what, by, at, stands = page() } = said;
  return { type: 'PageSeen', v: 1, pager, what, by, seenAt: at, stands };
}
