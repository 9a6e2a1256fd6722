import type { Recorded, Sha256 } from '../event.ts';
import type { IncidentEvent } from '../incident/event.ts';
import type { Members } from '../incident/privacy.ts';
import type { Labels, Observation } from './alert.ts';

/**
 * Which incident a delivery speaks of: a reading of the events, kept beside the incidents. It is owned by one reader and
 * changed in place by `track`.
 */
export interface CorrelationIndex {
  /**
   * The newest incident of each key, for as long as it is open or may be reopened. Whether a key without one had any
   * before, the store knows: the append of a first incident meets the one that stands there.
   */
  readonly byKey: Map<string, Thread>;
  /** By source and fingerprint: the open incident that holds the alert. */
  readonly byFingerprint: Map<string, Map<string, string>>;
  /** By `pager page`: the incident that holds a page. */
  readonly byPage: Map<string, string>;
  /** By the key under which a page of it was triggered, or its source would trigger one. */
  readonly byDedupKey: Map<string, string>;
  /** Open incidents, and those that may still be reopened. */
  readonly byIncident: Map<string, Held>;
  /** Keys of the groups that spoke lately: a group speaks often, and its name is long. */
  readonly keys: Map<string, string>;
  /** How long after its end an incident goes on in the same thread. */
  readonly sameThreadMs: number;
}

export interface Thread {
  readonly incident: string;
  readonly ordinal: number;
}

interface Held {
  source: string;
  readonly key: string;
  readonly ordinal: number;
  /** Nothing but a page: alerts of any source may join. */
  isPageAlone: boolean;
  /** Of a private one. */
  readonly members?: Members;
  dedupKeys: string[];
  /** Keys of further groups that speak of it. */
  joined: string[];
  fingerprints: string[];
  /** Its pages, as `byPage` names them. */
  pages: string[];
  closedAt: number | undefined;
  /** A person closed it while alerts fired: they reopen it, however late they speak. */
  closedWhileFiring: boolean;
}

export interface Group {
  readonly source: string;
  readonly groupKey: string | undefined;
  readonly groupLabels: Labels;
  /** The service the alerts are about, where the catalog knows it; and the first alert's name. */
  readonly service: string;
  readonly alertname: string;
  readonly observations: readonly Pick<Observation, 'fingerprint'>[];
  /** Of a private route. */
  readonly members?: Members;
}

export interface Correlation {
  /** `inc-` and 12 digits, derived: two processes that see the same alert meet at the same stream. */
  readonly incident: string;
  readonly key: string;
  readonly ordinal: number;
  readonly how: 'open' | 'shared-fingerprint' | 'same-page' | 'reopened' | 'new';
  /** With which the source itself would page for this group; absent where nobody asks. */
  readonly dedupKey?: string;
}

/** Firing again within this time after the end goes on in the same thread, unless the configuration says otherwise. */
export const SAME_THREAD_MS = 30 * 60_000;

/** An incident closed by a person over firing alerts waits this long for their next word (six default repeat intervals). */
export const STILL_FIRING_MS = 24 * 60 * 60_000;

export function newCorrelationIndex(sameThreadMs: number = SAME_THREAD_MS): CorrelationIndex {
  const maps = { byKey: new Map(), byFingerprint: new Map(), byIncident: new Map() };
  const pages = { byPage: new Map(), byDedupKey: new Map() };
  return { ...maps, ...pages, keys: new Map(), sameThreadMs };
}

/** The stream an incident lives in. */
export function incidentStream(incident: string): string {
  return `incident/${incident}`;
}

export function correlationKey(group: Group, sha256: Sha256): string {
  return sha256(JSON.stringify([group.source, ...nameOf(group)])).slice(0, 24);
}

const KEYS_MAX = 1000;
const KEY_NAME_MAX = 512;

function rememberedKey({ keys }: CorrelationIndex, group: Group, sha256: Sha256): string {
  const { source, groupKey = '' } = group;
  if (groupKey === '' || groupKey.length > KEY_NAME_MAX) return correlationKey(group, sha256);
  // A source's name holds no space.
  const name = `${source} ${groupKey}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= KEYS_MAX) keys.clear();
  const key = correlationKey(group, sha256);
  keys.set(name, key);
  return key;
}

/** The key of what a source sends that cannot be read: one incident per source. */
export function unreadableKey(source: string, sha256: Sha256): string {
  return sha256(JSON.stringify([source, 'unreadable'])).slice(0, 24);
}

export function incidentId(key: string, ordinal: number, sha256: Sha256): string {
  return `inc-${sha256(`${key}/${ordinal}`).slice(0, 12)}`;
}

/**
 * An open incident of this group; else an open one that shares an alert (the group's name changed with the source's
 * configuration); else an open one whose page was triggered under the group's own key; else the last one of this group if it ended within 30 min; else the next of this group.
 */
export function correlate(
  index: CorrelationIndex,
  group: Group,
  { now, sha256, hasPagers }: Correlating,
): Correlation {
  const key = rememberedKey(index, group, sha256);
  const last = index.byKey.get(key);
  const held = last && index.byIncident.get(last.incident);
  if (last && held && held.closedAt === undefined) return { ...last, key, how: 'open' };
  const dedup = hasPagers ? dedupKeyOf(group, sha256) : {};
  const shared = sharing(index, group);
  if (shared) return { ...shared, key, how: 'shared-fingerprint', ...dedup };
  const paged = pagedAlike(index, group, dedup);
  if (paged) return { ...paged, key, how: 'same-page', ...dedup };
  if (last && held && mayReopen(index, held, now)) return { ...last, key, how: 'reopened' };
  return { ...following(key, last?.ordinal ?? 0, sha256), ...dedup };
}

interface Correlating {
  readonly now: number;
  readonly sha256: Sha256;
  /** Pages are heard of: where nobody pages, no key of one is made. */
  readonly hasPagers?: boolean;
}

/**
 * The key with which Alertmanager's own PagerDuty receiver triggers for a group: SHA-256 of the group's key, as hex.
 * https://github.com/prometheus/alertmanager/blob/v0.27.0/notify/util.go (Key.Hash)
 */
function dedupKeyOf({ groupKey }: Group, sha256: Sha256): { readonly dedupKey?: string } {
  return groupKey === undefined || groupKey === '' ? {} : { dedupKey: sha256(groupKey) };
}

function pagedAlike(
  index: CorrelationIndex,
  group: Group,
  { dedupKey }: { readonly dedupKey?: string },
): Thread | undefined {
  if (index.byDedupKey.size === 0) return undefined;
  const names = group.observations.map(({ fingerprint }) => fingerprint);
  for (const name of dedupKey === undefined ? names : [dedupKey, ...names]) {
    const incident = index.byDedupKey.get(name);
    const held = incident === undefined ? undefined : index.byIncident.get(incident);
    if (incident === undefined || !held || held.closedAt !== undefined) continue;
    const fits = held.isPageAlone || held.source === group.source;
    if (fits && isForSame(held, group)) return { incident, ordinal: held.ordinal };
  }
  return undefined;
}

/** Nothing private is shown to others by joining something else, nor the other way round. */
function isForSame(one: { members?: Members }, other: { members?: Members }): boolean {
  return JSON.stringify(one.members) === JSON.stringify(other.members);
}

/** The incident that a page belongs to: the one that holds it; else an open one of whose alerts its key speaks. */
export function correlatePage(
  index: CorrelationIndex,
  page: { readonly pager: string; readonly page: string; readonly key: string },
  of: { readonly members?: Members },
): string | undefined {
  const known = index.byPage.get(pageName(page.pager, page.page));
  if (known !== undefined || page.key === '') return known;
  const alike = [
    index.byDedupKey.get(page.key),
    ...[...index.byFingerprint.values()].map((all) => all.get(page.key)),
  ];
  return alike.find((incident) => {
    const held = incident === undefined ? undefined : index.byIncident.get(incident);
    return held !== undefined && held.closedAt === undefined && isForSame(held, of);
  });
}

/** The same for what is known by its key alone. */
export function correlateKey(
  index: CorrelationIndex,
  key: string,
  { now, sha256 }: { readonly now: number; readonly sha256: Sha256 },
): Correlation {
  const last = index.byKey.get(key);
  const held = last && index.byIncident.get(last.incident);
  if (last && held && held.closedAt === undefined) return { ...last, key, how: 'open' };
  if (last && held && mayReopen(index, held, now)) return { ...last, key, how: 'reopened' };
  return following(key, last?.ordinal ?? 0, sha256);
}

/** The next incident of a key. */
export function following(key: string, ordinal: number, sha256: Sha256): Correlation {
  const next = ordinal + 1;
  return { incident: incidentId(key, next, sha256), key, ordinal: next, how: 'new' };
}

/** Is this alert in an open incident? */
export function isHeld(index: CorrelationIndex, source: string, fingerprint: string): boolean {
  return index.byFingerprint.get(source)?.has(fingerprint) === true;
}

export function track(index: CorrelationIndex, recorded: Recorded<IncidentEvent>): void {
  if (!recorded.stream.startsWith('incident/')) return;
  const incident = recorded.stream.slice('incident/'.length);
  const { event } = recorded;
  if (event.type === 'IncidentOpened') {
    // Told again by a replayed tail: what came after it is known already.
    if (index.byIncident.has(incident)) return;
    const { key, ordinal, source, members, dedupKey } = event;
    index.byKey.set(key, { incident, ordinal });
    const open = {
      joined: [],
      fingerprints: [],
      pages: [],
      dedupKeys: [],
      isPageAlone: event.origin === 'page',
      closedAt: undefined,
      closedWhileFiring: false,
      ...(members && { members }),
    };
    const fresh: Held = { source, key, ordinal, ...open };
    index.byIncident.set(incident, fresh);
    learnDedupKey(index, { incident, held: fresh }, dedupKey);
    return;
  }
  const held = index.byIncident.get(incident);
  if (!held) return;
  if (event.type === 'AlertsFired') hold(index, { incident, held }, event.alerts);
  if (event.type === 'PageSeen') {
    const name = pageName(event.pager, event.stands.page);
    index.byPage.set(name, incident);
    if (!held.pages.includes(name)) held.pages.push(name);
    learnDedupKey(index, { incident, held }, event.stands.key);
  }
  if (event.type === 'GroupJoined') {
    index.byKey.set(event.key, { incident, ordinal: held.ordinal });
    if (!held.joined.includes(event.key)) held.joined.push(event.key);
    learnDedupKey(index, { incident, held }, event.dedupKey);
    if (event.from) {
      held.source = event.from.source;
      held.isPageAlone = false;
    }
  }
  if (event.type === 'IncidentResolved') {
    held.closedAt = recorded.at;
    held.closedWhileFiring = event.firing > 0;
    release(index, incident, held);
  }
  if (event.type === 'IncidentReopened') {
    held.closedAt = undefined;
    const alerts = held.fingerprints.map((fingerprint) => ({ fingerprint }));
    held.fingerprints = [];
    hold(index, { incident, held }, alerts);
  }
}

/** The newest to be named by a key has it. */
function learnDedupKey(
  { byDedupKey }: CorrelationIndex,
  { incident, held }: { readonly incident: string; readonly held: Held },
  key: string | undefined,
): void {
  if (key === undefined || key === '') return;
  byDedupKey.set(key, incident);
  if (!held.dedupKeys.includes(key)) held.dedupKeys.push(key);
}

/** As `byPage` knows a page. */
export function pageName(pager: string, page: string): string {
  return `${pager} ${page}`;
}

/** Drops what can no longer be reopened, with its keys; call it now and then. */
export function forget(index: CorrelationIndex, now: number): void {
  for (const [incident, held] of index.byIncident) {
    if (held.closedAt === undefined || mayReopen(index, held, now)) continue;
    index.byIncident.delete(incident);
    for (const name of held.pages) {
      if (index.byPage.get(name) === incident) index.byPage.delete(name);
    }
    for (const key of held.dedupKeys) {
      if (index.byDedupKey.get(key) === incident) index.byDedupKey.delete(key);
    }
    for (const key of [held.key, ...held.joined]) {
      if (index.byKey.get(key)?.incident === incident) index.byKey.delete(key);
    }
  }
}

/** The index as plain data, for a snapshot beside the journal. */
export function exportIndex(index: CorrelationIndex): ExportedIndex {
  return { byKey: [...index.byKey], byIncident: [...index.byIncident] };
}

export interface ExportedIndex {
  readonly byKey: readonly (readonly [string, Thread])[];
  readonly byIncident: readonly (readonly [string, Held])[];
}

export function importIndex(
  exported: ExportedIndex,
  sameThreadMs: number = SAME_THREAD_MS,
): CorrelationIndex {
  const index = newCorrelationIndex(sameThreadMs);
  for (const [key, thread] of exported.byKey) index.byKey.set(key, thread);
  for (const [incident, held] of exported.byIncident) {
    index.byIncident.set(incident, { ...held });
    for (const name of held.pages) index.byPage.set(name, incident);
    for (const key of held.dedupKeys) index.byDedupKey.set(key, incident);
    if (held.closedAt !== undefined) continue;
    const known = fingerprintsOf(index, held.source);
    for (const fingerprint of held.fingerprints) known.set(fingerprint, incident);
  }
  return index;
}

/** The part of a key that names the group: what the source calls it, else its labels, else service and alert. */
function nameOf(group: Group): readonly unknown[] {
  if (group.groupKey !== undefined) return ['group', group.groupKey];
  const labels = Object.entries(group.groupLabels);
  if (labels.length > 0) return ['labels', labels.sort(([a], [b]) => (a < b ? -1 : 1))];
  return ['service', group.service, group.alertname];
}

function sharing(index: CorrelationIndex, group: Group): Thread | undefined {
  const known = index.byFingerprint.get(group.source);
  if (!known) return undefined;
  for (const { fingerprint } of group.observations) {
    const incident = known.get(fingerprint);
    const held = incident === undefined ? undefined : index.byIncident.get(incident);
    if (incident !== undefined && held) return { incident, ordinal: held.ordinal };
  }
  return undefined;
}

function mayReopen({ sameThreadMs }: CorrelationIndex, held: Held, now: number): boolean {
  if (held.closedAt === undefined) return true;
  const waitsMs = held.closedWhileFiring ? Math.max(STILL_FIRING_MS, sameThreadMs) : sameThreadMs;
  return now - held.closedAt < waitsMs;
}

function hold(
  index: CorrelationIndex,
  { incident, held }: { readonly incident: string; readonly held: Held },
  alerts: readonly { readonly fingerprint: string }[],
): void {
  const known = fingerprintsOf(index, held.source);
  for (const { fingerprint } of alerts) {
    if (known.get(fingerprint) === incident) continue;
    known.set(fingerprint, incident);
    held.fingerprints.push(fingerprint);
  }
}

function release(index: CorrelationIndex, incident: string, held: Held): void {
  const known = fingerprintsOf(index, held.source);
  for (const fingerprint of held.fingerprints) {
    if (known.get(fingerprint) === incident) known.delete(fingerprint);
  }
}

/** A map for each source: the name of an alert in it is the text that the alert itself holds, and no second one. */
function fingerprintsOf({ byFingerprint }: CorrelationIndex, source: string): Map<string, string> {
  const known = byFingerprint.get(source);
  if (known) return known;
  const first = new Map<string, string>();
  byFingerprint.set(source, first);
  return first;
}
