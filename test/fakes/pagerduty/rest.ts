import { iso, onCall, restIncident, user } from './json.ts';
import { type Account, become, find, type PagerIncident } from './model.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly from: string | undefined;
  readonly body: Json;
}

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The REST API, as far as it is used: refuses for the same reasons and with the same codes as the real one. */
export function rest(account: Account, call: Call): Answer {
  const { method, path } = call;
  const [, collection = '', id = '', part = ''] = path.split('/');
  if (collection === 'users') return users(account, id, call);
  if (collection === 'oncalls' && method === 'GET') return oncalls(account, call);
  if (collection === 'priorities' && method === 'GET') {
    const priorities = account.priorities.map((name) => ({
      id: `PR${name}`,
      type: 'priority',
      name,
      summary: name,
    }));
    return ok(paged(priorities, call, 'priorities'));
  }
  if (collection !== 'incidents') return notFound();
  if (id === '') return method === 'GET' ? list(account, call) : notFound();
  const incident = find(account, id);
  if (!incident) return notFound();
  if (method === 'GET') {
    if (part === '') return ok({ incident: restIncident(account, incident) });
    if (part === 'related_change_events') {
      const limit = Number(call.query.get('limit') ?? 25);
      return ok({ change_events: account.related.slice(0, limit), more: false });
    }
    if (part === 'notes') {
      return ok({
        notes: incident.notes.map(({ id: note, content, by }) => ({
          id: note,
          content,
          user: user(account, by),
        })),
      });
    }
    return notFound();
  }
  if (part === 'responder_requests') return responders(account, incident, call);
  const actor = [...account.users.values()].find(({ email }) => email === call.from);
  if (call.from === undefined)
    return refuse(400, 2001, 'Requester User Not Found', 'The From header is missing');
  if (!actor) return refuse(400, 2001, 'Requester User Not Found', `no user ${call.from}`);
  return write(account, incident, { ...call, part, by: actor.id });
}

interface Write extends Call {
  readonly part: string;
  readonly by: string;
}

function write(account: Account, incident: PagerIncident, call: Write): Answer {
  const { method, part, by, body } = call;
  switch (`${method} ${part}`) {
    case 'PUT ':
      return update(account, incident, { by, fields: record(body['incident']) });
    case 'PUT merge':
      return merge(account, incident, call);
    case 'POST notes': {
      const content = text(record(body['note'])['content']);
      if (content === '')
        return refuse(400, 2001, 'Invalid Input Provided', 'Content cannot be empty.');
      const note = { id: `PN${incident.id}${incident.notes.length + 1}`, content, by };
      incident.notes.push(note);
      account.tell('incident.annotated', incident, {
        by,
        data: { id: note.id, content, trimmed: false, type: 'incident_note' },
      });
      return ok({
        note: { id: note.id, content, user: user(account, by), created_at: iso(account.now()) },
      });
    }
    case 'POST snooze': {
      const duration = Number(body['duration']);
      if (!(duration >= 1 && duration <= 604_800))
        return refuse(400, 1013, 'Snooze duration is invalid', '');
      if (incident.status === 'resolved')
        return refuse(400, 1012, 'Incident is not acknowledged', '');
      incident.snoozedFor = duration;
      become(account, incident, 'acknowledged', by);
      return { status: 201, body: { incident: restIncident(account, incident) } };
    }
    case 'POST status_updates': {
      const message = text(body['message']);
      incident.updates.push(message);
      const data = {
        id: `PU${incident.updates.length}`,
        message,
        trimmed: false,
        type: 'incident_status_update',
      };
      account.tell('incident.status_update_published', incident, { by, data });
      return ok({ status_update: { id: data.id, message } });
    }
    default:
      return notFound();
  }
}

function update(
  account: Account,
  incident: PagerIncident,
  { by, fields }: { readonly by: string; readonly fields: Json },
): Answer {
  const { status, escalation_level: level, assignments, priority, resolution } = fields;
  if (incident.status === 'resolved' && status === 'resolved') {
    return refuse(400, 1001, 'Incident Already Resolved', '');
  }
  if (level !== undefined) {
    const levels = account.onCalls.map((each) => each.level);
    if (incident.status === 'resolved' || !levels.includes(Number(level))) {
      return refuse(400, 1006, 'Incident Cannot Be Escalated', '');
    }
    incident.level = Number(level);
    incident.assignees = account.onCalls
      .filter((each) => each.level === level)
      .map((each) => each.user);
    account.tell('incident.escalated', incident, { by });
  }
  if (Array.isArray(assignments)) {
    const wanted = assignments.map((each) => text(record(record(each)['assignee'])['id']));
    if (wanted.some((id) => !account.users.has(id)))
      return refuse(400, 2001, 'Invalid Input Provided', 'Assignee not found');
    incident.assignees = wanted;
    account.tell('incident.reassigned', incident, { by });
  }
  if (priority !== undefined) {
    incident.priority = text(record(priority)['id']).replace(/^PR/, '');
    account.tell('incident.priority_updated', incident, { by });
  }
  if (status === 'resolved') incident.resolution = text(resolution);
  if (status === 'acknowledged' || status === 'resolved' || status === 'triggered') {
    become(account, incident, status, by);
  }
  return ok({ incident: restIncident(account, incident) });
}

function merge(account: Account, incident: PagerIncident, { body, by }: Write): Answer {
  const sources = (Array.isArray(body['source_incidents']) ? body['source_incidents'] : []).map(
    (each) => find(account, text(record(each)['id'])),
  );
  for (const source of sources) {
    if (!source || source.status === 'resolved')
      return refuse(400, 2001, 'Invalid Input Provided', 'cannot be merged');
    source.mergedInto = incident.id;
    become(account, source, 'resolved', by);
  }
  return ok({ incident: restIncident(account, incident) });
}

function responders(account: Account, incident: PagerIncident, { body }: Call): Answer {
  const requester = text(body['requester_id']);
  if (!account.users.has(requester))
    return refuse(400, 2001, 'Invalid Input Provided', 'Requester not found');
  for (const each of Array.isArray(body['responder_request_targets'])
    ? body['responder_request_targets']
    : []) {
    const id = text(record(record(each)['responder_request_target'])['id']);
    incident.responders.push(id);
    const data = {
      user: user(account, id),
      escalation_policy: null,
      message: body['message'],
      state: 'pending',
      type: 'incident_responder',
    };
    account.tell('incident.responder.added', incident, { by: requester, data });
  }
  return ok({
    responder_request: { requester: user(account, requester), message: body['message'] },
  });
}

function list(account: Account, call: Call): Answer {
  const statuses = call.query.getAll('statuses[]');
  const services = call.query.getAll('service_ids[]');
  const key = call.query.get('incident_key');
  const found = [...account.incidents.values()]
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(() => services.length === 0 || services.includes('PSVC1'))
    .filter((incident) => key === null || incident.key === key)
    .map((incident) => restIncident(account, incident));
  return ok(paged(found, call, 'incidents'));
}

function oncalls(account: Account, call: Call): Answer {
  const policies = call.query.getAll('escalation_policy_ids[]');
  const schedules = call.query.getAll('schedule_ids[]');
  const found = account.onCalls
    .filter(({ policy }) => policies.length === 0 || policies.includes(policy))
    .filter(
      ({ schedule }) =>
        schedules.length === 0 || (schedule !== undefined && schedules.includes(schedule)),
    )
    .filter(({ start, end }) => {
      const since = Date.parse(call.query.get('since') ?? '') || account.now();
      const until = Date.parse(call.query.get('until') ?? '') || account.now();
      const isBefore = end !== undefined && Date.parse(end) <= since;
      return !isBefore && !(start !== undefined && Date.parse(start) > until);
    })
    .map((entry) => onCall(account, entry));
  return ok(paged(found, call, 'oncalls'));
}

function users(account: Account, id: string, call: Call): Answer {
  const all = [...account.users.values()].map(({ id: own, name, email }) => ({
    id: own,
    type: 'user',
    name,
    summary: name,
    email,
  }));
  if (id !== '') {
    const found = all.find((each) => each.id === id);
    return found ? ok({ user: found }) : notFound();
  }
  const query = call.query.get('query') ?? '';
  return ok(
    paged(
      all.filter(({ email, name }) => email.includes(query) || name.includes(query)),
      call,
      'users',
    ),
  );
}

/** A hundred at most, 25 by default; offsets end at 10,000. */
function paged(all: readonly object[], { query }: Call, name: string) {
  const limit = Math.min(Number(query.get('limit') ?? 25), 100);
  const offset = Number(query.get('offset') ?? 0);
  const page = all.slice(offset, offset + limit);
  return { [name]: page, limit, offset, more: offset + limit < all.length, total: null };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function refuse(status: number, code: number, message: string, more: string): Answer {
  return { status, body: { error: { code, message, errors: more === '' ? [] : [more] } } };
}

function notFound(): Answer {
  return refuse(404, 2100, 'Not Found', '');
}

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
