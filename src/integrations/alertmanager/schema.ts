import type { Matcher } from '../../core/alert/matcher.ts';
import type { SourceAlert } from '../../core/ports/alert-source.ts';
import type { HeldSilence } from '../../core/ports/silences.ts';

import { markedAs } from './mark.ts';

const VALUE_MAX = 4096;

/**
 * The answer of `GET /api/v2/alerts`, or a sentence saying what cannot be read in it. One alert that cannot be read
 * spoils the answer: leaving it out would say that it has stopped.
 * https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export function parseAlerts(answer: unknown): readonly SourceAlert[] | string {
  if (!Array.isArray(answer)) return 'there is no list of alerts';
  const alerts: SourceAlert[] = [];
  for (const [index, item] of answer.entries()) {
    const alert = parseAlert(item);
    if (typeof alert === 'string') return `alert ${index + 1} has no readable ${alert}`;
    alerts.push(alert);
  }
  return alerts;
}

export interface SourceSilence extends HeldSilence {
  /** It is over, and only kept for a while. */
  readonly ends: boolean;
}

/** The answer of `GET /api/v2/silences`. What has no id, no comment or no matchers is nobody's of ours. */
export function parseSilences(answer: unknown): readonly SourceSilence[] {
  if (!Array.isArray(answer)) throw new TypeError('there is no list of silences');
  return answer.flatMap((item): readonly SourceSilence[] => {
    const fields = asFields(item);
    const { id, comment, startsAt, createdBy } = fields ?? {};
    if (typeof id !== 'string' || typeof comment !== 'string') return [];
    const endsAt = Date.parse(text(fields?.['endsAt']));
    const silence = {
      ref: id,
      silence: markedAs(comment),
      matchers: parseMatcherList(fields?.['matchers']),
      startsAt: text(startsAt),
      endsAt: Number.isNaN(endsAt) ? 0 : endsAt,
      createdBy: cut(text(createdBy)),
      comment: cut(comment),
      ends: asFields(fields?.['status'])?.['state'] === 'expired',
    };
    return [silence];
  });
}

/** `isEqual` is newer than the rest: where it is left out, it is so. */
function parseMatcherList(value: unknown): readonly Matcher[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item): readonly Matcher[] => {
    const { name, value: wanted, isRegex, isEqual } = asFields(item) ?? {};
    if (typeof name !== 'string' || typeof wanted !== 'string') return [];
    const op = isEqual === false ? (isRegex === true ? '!~' : '!=') : isRegex === true ? '=~' : '=';
    return [{ name, op, value: wanted }];
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The id in the answer of `POST /api/v2/silences`. */
export function parseCreated(answer: unknown): string | undefined {
  const id = asFields(answer)?.['silenceID'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Since when it runs, by the answer of `GET /api/v2/status`; undefined where it does not say. */
export function parseUpSince(answer: unknown): number | undefined {
  const uptime = asFields(answer)?.['uptime'];
  const since = typeof uptime === 'string' ? Date.parse(uptime) : Number.NaN;
  return Number.isNaN(since) ? undefined : since;
}

/** The alert, or the name of the field that cannot be read. */
function parseAlert(value: unknown): SourceAlert | string {
  const fields = asFields(value);
  if (!fields) return 'fields';
  const { fingerprint, startsAt, generatorURL } = fields;
  if (typeof fingerprint !== 'string' || fingerprint === '') return 'fingerprint';
  const began = typeof startsAt === 'string' ? Date.parse(startsAt) : Number.NaN;
  if (Number.isNaN(began)) return 'startsAt';
  const labels = strings(fields['labels']);
  if (!labels) return 'labels';
  const annotations = strings(fields['annotations'] ?? {});
  if (!annotations) return 'annotations';
  const status = parseStatus(fields['status']);
  if (!status) return 'status';
  const isAddress = typeof generatorURL === 'string' && /^https?:\/\//i.test(generatorURL);
  const generatorUrl = isAddress ? generatorURL.slice(0, VALUE_MAX) : '';
  return { fingerprint, labels, annotations, startsAt: began, ...status, generatorUrl };
}

/** `unprocessed` has just arrived and fires; `mutedBy` names time intervals, since 0.28. */
function parseStatus(value: unknown): Pick<SourceAlert, 'state' | 'silencedBy'> | undefined {
  const fields = asFields(value);
  if (!fields) return undefined;
  if (fields['state'] === 'active' || fields['state'] === 'unprocessed') {
    return { state: 'firing', silencedBy: [] };
  }
  if (fields['state'] !== 'suppressed') return undefined;
  const silencedBy = [...names(fields['silencedBy']), ...names(fields['mutedBy'])];
  return { state: silencedBy.length > 0 ? 'silenced' : 'inhibited', silencedBy };
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function strings(value: unknown): Readonly<Record<string, string>> | undefined {
  const fields = asFields(value);
  if (!fields) return undefined;
  const entries: (readonly [string, string])[] = [];
  for (const [name, item] of Object.entries(fields)) {
    if (typeof item !== 'string') return undefined;
    // Grafana's own, of which its webhooks say nothing either.
    if (name.startsWith('__')) continue;
    entries.push([name, cut(item)]);
  }
  return Object.fromEntries(entries);
}

function cut(value: string): string {
  if (value.length <= VALUE_MAX) return value;
  return `${value.slice(0, VALUE_MAX).toWellFormed()}… (cut, ${value.length} characters)`;
}

function asFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
