import {
  type Page,
  type PageNews,
  type PageStatus,
  pageSeverity,
} from '../../core/incident/page.ts';
import type { PageDelivery } from '../../core/incident/page-intake.ts';
import type { OnCall, PagedChange } from '../../core/ports/pager.ts';

/*
 * What the REST API answers, read as far as we use it. Fields that are missing cost no page; an answer without the
 * object it should hold is no answer. https://developer.pagerduty.com/api-reference/
 */

export type Fields = Readonly<Record<string, unknown>>;

/** Who somebody there is here: an id of ours, or name and account. */
export type WhoOf = (reference: Reference) => string;

export interface Reference {
  readonly id: string;
  readonly summary: string;
  readonly type: string;
}

const TEXT_MAX = 200;
const URL_MAX = 2048;
const LIST_MAX = 50;

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return '';
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;
}

export function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

export function referenceOf(value: unknown): Reference | undefined {
  const fields = asFields(value);
  const id = textOf(fields?.['id']);
  if (!fields || id === '') return undefined;
  const summary = textOf(fields['summary'] ?? fields['name']);
  return { id, summary, type: textOf(fields['type']) };
}

export interface IncidentReading {
  readonly source: string;
  readonly who: WhoOf;
  /** When it was so, by the clock over there, ms. */
  readonly at: number;
}

/** An incident as it stands, as news of having been asked; undefined for what is none. */
export function parseIncident(value: unknown, reading: IncidentReading): PageDelivery | undefined {
  const fields = asFields(value);
  const stands = fields && pageOf(fields, reading.who);
  if (!fields || !stands) return undefined;
  const actor = lastActor(fields, stands.status);
  const news: PageNews = {
    what: 'compared',
    at: reading.at,
    by: actor ? reading.who(actor) : '',
    byPerson: actor?.type.startsWith('user') === true,
    page: stands.page,
    stands,
    text: '',
  };
  return { pager: reading.source, news, labels: labelsOf(fields, stands) };
}

function pageOf(fields: Fields, who: WhoOf): Page | undefined {
  const page = textOf(fields['id']);
  const status = STATUSES.find((each) => each === fields['status']);
  if (page === '' || !status) return undefined;
  const urgency = fields['urgency'];
  const number = Number(fields['incident_number']);
  const url = textOfUrl(fields['html_url']);
  const assignees = listOf(fields['assignments'])
    .slice(0, LIST_MAX)
    .flatMap((each) => referenceOf(asFields(each)?.['assignee']) ?? []);
  return {
    page,
    status,
    title: textOf(fields['title'] ?? fields['summary']),
    number: Number.isSafeInteger(number) && number > 0 ? number : 0,
    url,
    key: textOf(fields['incident_key']),
    urgency: urgency === 'high' || urgency === 'low' ? urgency : '',
    priority: referenceOf(fields['priority'])?.summary ?? '',
    service: referenceOf(fields['service'])?.summary ?? '',
    policy: referenceOf(fields['escalation_policy'])?.summary ?? '',
    assignees: assignees.map(who),
  };
}

const STATUSES: readonly PageStatus[] = ['triggered', 'acknowledged', 'resolved'];

/** Whoever acknowledged it first, or ended it. */
function lastActor(fields: Fields, status: PageStatus): Reference | undefined {
  if (status === 'acknowledged') {
    const [first] = listOf(fields['acknowledgements']);
    return referenceOf(asFields(first)?.['acknowledger']);
  }
  return status === 'resolved' ? referenceOf(fields['last_status_change_by']) : undefined;
}

function labelsOf(fields: Fields, page: Page): PageDelivery['labels'] {
  const service = referenceOf(fields['service']);
  const policy = referenceOf(fields['escalation_policy']);
  const team = referenceOf(listOf(fields['teams'])[0]);
  const labels = {
    severity: pageSeverity(page),
    urgency: page.urgency,
    priority: page.priority,
    pagerduty_service: page.service,
    pagerduty_service_id: service?.id ?? '',
    pagerduty_policy: page.policy,
    pagerduty_policy_id: policy?.id ?? '',
    pagerduty_team: team?.summary ?? '',
    pagerduty_team_id: team?.id ?? '',
  };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

/** One entry of `GET /oncalls`; undefined for one that names nobody. */
export function parseOnCall(
  value: unknown,
  who: WhoOf,
): (OnCall & { readonly account: string }) | undefined {
  const fields = asFields(value);
  const user = referenceOf(fields?.['user']);
  const policy = referenceOf(fields?.['escalation_policy']);
  const level = Number(fields?.['escalation_level']);
  if (!fields || !user || !policy || !Number.isSafeInteger(level)) return undefined;
  const schedule = referenceOf(fields['schedule']);
  return {
    policy: policy.id,
    policyName: policy.summary || policy.id,
    level,
    schedule: schedule?.id ?? '',
    scheduleName: schedule?.summary ?? '',
    account: user.id,
    person: who(user),
    from: timeOf(fields['start']),
    until: timeOf(fields['end']),
  };
}

/** One change event; undefined for one that names no time. */
export function parseChange(value: unknown): PagedChange | undefined {
  const fields = asFields(value);
  const at = timeOf(fields?.['timestamp']);
  const summary = textOf(fields?.['summary']);
  if (at === undefined || summary === '') return undefined;
  return { summary, source: textOf(fields?.['source']), at };
}

/** The code and the words of an answer that refuses. */
export function parseRefusal(body: unknown): { readonly code: number; readonly words: string } {
  const error = asFields(asFields(body)?.['error']) ?? asFields(body);
  const code = Number(error?.['code']);
  const more = listOf(error?.['errors'])
    .map(textOf)
    .filter((word) => word !== '');
  const words = [textOf(error?.['message']), ...more].filter((word) => word !== '').join(', ');
  return { code: Number.isSafeInteger(code) ? code : 0, words };
}

function textOfUrl(value: unknown): string {
  const isAddress =
    typeof value === 'string' && value.length <= URL_MAX && /^https?:\/\//i.test(value);
  return isAddress ? value : '';
}
