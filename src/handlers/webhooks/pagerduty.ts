import { type Page, type PageNews, pageSeverity } from '../../core/incident/page.ts';
import type { PageDelivery } from '../../core/incident/page-intake.ts';
import type { Person } from '../../core/person.ts';
import { type Problem, problem } from '../../core/problem.ts';
import {
  addressOf,
  asFields,
  type Fields,
  numberOf,
  type PagerdutyEvent,
  parseEvent,
  type Reference,
  referenceOf,
  referencesOf,
  statusOf,
  textOf,
} from './pagerduty.schema.ts';

export interface PageContext {
  /** `pagerduty/main`. */
  readonly source: string;
  readonly receivedAt: number;
  readonly people: readonly Person[];
}

export type PageOutcome =
  | {
      readonly kind: 'news';
      /** Names this fact and no other: the same when it is delivered again, by whichever subscription. */
      readonly event: string;
      readonly delivery: PageDelivery;
      /** The body says nothing of how the page stands: who does not know it has to ask. */
      readonly partial: boolean;
    }
  /** It concerns no incident, or is of a kind that nobody knew when this was written. */
  | { readonly kind: 'nothing'; readonly type: string }
  | { readonly kind: 'unreadable'; readonly problem: Problem };

const TEXT_MAX = 2000;

/** One V3 webhook body, from bytes to news of a page. Never throws, whatever the bytes. */
export function readPagerduty(bytes: Uint8Array | string, context: PageContext): PageOutcome {
  const json = parseJson(bytes);
  if (json === undefined) return unreadable('it is no JSON', context);
  const event = parseEvent(json);
  if (typeof event === 'string') return unreadable(event, context);
  if (!event.type.startsWith('incident.')) return { kind: 'nothing', type: event.type };
  return event.data['type'] === 'incident' || event.data['status'] !== undefined
    ? incidentNews(event, context)
    : partialNews(event, context);
}

/** A body that says how the page stands. */
function incidentNews(event: PagerdutyEvent, context: PageContext): PageOutcome {
  const stands = readPage(event.data, context);
  // A kind whose data merely looks like it: how the page stands is asked.
  if (!stands) return partialNews(event, context);
  const news = { ...common(event, context), page: stands.page, stands, text: endOf(event.data) };
  const delivery = { pager: context.source, news, labels: labelsOf(event.data, stands) };
  return { kind: 'news', event: nameOf(event, stands.page), delivery, partial: false };
}

/** A note, an answer of a responder, a task: something about the incident that it names. */
function partialNews(event: PagerdutyEvent, context: PageContext): PageOutcome {
  const page = referenceOf(event.data['incident'])?.id ?? '';
  if (page === '') return { kind: 'nothing', type: event.type };
  const news = { ...common(event, context), page, stands: undefined, text: saidOf(event.data) };
  const delivery = { pager: context.source, news, labels: {} };
  return { kind: 'news', event: nameOf(event, page), delivery, partial: true };
}

function common(
  event: PagerdutyEvent,
  context: PageContext,
): Omit<PageNews, 'page' | 'text' | 'stands'> {
  return {
    what: event.type.slice('incident.'.length),
    at: event.occurredAt ?? context.receivedAt,
    by: event.agent ? whoOf(event.agent, context) : '',
    byPerson: event.agent?.type.startsWith('user') === true,
  };
}

/**
 * How a page stands, from the object that webhooks and the REST API share; undefined for one that names no page or
 * no state.
 */
export function readPage(
  data: Fields,
  context: Pick<PageContext, 'source' | 'people'>,
): Page | undefined {
  const page = textOf(data['id']);
  const status = statusOf(data['status']);
  if (page === '' || !status) return undefined;
  const urgency = data['urgency'];
  const assigned = Array.isArray(data['assignments'])
    ? data['assignments'].map((each) => asFields(each)?.['assignee'])
    : data['assignees'];
  return {
    page,
    status,
    title: textOf(data['title'] ?? data['summary']),
    number: numberOf(data['number'] ?? data['incident_number']),
    url: addressOf(data['html_url']),
    key: textOf(data['incident_key']),
    urgency: urgency === 'high' || urgency === 'low' ? urgency : '',
    priority: referenceOf(data['priority'])?.summary ?? '',
    service: nameIn(data['service']),
    policy: nameIn(data['escalation_policy']),
    assignees: referencesOf(assigned).map((reference) => whoOf(reference, context)),
  };
}

/** An id of ours; else as they are called there, with the account, which no id of ours can look like. */
export function whoOf(
  { id, summary }: Reference,
  { source, people }: Pick<PageContext, 'source' | 'people'>,
): string {
  const [kind = source] = source.split('/', 1);
  const person = people.find(({ accounts }) => accounts[kind]?.includes(id));
  return person?.id ?? (summary === '' ? `(${id})` : `${summary} (${id})`);
}

/** What routes and services match by, beside the severity. */
export function labelsOf(data: Fields, page: Page): PageDelivery['labels'] {
  const [team] = referencesOf(data['teams']);
  const labels = {
    severity: pageSeverity(page),
    urgency: page.urgency,
    priority: page.priority,
    pagerduty_service: page.service,
    pagerduty_service_id: referenceOf(data['service'])?.id ?? '',
    pagerduty_policy: page.policy,
    pagerduty_policy_id: referenceOf(data['escalation_policy'])?.id ?? '',
    pagerduty_team: team?.summary ?? '',
    pagerduty_team_id: team?.id ?? '',
  };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

/** Why it is over, where that is said: it became part of another one. */
function endOf(data: Fields): string {
  const reason = asFields(data['resolve_reason']);
  if (!reason) return '';
  const into = referenceOf(reason['incident']);
  return into
    ? `merged into ${into.summary || into.id}`
    : textOf(reason['type']).replaceAll('_', ' ');
}

/** What was said, of whatever the body is about. */
function saidOf(data: Fields): string {
  const about = nameIn(data['user']) || nameIn(data['escalation_policy']) || nameIn(data['role']);
  const name =
    textOf(data['name']) ||
    nameIn(data['incident_workflow']) ||
    nameIn(data['action']) ||
    (data['type'] === 'incident_note' ? '' : textOf(data['summary']));
  const state = textOf(data['state'] ?? data['status']);
  const text = textOf(data['content'] ?? data['message'], TEXT_MAX);
  const bridge = addressOf(data['conference_url']);
  const words = [about, name, state === '' ? '' : `(${state})`].filter((word) => word !== '');
  const parts = [words.join(' '), text.trim(), bridge, changedFields(data)];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Custom fields by name; values are whatever the account keeps there, and stay there. */
function changedFields(data: Fields): string {
  const changed = data['changed_custom_fields'] ?? data['custom_fields'];
  if (!Array.isArray(changed)) return '';
  const names = changed
    .map((each) => asFields(each))
    .map((each) => textOf(each?.['display_name'] ?? each?.['name']));
  return names
    .filter((name) => name !== '')
    .slice(0, 10)
    .join(', ');
}

function nameIn(value: unknown): string {
  const reference = referenceOf(value);
  return reference ? reference.summary || reference.id : '';
}

/** Notes and updates have ids of their own, the same in every subscription; an event without an id is known by its time. */
function nameOf({ id, type, data, occurredAt }: PagerdutyEvent, page: string): string {
  const kind = textOf(data['type']);
  const own =
    kind === 'incident_note' || kind === 'incident_status_update' ? textOf(data['id']) : '';
  if (own !== '') return `${kind}/${own}`;
  return id === '' ? `${page}/${type}/${occurredAt ?? 0}` : id;
}

function unreadable(why: string, { source }: PageContext): PageOutcome {
  return { kind: 'unreadable', problem: problem('WEBHOOK_NOT_A_PAGE', { source, why }) };
}

function parseJson(bytes: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder('utf-8');
