import { triggerKey } from '../../core/incident/agreement.ts';
import { deedMark } from '../../core/incident/page.ts';
import type { PageDone, PageWanted } from '../../core/ports/pager.ts';
import { type Problem, ProblemError, problem, problemOf } from '../../core/problem.ts';
import type { Client, NotSent, Sent } from './client.ts';
import type { Events } from './events.ts';
import type { Reader } from './reader.ts';
import { asFields } from './schema.ts';
import type { Actor, Users } from './users.ts';

export interface DeedsDeps {
  readonly source: string;
  /** Absent where only integration keys are configured. */
  readonly rest:
    | { readonly client: Client; readonly users: Users; readonly reader: Reader }
    | undefined;
  readonly events: Events;
}

type Rest = NonNullable<DeedsDeps['rest']>;

/** Does one thing there, once. */
export function createPerform(deps: DeedsDeps): (wanted: PageWanted) => Promise<PageDone> {
  const { source, events } = deps;
  return async (wanted) => {
    const { does, via, page, incident } = wanted;
    if (does.kind === 'trigger')
      return sent(await events.trigger(via, triggerKey(incident.id), incident));
    if (page === '' && (does.kind === 'acknowledge' || does.kind === 'resolve')) {
      return sent(await events.follow(via, triggerKey(incident.id), does.kind));
    }
    if (!deps.rest) return refused(problem('PAGERDUTY_WAY_UNKNOWN', { source, via: 'api' }));
    try {
      return await byRest(deps.rest, wanted, source);
    } catch (error) {
      // What had to be known first could not be asked: nothing was sent.
      const because = problemOf(error, problem('PAGERDUTY_PAGE_GONE', { source, page }));
      const isFinal = FINAL.has(because.code);
      return { ok: false, why: isFinal ? 'refused' : 'wait', problem: because };
    }
  };
}

const FINAL: ReadonlySet<string> = new Set([
  'PAGERDUTY_FROM_UNKNOWN',
  'PAGERDUTY_ACCOUNT_MISSING',
  'PAGERDUTY_PRIORITY_UNKNOWN',
  'PAGERDUTY_PAGE_GONE',
  'PAGERDUTY_UNAUTHORIZED',
  'PAGERDUTY_FORBIDDEN',
  'PAGERDUTY_REFUSED',
]);

async function byRest(rest: Rest, wanted: PageWanted, source: string): Promise<PageDone> {
  const actor = await rest.users.actor(wanted.person);
  const change = await changeOf(rest, wanted, source);
  const answered = change
    ? await put(rest, wanted, { actor, incident: change })
    : await other(rest, wanted, { actor, source });
  if (!answered.ok) return notDone(answered);
  if (!actor.isSelf && wanted.person !== '' && wanted.does.kind !== 'note') {
    // Best said and not essential: the deed itself is done, whatever becomes of this.
    const content = `${wanted.does.kind}: asked by ${signature(wanted)}`;
    await rest.client.send('POST', `${path(wanted.page)}/notes`, {
      data: { note: { content } },
      from: actor.email,
    });
  }
  const stands = rest.reader.read(asFields(answered.body)?.['incident'], answered.at);
  return { ok: true, ...(stands && { stands }) };
}

/** What a deed changes of the incident itself; undefined for one that does something else. */
async function changeOf(
  rest: Rest,
  wanted: PageWanted,
  source: string,
): Promise<object | undefined> {
  const { does } = wanted;
  switch (does.kind) {
    case 'acknowledge':
      return { status: 'acknowledged' };
    case 'resolve': {
      const resolution = [does.reason, signature(wanted)].filter((part) => part !== '').join(' — ');
      return { status: 'resolved', ...(resolution !== '' && { resolution }) };
    }
    case 'reassign': {
      const assignee = { id: accountOf(rest, does.to, source), type: 'user_reference' };
      return { assignments: [{ assignee }] };
    }
    case 'escalate':
      return { escalation_level: does.level || (await rest.reader.nextLevel(wanted.page)) };
    case 'priority': {
      const { id } = await rest.reader.priority(does.priority);
      return { priority: { id, type: 'priority_reference' } };
    }
    default:
      return undefined;
  }
}

function put(
  { client }: Rest,
  { page }: PageWanted,
  { actor, incident }: { readonly actor: Actor; readonly incident: object },
): Promise<Sent> {
  const data = { incident: { type: 'incident_reference', ...incident } };
  return client.send('PUT', path(page), { data, from: actor.email });
}

async function other(
  rest: Rest,
  wanted: PageWanted,
  { actor, source }: { readonly actor: Actor; readonly source: string },
): Promise<Sent> {
  const { client } = rest;
  const { does, page } = wanted;
  const from = actor.email;
  switch (does.kind) {
    case 'note': {
      const content = `${does.text}\n— ${signature(wanted)}`;
      return client.send('POST', `${path(page)}/notes`, { data: { note: { content } }, from });
    }
    case 'snooze': {
      const duration = Math.max(1, Math.round(does.ms / 1000));
      return client.send('POST', `${path(page)}/snooze`, { data: { duration }, from });
    }
    case 'update':
      return client.send('POST', `${path(page)}/status_updates`, {
        data: { message: does.text },
        from,
      });
    case 'merge': {
      const data = { source_incidents: [{ id: does.other, type: 'incident_reference' }] };
      return client.send('PUT', `${path(page)}/merge`, { data, from });
    }
    case 'responder': {
      const target = { id: accountOf(rest, does.to, source), type: 'user_reference' };
      const data = {
        requester_id: actor.account,
        message:
          does.message === ''
            ? `Please help with this incident. ${signature(wanted)}`
            : does.message,
        responder_request_targets: [{ responder_request_target: target }],
      };
      return client.send('POST', `${path(page)}/responder_requests`, { data });
    }
    default:
      throw new TypeError(`${does.kind} is no deed of its own`);
  }
}

function accountOf({ users }: Rest, person: string, source: string): string {
  const account = users.accountOf(person);
  if (account !== undefined) return account;
  throw new ProblemError(problem('PAGERDUTY_ACCOUNT_MISSING', { source, person }));
}

/** Who asked for it, and by which it is known again: `Ana, Tocsin inc-0123456789ab/3`. */
export function signature({ person, deed, incident }: PageWanted): string {
  const mark = `${deedMark(incident.id)}${deed.slice(deed.lastIndexOf('/') + 1)}`;
  return person === '' ? mark : `${person}, ${mark}`;
}

function path(page: string): string {
  return `/incidents/${encodeURIComponent(page)}`;
}

function sent(event: { readonly ok: true } | NotSent): PageDone {
  return event.ok ? { ok: true } : notDone(event);
}

/** Of an answer that says it is so already, nothing is wrong. https://developer.pagerduty.com/docs/errors */
function notDone({ why, problem: because, code, afterMs }: NotSent): PageDone {
  if (code === ALREADY_RESOLVED || code === ALREADY_ACKNOWLEDGED) return { ok: true };
  return { ok: false, why, problem: because, ...(afterMs !== undefined && { afterMs }) };
}

const ALREADY_RESOLVED = 1001;
const ALREADY_ACKNOWLEDGED = 1002;

function refused(because: Problem): PageDone {
  return { ok: false, why: 'refused', problem: because };
}
