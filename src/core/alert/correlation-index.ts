import type { Recorded } from '../event.ts';
import type { AlertsFired, IncidentEvent } from '../incident/event.ts';
import type { AlertsLeft, MoveEvent } from '../incident/move.ts';
import { isMove } from '../incident/moved.ts';
import type { Members } from '../incident/privacy.ts';

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
  /** The same of incidents that are over and may go on, where the key of an alert alone would not lead back to them. */
  readonly byEnded: Map<string, Map<string, string>>;
  /** By `pager page`: the incident that holds a page. */
  readonly byPage: Map<string, string>;
  /** By the key under which a page of it was triggered, or its source would trigger one. */
  readonly byDedupKey: Map<string, string>;
  /** Open incidents, and those that may still be reopened. */
  readonly byIncident: Map<string, Held>;
  /** Keys of the groups that spoke lately: a group speaks often, and its name is long. */
  readonly keys: Map<string, string>;
  /** How often people moved something: what was addressed before that is looked at again. */
  moves: number;
  /** How long after its end an incident goes on in the same thread. */
  readonly sameThreadMs: number;
}

export interface Thread {
  readonly incident: string;
  readonly ordinal: number;
}

export interface Held {
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
  /** Of its own source. */
  fingerprints: string[];
  /** Of further sources: source and fingerprint. */
  foreign: (readonly [string, string])[];
  /** Alerts come to it otherwise than by the name of their group: once it is over, they are looked for by their own. */
  isScattered: boolean;
  /** Of a rule: when its alerts began, the first and the last, ms. */
  began: { from: number; to: number } | undefined;
  /** Its pages, as `byPage` names them. */
  pages: string[];
  closedAt: number | undefined;
  /** It is part of that one. */
  mergedInto?: string;
  /** A person closed it while alerts fired: they reopen it, however late they speak. */
  closedWhileFiring: boolean;
}

/** Firing again within this time after the end goes on in the same thread, unless the configuration says otherwise. */
export const SAME_THREAD_MS = 30 * 60_000;

/** An incident closed by a person over firing alerts waits this long for their next word (six default repeat intervals). */
export const STILL_FIRING_MS = 24 * 60 * 60_000;

export function newCorrelationIndex(sameThreadMs: number = SAME_THREAD_MS): CorrelationIndex {
  const alerts = { byFingerprint: new Map(), byEnded: new Map() };
  const maps = { byKey: new Map(), ...alerts, byIncident: new Map() };
  const pages = { byPage: new Map(), byDedupKey: new Map() };
  return { ...maps, ...pages, keys: new Map(), moves: 0, sameThreadMs };
}

/** The stream an incident lives in. */
export function incidentStream(incident: string): string {
  return `incident/${incident}`;
}

/** The incident that holds an alert now, or held it last and may still go on. */
export function holderOf(
  { byFingerprint, byEnded, byIncident }: CorrelationIndex,
  source: string,
  fingerprint: string,
): string | undefined {
  const open = byFingerprint.get(source)?.get(fingerprint);
  if (open !== undefined) return open;
  const ended = byEnded.size === 0 ? undefined : byEnded.get(source)?.get(fingerprint);
  return ended !== undefined && byIncident.has(ended) ? ended : undefined;
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
    const { key, ordinal, source, members, dedupKey, rule, splitFrom } = event;
    index.byKey.set(key, { incident, ordinal });
    const open = {
      joined: [],
      fingerprints: [],
      foreign: [],
      isScattered: rule !== undefined || splitFrom !== undefined,
      began: event.origin === 'page' && rule ? { from: recorded.at, to: recorded.at } : undefined,
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
  if (event.type === 'AlertsFired') {
    hold(index, { incident, held }, event);
    if (held.isScattered) began(held, event.alerts);
  }
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
    if (event.rule) held.isScattered = true;
  }
  if (event.type === 'PartJoined') held.isScattered = true;
  if (event.type === 'IncidentResolved') {
    held.closedAt = recorded.at;
    held.closedWhileFiring = event.firing > 0;
    drop(index.byFingerprint, incident, held);
    if (held.isScattered) {
      for (const [known, fingerprint] of alertsOf(index.byEnded, held)) {
        known.set(fingerprint, incident);
      }
    }
  }
  if (isMove(event)) trackMove(index, { incident, held, at: recorded.at }, event);
  if (event.type === 'IncidentReopened') {
    held.closedAt = undefined;
    if (held.mergedInto !== undefined) partAgain(index, incident, held);
    for (const [known, fingerprint] of alertsOf(index.byFingerprint, held)) {
      known.set(fingerprint, incident);
    }
    drop(index.byEnded, incident, held);
  }
}

/** What was merged, and what goes its own way again. */
function trackMove(
  index: CorrelationIndex,
  { incident, held, at }: { readonly incident: string; readonly held: Held; readonly at: number },
  event: MoveEvent,
): void {
  index.moves += 1;
  held.isScattered = true;
  switch (event.type) {
    case 'IncidentTook': {
      const { keys, dedupKeys, pages, about } = event;
      if (held.isPageAlone && about.origin === 'alerts') {
        held.source = about.source;
        held.isPageAlone = false;
      }
      for (const key of keys) {
        index.byKey.set(key, { incident, ordinal: about.ordinal });
        if (!held.joined.includes(key)) held.joined.push(key);
      }
      for (const key of dedupKeys) learnDedupKey(index, { incident, held }, key);
      for (const { pager, page } of pages) {
        const name = pageName(pager, page);
        index.byPage.set(name, incident);
        if (!held.pages.includes(name)) held.pages.push(name);
      }
      return;
    }
    case 'AlertsTaken':
      for (const alert of event.alerts) {
        const source = alert.source === held.source ? undefined : alert.source;
        hold(index, { incident, held }, { alerts: [alert], ...(source && { source }) });
      }
      return;
    case 'IncidentMerged':
      held.closedAt = at;
      held.mergedInto = event.into;
      drop(index.byFingerprint, incident, held);
      held.fingerprints = [];
      held.foreign = [];
      return;
    case 'AlertsLeft':
      leave(index, { incident, held }, event);
  }
}

function leave(
  index: CorrelationIndex,
  { incident, held }: { readonly incident: string; readonly held: Held },
  { alerts, returned }: AlertsLeft,
): void {
  const gone = new Set<string>();
  for (const { source, fingerprint } of alerts) {
    const known = mapOf(index.byFingerprint, source);
    if (known.get(fingerprint) === incident) known.delete(fingerprint);
    gone.add(`${source} ${fingerprint}`);
  }
  held.fingerprints = held.fingerprints.filter((name) => !gone.has(`${held.source} ${name}`));
  held.foreign = held.foreign.filter(([source, name]) => !gone.has(`${source} ${name}`));
  if (!returned) return;
  const { keys, dedupKeys, pages, pager } = returned;
  const names = pages.map((each) => pageName(each.pager, each.page));
  held.joined = held.joined.filter((key) => !keys.includes(key));
  held.dedupKeys = held.dedupKeys.filter((key) => !dedupKeys.includes(key));
  held.pages = held.pages.filter((name) => !names.includes(name));
  if (pager !== undefined) {
    held.source = pager;
    held.isPageAlone = true;
  }
}

/** What it was known by leads to it again; its pages and alerts are told one by one. */
function partAgain(index: CorrelationIndex, incident: string, held: Held): void {
  delete held.mergedInto;
  for (const key of [held.key, ...held.joined]) {
    index.byKey.set(key, { incident, ordinal: held.ordinal });
  }
  for (const key of held.dedupKeys) index.byDedupKey.set(key, incident);
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
    // For as long as the one goes on that it is part of, it may go its own way again.
    if (held.mergedInto !== undefined && index.byIncident.has(held.mergedInto)) continue;
    index.byIncident.delete(incident);
    if (held.isScattered) drop(index.byEnded, incident, held);
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
    if (held.closedAt !== undefined && !held.isScattered) continue;
    const into = held.closedAt === undefined ? index.byFingerprint : index.byEnded;
    for (const [known, fingerprint] of alertsOf(into, held)) known.set(fingerprint, incident);
  }
  return index;
}

export function mayReopen({ sameThreadMs }: CorrelationIndex, held: Held, now: number): boolean {
  if (held.closedAt === undefined) return true;
  const waitsMs = held.closedWhileFiring ? Math.max(STILL_FIRING_MS, sameThreadMs) : sameThreadMs;
  return now - held.closedAt < waitsMs;
}

function hold(
  { byFingerprint }: CorrelationIndex,
  { incident, held }: { readonly incident: string; readonly held: Held },
  { alerts, source }: Pick<AlertsFired, 'alerts' | 'source'>,
): void {
  const known = mapOf(byFingerprint, source ?? held.source);
  for (const { fingerprint } of alerts) {
    if (known.get(fingerprint) === incident) continue;
    known.set(fingerprint, incident);
    if (source === undefined) held.fingerprints.push(fingerprint);
    else held.foreign.push([source, fingerprint]);
  }
}

function began(held: Held, alerts: readonly { readonly startsAt: number }[]): void {
  for (const { startsAt } of alerts) {
    held.began ??= { from: startsAt, to: startsAt };
    if (startsAt < held.began.from) held.began.from = startsAt;
    if (startsAt > held.began.to) held.began.to = startsAt;
  }
}

type ByAlert = Map<string, Map<string, string>>;

/** Each alert of an incident, with the map of its source. */
function* alertsOf(of: ByAlert, held: Held): Generator<readonly [Map<string, string>, string]> {
  const own = mapOf(of, held.source);
  for (const fingerprint of held.fingerprints) yield [own, fingerprint];
  for (const [source, fingerprint] of held.foreign) yield [mapOf(of, source), fingerprint];
}

function drop(from: ByAlert, incident: string, held: Held): void {
  for (const [known, fingerprint] of alertsOf(from, held)) {
    if (known.get(fingerprint) === incident) known.delete(fingerprint);
  }
}

/** A map for each source: the name of an alert in it is the text that the alert itself holds, and no second one. */
function mapOf(of: ByAlert, source: string): Map<string, string> {
  const known = of.get(source);
  if (known) return known;
  const first = new Map<string, string>();
  of.set(source, first);
  return first;
}
