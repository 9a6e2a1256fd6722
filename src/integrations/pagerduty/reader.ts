import type { PageDelivery } from '../../core/incident/page-intake.ts';
import type { OnCall, PagedChange } from '../../core/ports/pager.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Client, Clock, Query } from './client.ts';
import {
  asFields,
  listOf,
  parseChange,
  parseIncident,
  parseOnCall,
  type Reference,
  referenceOf,
  textOf,
  type WhoOf,
} from './schema.ts';

/** What is asked of the REST API. Rejects with ProblemErrors. */
export interface Reader {
  open(): Promise<readonly PageDelivery[]>;
  find(page: string): Promise<PageDelivery | undefined>;
  /** Pages that were triggered with a key, whatever became of them. */
  byKey(key: string): Promise<readonly PageDelivery[]>;
  read(incident: unknown, at: number): PageDelivery | undefined;
  notes(page: string): Promise<readonly string[]>;
  /** https://developer.pagerduty.com/api-reference: GET /incidents/{id}/related_change_events, newest first. */
  changesBefore(page: string): Promise<readonly PagedChange[]>;
  onCalls(query: Query): Promise<readonly (OnCall & { readonly account: string })[]>;
  /** The level after the one whose people have the page now. */
  nextLevel(page: string): Promise<number>;
  priority(name: string): Promise<Reference>;
}

export interface ReaderOptions {
  readonly source: string;
  readonly who: WhoOf;
  readonly services: readonly string[];
  readonly teams: readonly string[];
}

/** The most a page of answers may hold, and the most that offsets reach. https://developer.pagerduty.com/docs/pagination */
const LIMIT = 100;
const OFFSET_MAX = 10_000;

const OPEN = ['triggered', 'acknowledged'];

export function createReader(client: Client, clock: Clock, options: ReaderOptions): Reader {
  const { source, who } = options;
  let priorities: { readonly at: number; readonly list: readonly Reference[] } | undefined;

  function read(incident: unknown, at: number): PageDelivery | undefined {
    return parseIncident(incident, { source, who, at });
  }

  /** All of a list; a list that changes between two pages of it may name one thing twice. */
  async function all(
    path: string,
    name: string,
    query: Query,
  ): Promise<readonly { readonly item: unknown; readonly at: number }[]> {
    const found: { readonly item: unknown; readonly at: number }[] = [];
    for (let offset = 0; offset <= OFFSET_MAX - LIMIT; offset += LIMIT) {
      const paging = { limit: String(LIMIT), offset: String(offset) };
      const { body, at } = await client.get(path, { ...query, ...paging });
      const fields = asFields(body);
      if (!fields || !Array.isArray(fields[name])) throw unreadable(`there is no "${name}"`);
      for (const item of listOf(fields[name])) found.push({ item, at });
      if (fields['more'] !== true) return found;
    }
    return found;
  }

  async function incidents(query: Query): Promise<readonly PageDelivery[]> {
    const found = new Map<string, PageDelivery>();
    for (const { item, at } of await all('/incidents', 'incidents', query)) {
      const delivery = read(item, at);
      if (delivery) found.set(delivery.news.page, delivery);
    }
    return [...found.values()];
  }

  async function one(page: string): Promise<{ readonly incident: unknown; readonly at: number }> {
    const { body, at } = await client.get(`/incidents/${encodeURIComponent(page)}`);
    return { incident: asFields(body)?.['incident'], at };
  }

  async function find(page: string): Promise<PageDelivery | undefined> {
    try {
      const { incident, at } = await one(page);
      const delivery = read(incident, at);
      if (!delivery) throw unreadable('there is no "incident"');
      return delivery;
    } catch (error) {
      // Deleted with its service, or of another account.
      const isGone = error instanceof ProblemError && error.problem.facts['status'] === 404;
      if (isGone) return undefined;
      throw error;
    }
  }

  async function onCalls(query: Query) {
    const entries = await all('/oncalls', 'oncalls', query);
    return entries.flatMap(({ item }) => parseOnCall(item, who) ?? []);
  }

  function unreadable(why: string): ProblemError {
    return new ProblemError(problem('PAGERDUTY_UNREADABLE', { source, url: source, why }));
  }

  return {
    read,
    find,
    onCalls,
    open: () =>
      incidents({
        'statuses[]': OPEN,
        // Whatever its age: by default only the last month is told.
        date_range: 'all',
        ...(options.services.length > 0 && { 'service_ids[]': [...options.services] }),
        ...(options.teams.length > 0 && { 'team_ids[]': [...options.teams] }),
      }),
    byKey: (key) => incidents({ incident_key: key, date_range: 'all' }),
    async notes(page) {
      const { body } = await client.get(`/incidents/${encodeURIComponent(page)}/notes`);
      return listOf(asFields(body)?.['notes']).map((note) =>
        String(asFields(note)?.['content'] ?? ''),
      );
    },
    async changesBefore(page) {
      const path = `/incidents/${encodeURIComponent(page)}/related_change_events`;
      const { body } = await client.get(path, { limit: String(CHANGES_MAX) });
      const events = asFields(body)?.['change_events'];
      if (!Array.isArray(events)) throw unreadable('there is no "change_events"');
      return listOf(events)
        .flatMap((each) => parseChange(each) ?? [])
        .toSorted((one, other) => other.at - one.at);
    },
    async nextLevel(page) {
      const { incident } = await one(page);
      const fields = asFields(incident);
      const policy = referenceOf(fields?.['escalation_policy'])?.id ?? '';
      const assigned = listOf(fields?.['assignments']).map(
        (each) => referenceOf(asFields(each)?.['assignee'])?.id ?? '',
      );
      const calls = await onCalls({ 'escalation_policy_ids[]': [policy] });
      const levels = calls
        .filter(({ account }) => assigned.includes(account))
        .map(({ level }) => level);
      return Math.max(1, ...levels) + 1;
    },
    async priority(name) {
      if (!priorities || clock.now() - priorities.at > KEEP_MS) {
        const { body } = await client.get('/priorities');
        const list = listOf(asFields(body)?.['priorities']).flatMap((each) => {
          const reference = referenceOf(each);
          const short = textOf(asFields(each)?.['name']);
          return reference ? [{ ...reference, summary: short || reference.summary }] : [];
        });
        priorities = { at: clock.now(), list };
      }
      const found = priorities.list.find(
        ({ summary }) => summary.toLowerCase() === name.toLowerCase(),
      );
      if (found) return found;
      const known = priorities.list.map(({ summary }) => summary).join(', ') || 'none';
      throw new ProblemError(
        problem('PAGERDUTY_PRIORITY_UNKNOWN', { source, priority: name, known }),
      );
    },
  };
}

const KEEP_MS = 3_600_000;
const CHANGES_MAX = 20;
