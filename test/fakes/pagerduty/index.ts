import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Account, become, type PagerIncident, trigger, type User } from './model.ts';
import { describedBy } from './open-api.ts';
import { type Answer, type Call, record, refuse, rest, text } from './rest.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export type { PagerIncident } from './model.ts';

/** How the next requests end. `lost`: done, and nobody is told. `half`: the answer breaks off. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  | { readonly kind: 'lost' | 'half' | 'reset' | 'never' | 'html' };

export interface FakePagerduty {
  readonly url: string;
  readonly token: string;
  readonly routingKey: string;
  readonly account: Account;
  readonly webhooks: Webhooks;
  /** Every request that came, as `PUT /incidents/Q1PAGE`. */
  readonly requests: readonly string[];
  /** What the official description has against them, where a copy lies beside the project. */
  readonly violations: readonly string[];
  readonly isDescribed: boolean;
  incident(id?: string): PagerIncident;
  /** A person does it in PagerDuty's own app. */
  does(user: string, status: PagerIncident['status'], id?: string): void;
  triggers(title: string, key?: string): PagerIncident;
  /** The next so many requests that match. */
  fails(fault: Fault, times?: number, matching?: RegExp): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly now: () => number;
  /** How long each answer takes; none when absent. */
  readonly answersMs?: number;
  readonly users?: readonly User[];
}

const someUsers: readonly User[] = [
  { id: 'PANA', name: 'Ana A.', email: 'ana@example.com' },
  { id: 'PBEN', name: 'Ben B.', email: 'ben@example.com' },
  { id: 'PBOT', name: 'Tocsin', email: 'tocsin@example.com' },
];

/** An account of PagerDuty on 127.0.0.1: REST API, Events API v2 and V3 webhooks over one state. */
export async function startFakePagerduty(options: FakeOptions): Promise<FakePagerduty> {
  const token = 'pd-token';
  const routingKey = 'R0123456789ABCDEF0123456789ABCDE';
  const webhooks = createWebhooks();
  const account: Account = {
    now: options.now,
    users: new Map((options.users ?? someUsers).map((user) => [user.id, user])),
    incidents: new Map(),
    onCalls: [],
    priorities: ['P1', 'P2', 'P3'],
    changes: [],
    related: [],
    tell: (type, incident, told) => webhooks.tell(account, type, incident, told),
  };
  const described = describedBy();
  const requests: string[] = [];
  const violations: string[] = [];
  const faults: { fault: Fault; times: number; matching: RegExp }[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://pagerduty');
    const call: Call = {
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      from: text(request.headers['from']) || undefined,
      body: await bodyOf(request),
    };
    if (options.answersMs) await delay(options.answersMs);
    const name = `${call.method} ${pathname}`;
    requests.push(name);
    const fault = faults.find(({ times, matching }) => times > 0 && matching.test(name));
    if (fault) fault.times -= 1;
    const kind = fault?.fault;
    if (kind?.kind === 'reset') return void request.socket.destroy();
    if (kind?.kind === 'never') return;
    if (kind?.kind === 'status') return answer(response, statusOf(kind), kind.retryAfter);
    const answered = pathname.startsWith('/v2/') ? events(call) : api(request, call);
    if (kind?.kind === 'lost') return void request.socket.destroy();
    if (kind?.kind === 'html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (kind?.kind === 'half') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"incident":');
      setImmediate(() => request.socket.destroy());
      return;
    }
    return answer(response, answered);
  }

  function api(request: IncomingMessage, call: Call): Answer {
    const accept = text(request.headers.accept);
    if (request.headers.authorization !== `Token token=${token}`) {
      return { status: 401, body: 'HTTP Token: Access denied.' };
    }
    if (
      !accept.includes('application/vnd.pagerduty+json;version=2') &&
      !accept.includes('application/json')
    ) {
      return refuse(406, 2000, 'Not Acceptable', accept);
    }
    const isWrite = call.method !== 'GET';
    if (isWrite && !text(request.headers['content-type']).startsWith('application/json')) {
      return refuse(415, 2000, 'Unsupported Media Type', '');
    }
    violations.push(...(described?.(call) ?? []));
    return rest(account, call);
  }

  /** https://developer.pagerduty.com/docs/send-alert-event */
  function events({ path, body }: Call): Answer {
    const { routing_key: key, event_action: action, dedup_key: dedup, payload } = body;
    const invalid = (why: string) => ({
      status: 400,
      body: { status: 'invalid event', errors: [why] },
    });
    if (key !== routingKey) return invalid("'routing_key' is invalid");
    const { summary, source, severity } = record(payload);
    if (path === '/v2/change/enqueue') {
      if (text(summary) === '') return invalid("'summary' is missing");
      account.changes.push(record(payload));
      return { status: 202, body: { status: 'success' } };
    }
    const named = text(dedup);
    if (action === 'trigger') {
      const isKnown = ['critical', 'error', 'warning', 'info'].includes(text(severity));
      if (text(summary) === '' || text(source) === '' || !isKnown) return invalid('payload');
      trigger(account, text(summary), named);
    } else {
      // An unknown key is silently accepted.
      const found = [...account.incidents.values()].find(
        (each) => each.key === named && each.status !== 'resolved',
      );
      if (found) become(account, found, action === 'resolve' ? 'resolved' : 'acknowledged', '');
    }
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: named },
    };
  }

  function answer(response: ServerResponse, { status, body }: Answer, retryAfter?: number): void {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      date: new Date(options.now()).toUTCString(),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    });
    response.end(payload);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function incident(id?: string): PagerIncident {
    const found =
      id === undefined ? [...account.incidents.values()].at(-1) : account.incidents.get(id);
    if (!found) throw new Error(`there is no incident ${id ?? ''}`);
    return found;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    token,
    routingKey,
    account,
    webhooks,
    requests,
    violations,
    isDescribed: described !== undefined,
    incident,
    does: (user, status, id) => become(account, incident(id), status, user),
    triggers: (title, key = `key-${title}`) => trigger(account, title, key),
    fails: (fault, times = 1, matching = /./) => faults.push({ fault, times, matching }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function statusOf({ status }: { readonly status: number }): Answer {
  if (status === 429) return refuse(429, 2020, 'Rate Limit Exceeded', '');
  return {
    status,
    body: status >= 500 ? 'upstream trouble' : { error: { code: 0, message: 'no' } },
  };
}

async function bodyOf(request: IncomingMessage) {
  let written = '';
  for await (const chunk of request) written += String(chunk);
  return written === '' ? {} : record(JSON.parse(written));
}
