import type { PageStatus } from '../../core/incident/page.ts';

/*
 * Written by hand, not with zod: fields of old accounts are missing or are numbers where texts are documented, and one
 * that cannot be read must not cost the page. https://developer.pagerduty.com/docs/webhooks-overview
 */

/** The envelope of a V3 webhook, with what we use of it. */
export interface PagerdutyEvent {
  /** Of the event: the same on redelivery. */
  readonly id: string;
  /** `incident.acknowledged`. */
  readonly type: string;
  readonly occurredAt: number | undefined;
  readonly agent: Reference | undefined;
  readonly data: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Reference {
  readonly id: string;
  readonly summary: string;
  /** `user_reference`; empty where it was not said. */
  readonly type: string;
}

const ID_MAX = 100;
const NAME_MAX = 200;
const URL_MAX = 2048;

/** The event of a body, or a sentence's rest saying why there is none. */
export function parseEvent(body: unknown): PagerdutyEvent | string {
  const fields = asFields(body);
  if (!fields) return 'it is no object';
  const event = asFields(fields['event']);
  if (!event) return 'it has no "event"';
  const id = textOf(event['id'], ID_MAX);
  const type = textOf(event['event_type'], ID_MAX);
  if (type === '') return 'its event has no "event_type"';
  const data = asFields(event['data']) ?? {};
  const occurredAt = timeOf(event['occurred_at']);
  return { id, type, occurredAt, agent: referenceOf(event['agent']), data };
}

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

/** Numbers stand where texts are documented, in some bodies. */
export function textOf(value: unknown, max = NAME_MAX): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return '';
  return text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`;
}

/** And the other way. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 0;
}

export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return value < 1e11 ? value * 1000 : value;
  }
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

export function referenceOf(value: unknown): Reference | undefined {
  const fields = asFields(value);
  const id = textOf(fields?.['id'], ID_MAX);
  if (!fields || id === '') return undefined;
  return {
    id,
    summary: textOf(fields['summary'] ?? fields['name']),
    type: textOf(fields['type']),
  };
}

export function referencesOf(value: unknown): readonly Reference[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, LIST_MAX).flatMap((item) => referenceOf(item) ?? []);
}

const LIST_MAX = 50;

export function statusOf(value: unknown): PageStatus | undefined {
  return STATUSES.find((status) => status === value);
}

const STATUSES: readonly PageStatus[] = ['triggered', 'acknowledged', 'resolved'];

/** Only what a person can safely follow. */
export function addressOf(value: unknown): string {
  return typeof value === 'string' && value.length <= URL_MAX && /^https?:\/\//i.test(value)
    ? value
    : '';
}
