import type { Labels, Observation, Unreadable } from '../../core/alert/alert.ts';
import type { Sha256 } from '../../core/event.ts';

/*
 * Written by hand, not with zod: of a body of 20 alerts JSON.parse takes 32 µs, zod 4 another 19, this another 5. It
 * also takes every alert it can read from a body that holds others it cannot, and says in words why.
 */

/** The few fields we use of a webhook body, whatever the version that sent it. */
export interface AlertmanagerBody {
  readonly receiver: string;
  readonly groupKey: string | undefined;
  readonly groupLabels: Labels;
  readonly externalUrl: string;
  readonly truncated: number;
  readonly observations: readonly Observation[];
  readonly unreadable: readonly Unreadable[];
}

export interface Reading {
  readonly receivedAt: number;
  readonly sha256: Sha256;
}

/** More alerts than this in one body are counted as cut off. */
export const ALERTS_MAX = 10_000;
/** Longer values are cut, visibly. */
export const VALUE_MAX = 4096;
/** More labels or annotations than this on one alert are left out, and counted in an annotation. */
export const LABELS_MAX = 64;
const NAME_MAX = 256;
const URL_MAX = 2048;
const GROUP_KEY_MAX = 16_384;
const UNREADABLE_MAX = 100;

/** The body, or a sentence saying why nothing can be read of it. */
export function parseBody(body: unknown, reading: Reading): AlertmanagerBody | string {
  // Prometheus and the first Alertmanagers sent the bare list.
  const fields: Fields | undefined = Array.isArray(body) ? { alerts: body } : asFields(body);
  if (!fields) return `the body is ${kindOf(body)}, not an object`;
  const { alerts } = fields;
  if (alerts === undefined) return 'the body has no "alerts"';
  if (!Array.isArray(alerts)) return `"alerts" is ${kindOf(alerts)}, not a list`;
  const observations: Observation[] = [];
  const unreadable: Unreadable[] = [];
  const taken = Math.min(alerts.length, ALERTS_MAX);
  for (let index = 0; index < taken; index += 1) {
    const alert = parseAlert(alerts[index], fields['status'], reading);
    if (typeof alert !== 'string') observations.push(alert);
    else if (unreadable.length < UNREADABLE_MAX) unreadable.push({ index, reason: alert });
  }
  const groupLabels = parseLabels(fields['groupLabels']);
  return {
    receiver: unquoteMeta(text(fields['receiver'], NAME_MAX)),
    groupKey: parseGroupKey(fields['groupKey']),
    groupLabels: typeof groupLabels === 'string' ? {} : groupLabels,
    externalUrl: webAddress(fields['externalURL']),
    truncated: parseCount(fields['truncatedAlerts']) + (alerts.length - taken),
    observations,
    unreadable,
  };
}

/** One alert, or why it cannot be read. */
export function parseAlert(
  value: unknown,
  bodyStatus: unknown,
  { receivedAt, sha256 }: Reading,
): Observation | string {
  const fields = asFields(value);
  if (!fields) return `the alert is ${kindOf(value)}, not an object`;
  if (fields['labels'] === undefined) return 'the alert has no "labels"';
  const labels = parseLabels(fields['labels']);
  if (typeof labels === 'string') return `"labels" ${labels}`;
  if (isEmpty(labels)) return '"labels" is empty, so that nothing tells this alert from others';
  const annotations = parseLabels(fields['annotations'] ?? {});
  if (typeof annotations === 'string') return `"annotations" ${annotations}`;
  const startsAt = parseTime(fields['startsAt']);
  if (typeof startsAt === 'string') return `"startsAt" ${startsAt}`;
  const endsAt = parseTime(fields['endsAt']);
  if (typeof endsAt === 'string') return `"endsAt" ${endsAt}`;
  const hasEnded = endsAt !== undefined && endsAt <= receivedAt;
  const status = parseStatus(fields['status'], { bodyStatus, hasEnded });
  if (!status) return `"status" is ${quoted(fields['status'])}, neither "firing" nor "resolved"`;
  return {
    fingerprint: parseFingerprint(fields['fingerprint']) ?? derivedFingerprint(labels, sha256),
    status,
    startsAt,
    endsAt: status === 'resolved' ? endsAt : undefined,
    labels,
    annotations,
    generatorUrl: webAddress(fields['generatorURL']),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

/** The object itself when it is already what we keep; a bounded copy when it is not. */
function parseLabels(value: unknown): Labels | string {
  const fields = asFields(value);
  if (!fields) return `is ${kindOf(value)}, not an object`;
  let count = 0;
  let asIs = true;
  for (const name in fields) {
    const item = fields[name];
    count += 1;
    if (typeof item === 'string' && item !== '' && item.length <= VALUE_MAX) {
      if (name.length <= NAME_MAX) continue;
    }
    if (typeof item === 'object' && item !== null) return `holds ${quoted(name)}, ${kindOf(item)}`;
    asIs = false;
  }
  if (asIs && count <= LABELS_MAX) return fields as Labels;
  return boundedLabels(fields, count);
}

/** Prometheus takes an empty value for an absent label, and so do we. */
function boundedLabels(fields: Fields, count: number): Labels {
  const kept = Object.entries(fields)
    .filter(([, item]) => item !== '' && item !== null && item !== undefined)
    .sort(([a], [b]) => importance(b) - importance(a))
    .slice(0, LABELS_MAX)
    .map(([name, item]) => [cut(name, NAME_MAX), cut(String(item), VALUE_MAX)] as const);
  const left = count > LABELS_MAX ? [['tocsin_left_out', String(count - LABELS_MAX)] as const] : [];
  return Object.fromEntries([...kept, ...left]);
}

/** The names that must survive where there are too many. */
function importance(name: string): number {
  return ['alertname', 'severity', 'service', 'namespace', 'summary', 'description'].includes(name)
    ? 1
    : 0;
}

function isEmpty(labels: Labels): boolean {
  for (const _ in labels) return false;
  return true;
}

/** Undefined for absent, for Go's zero time and for what lies before 1970; a sentence's rest for what is no time. */
function parseTime(value: unknown): number | undefined | string {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string') return `is ${kindOf(value)}, not a time`;
  if (value.startsWith('0001-01-01')) return undefined;
  const at = Date.parse(ZONE.test(value) ? value : `${value}Z`);
  if (Number.isNaN(at)) return `is ${quoted(value)}, not a time like 2026-11-20T03:05:00Z`;
  return at > 0 ? at : undefined;
}

const ZONE = /(?:[zZ]|[+-]\d\d:?\d\d)$/;

/** Seconds or milliseconds since 1970: seconds stay below this until the year 5138. */
function epoch(value: number): number | undefined | string {
  if (!Number.isFinite(value)) return 'is not a time';
  const at = value < 1e11 ? value * 1000 : value;
  return at > 0 && at < 8.64e15 ? Math.floor(at) : undefined;
}

/** Its own word; without one, what its end says; without that, the body's word. */
function parseStatus(
  value: unknown,
  { bodyStatus, hasEnded }: { readonly bodyStatus: unknown; readonly hasEnded: boolean },
): Observation['status'] | undefined {
  if (value === 'firing' || value === 'resolved') return value;
  if (value === undefined || value === null || value === '') {
    return hasEnded || bodyStatus === 'resolved' ? 'resolved' : 'firing';
  }
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return word === 'firing' || word === 'resolved' ? word : undefined;
}

function parseFingerprint(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= NAME_MAX ? value : undefined;
}

function derivedFingerprint(labels: Labels, sha256: Sha256): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(sorted)).slice(0, 16);
}

/** Old versions sent a number; 0 names no group. */
function parseGroupKey(value: unknown): string | undefined {
  if (typeof value === 'number') return value === 0 ? undefined : String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, GROUP_KEY_MAX) : undefined;
}

function parseCount(value: unknown): number {
  const count = typeof value === 'string' ? Number(value) : value;
  return typeof count === 'number' && count > 0 && Number.isFinite(count) ? Math.floor(count) : 0;
}

/** Receivers arrive through Go's regexp.QuoteMeta: `web\.hook` is the receiver `web.hook`. */
function unquoteMeta(quotedName: string): string {
  return quotedName.includes('\\')
    ? quotedName.replace(/\\([\\.+*?()|[\]{}^$])/g, '$1')
    : quotedName;
}

/** Only what a person can safely follow; Grafana also sends relative ones. */
function webAddress(value: unknown): string {
  if (typeof value !== 'string' || value.length > URL_MAX) return '';
  return /^https?:\/\//i.test(value) ? value : '';
}

function text(value: unknown, max: number): string {
  return typeof value === 'string' ? cut(value, max) : '';
}

function cut(value: string, max: number): string {
  if (value.length <= max) return value;
  return `${value.slice(0, max).toWellFormed()}… (cut, ${value.length} characters)`;
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(cut(value, 60)) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return KINDS[typeof value] ?? 'nothing';
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};
