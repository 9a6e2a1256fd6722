import type { Incident } from './incident.ts';
import type { PageState } from './page.ts';

/*
 * What holds when those who speak of one incident disagree. The whole table is in docs/correlation.md.
 */

/**
 * An open page that the alerts of the incident did not send: somebody else was woken, and only its own end is the end of
 * it. Alerts that stop do not close what it keeps open.
 */
export function othersPage(incident: Incident): PageState | undefined {
  return incident.pages.find((page) => page.status !== 'resolved' && !isOfAlerts(page, incident));
}

/** A page that was sent because of these alerts, by us or by their own source: it goes with them. */
export function isOfAlerts(
  { key }: Pick<PageState, 'key'>,
  { opened, dedupKeys, alerts }: Pick<Incident, 'opened' | 'dedupKeys' | 'alerts'>,
): boolean {
  if (key === '') return opened.origin !== 'page';
  return key === triggerKey(opened.incident) || dedupKeys.includes(key) || alerts.has(key);
}

/** What we trigger a page with: the same for an incident however often it is sent. */
export function triggerKey(incident: string): string {
  return `${TRIGGERED}${incident}`;
}

export const TRIGGERED = 'tocsin/';
