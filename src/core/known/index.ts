import { alertName } from '../alert/alert.ts';
import type { Incident } from '../incident/incident.ts';
import { isPrivate } from '../incident/privacy.ts';
import type { Asked } from '../operation/operation.ts';

/**
 * Where to look for what happened before, without all of history in memory: of each alert of a place the last incidents,
 * of each place the last changes. Names and times only; what they were is read from the record.
 */
export interface KnownIndex {
  /** Incidents that ended, oldest first, by alert, service and environment. */
  readonly past: Map<string, readonly Mention[]>;
  /** Operations that began, oldest first, by service and environment. */
  readonly changes: Map<string, readonly Mention[]>;
}

export interface Mention {
  readonly id: string;
  /** When it ended, or began, ms. */
  readonly at: number;
}

const pastKept = 5;
const changesKept = 12;
/** Of the longest unheard the names go first. */
const keysMax = 5000;
/** An incident of more kinds of alerts than this is found by the first of them. */
const namesMax = 4;

export function newKnownIndex(): KnownIndex {
  return { past: new Map(), changes: new Map() };
}

/** A private incident is found by nobody. */
export function noteEnded(index: KnownIndex, incident: Incident, at: number): void {
  if (isPrivate(incident)) return;
  const mention = { id: incident.opened.incident, at };
  for (const key of pastKeys(incident)) note(index.past, key, { mention, kept: pastKept });
}

export function noteBegan(index: KnownIndex, asked: Asked, mention: Mention): void {
  note(index.changes, placeKey(asked), { mention, kept: changesKept });
}

/** Other incidents of the same alerts at the same place, newest first. */
export function pastOf(index: KnownIndex, incident: Incident): readonly Mention[] {
  const found = new Map<string, Mention>();
  for (const key of pastKeys(incident)) {
    for (const mention of index.past.get(key) ?? []) found.set(mention.id, mention);
  }
  found.delete(incident.opened.incident);
  return [...found.values()].sort((one, other) => other.at - one.at);
}

/** What was changed there since then, newest first. */
export function changesOf(
  index: KnownIndex,
  place: { readonly service: string; readonly environment: string },
  since: number,
): readonly Mention[] {
  const noted = index.changes.get(placeKey(place)) ?? [];
  return noted.filter(({ at }) => at >= since).toReversed();
}

/** What no source named is like nothing. */
export function pastKeys({ alerts, opened }: Incident): readonly string[] {
  const names = new Set<string>();
  for (const { labels } of alerts.values()) {
    if (names.size < namesMax && alertName(labels) !== '') names.add(alertName(labels));
  }
  return [...names].map((name) => JSON.stringify([name, opened.service, opened.environment]));
}

function placeKey(place: { readonly service: string; readonly environment: string }): string {
  return JSON.stringify([place.service, place.environment]);
}

function note(
  into: Map<string, readonly Mention[]>,
  key: string,
  { mention, kept }: { readonly mention: Mention; readonly kept: number },
): void {
  const others = (into.get(key) ?? []).filter(({ id }) => id !== mention.id);
  // The names heard last stand last.
  into.delete(key);
  into.set(key, [...others, mention].slice(-kept));
  const oldest = into.size > keysMax ? into.keys().next().value : undefined;
  if (oldest !== undefined) into.delete(oldest);
}

export type ExportedKnownIndex = {
  readonly [K in keyof KnownIndex]: readonly (readonly [string, readonly Mention[]])[];
};

export function exportKnownIndex({ past, changes }: KnownIndex): ExportedKnownIndex {
  return { past: [...past], changes: [...changes] };
}

export function importKnownIndex({ past, changes }: ExportedKnownIndex): KnownIndex {
  return { past: new Map(past), changes: new Map(changes) };
}
