import type { Sha256 } from '../event.ts';
import type { Members } from '../incident/privacy.ts';
import type { Labels, Observation } from './alert.ts';
import {
  type CorrelationIndex,
  type Held,
  mayReopen,
  pageName,
  type Thread,
} from './correlation-index.ts';
import type { Ruled } from './rule.ts';

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
  /** Others see the rest of the group: these alerts have a key of their own. */
  readonly isApart?: boolean;
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

export function correlationKey(group: Group, sha256: Sha256): string {
  const seenBy = group.isApart ? ['seen by', group.members ?? 'everybody'] : [];
  return sha256(JSON.stringify([group.source, ...nameOf(group), ...seenBy])).slice(0, 24);
}

const KEYS_MAX = 1000;
const KEY_NAME_MAX = 512;

export function keyOf({ keys }: CorrelationIndex, group: Group, sha256: Sha256): string {
  const { source, groupKey = '', isApart } = group;
  if (isApart || groupKey === '' || groupKey.length > KEY_NAME_MAX)
    return correlationKey(group, sha256);
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
  const key = keyOf(index, group, sha256);
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

/**
 * The same for what a rule speaks of: an open incident of the rule whose alerts began near enough; else one whose page
 * was triggered for it; else the last one if it may go on; else the next.
 */
export function correlateRuled(
  index: CorrelationIndex,
  { ruled, group }: { readonly ruled: Ruled; readonly group: RuledGroup },
  { now, sha256, hasPagers }: Correlating,
): Correlation {
  const { key } = ruled;
  const last = index.byKey.get(key);
  const dedup = hasPagers ? dedupKeyOf(group, sha256) : {};
  const open = openOf(index, { key, last, sha256 }, (held) => isNear(held, ruled, group, now));
  if (open) return { ...open, key, how: 'open', ...dedup };
  const paged = pagedAlike(index, group, dedup);
  if (paged) return { ...paged, key, how: 'same-page', ...dedup };
  const held = last && index.byIncident.get(last.incident);
  if (last && held?.closedAt !== undefined && mayReopen(index, held, now)) {
    if (isNear(held, ruled, group, now)) return { ...last, key, how: 'reopened', ...dedup };
  }
  return { ...following(key, last?.ordinal ?? 0, sha256), ...dedup };
}

export interface RuledGroup
  extends Pick<Group, 'source' | 'groupKey' | 'observations' | 'members'> {
  /** When what is looked for began, the first and the last, ms; absent where nobody says. */
  readonly began?: { readonly from: number; readonly to: number };
}

/** With a window several incidents of one key may be open: the newest that fits, of the last few. */
function openOf(
  { byIncident }: CorrelationIndex,
  {
    key,
    last,
    sha256,
  }: { readonly key: string; readonly last: Thread | undefined; readonly sha256: Sha256 },
  fits: (held: Held) => boolean,
): Thread | undefined {
  if (!last) return undefined;
  const first = Math.max(1, last.ordinal - OPEN_OF_A_KEY_MAX);
  for (let { ordinal } = last; ordinal >= first; ordinal -= 1) {
    const incident = ordinal === last.ordinal ? last.incident : incidentId(key, ordinal, sha256);
    const held = byIncident.get(incident);
    if (held && held.closedAt === undefined && fits(held)) return { incident, ordinal };
  }
  return undefined;
}

const OPEN_OF_A_KEY_MAX = 8;

function isNear(held: Held, { withinMs }: Ruled, { began }: RuledGroup, now: number): boolean {
  if (withinMs === undefined || !held.began) return true;
  const { from, to } = began ?? { from: now, to: now };
  return to >= held.began.from - withinMs && from <= held.began.to + withinMs;
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
function dedupKeyOf(
  { groupKey }: Pick<Group, 'groupKey'>,
  sha256: Sha256,
): { readonly dedupKey?: string } {
  return groupKey === undefined || groupKey === '' ? {} : { dedupKey: sha256(groupKey) };
}

function pagedAlike(
  index: CorrelationIndex,
  group: Pick<Group, 'source' | 'observations' | 'members'>,
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
export function isForSame(one: { members?: Members }, other: { members?: Members }): boolean {
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
