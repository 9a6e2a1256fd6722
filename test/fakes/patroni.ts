import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface FakePatroni {
  /** One base address for each member, in the order of their names. */
  readonly endpoints: readonly string[];
  readonly state: FakeCluster;
  /** Changes of leader that were asked for and made. */
  effects(): number;
  /** Requests for a change that arrived, whatever became of them. */
  readonly asked: {
    readonly path: string;
    readonly body: string;
    readonly authorization: string;
  }[];
  /** What becomes of the next request for a change, instead of being done and answered. */
  next(fate: Fate): void;
  /** A change that nobody here asked for. */
  lead(name: string): void;
  pass(ms: number): void;
  now(): number;
  close(): Promise<void>;
}

export type Fate =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'done, not answered' }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'done late, not answered'; readonly ms: number }
  /** The candidate dropped out: another one was promoted, and Patroni says so. */
  | { readonly kind: 'another'; readonly name: string };

/** What the members share. Tests write to it as an operator does with `patronictl`. */
export interface FakeCluster {
  leader: string;
  timeline: number;
  paused: boolean;
  scheduledAt: string;
  readonly config: Record<string, unknown>;
  readonly members: Record<string, FakeMember>;
}

export interface FakeMember {
  role: string;
  state: string;
  timeline: number;
  lag: number | string;
  position: number;
  tags: Record<string, unknown>;
  /** It does not answer. */
  silent: boolean;
  scope: string;
  system: string;
  /** It takes writes whatever the store says. */
  rogue: boolean;
}

/**
 * Three members of Patroni 4, as its documents describe them and as the captured replies of 3.0.2 show them: a change is
 * refused where the leader's name does not match, and asking for whom leads already changes nothing.
 * https://patroni.readthedocs.io/en/latest/rest_api.html
 */
export async function startFakePatroni(): Promise<FakePatroni> {
  const names = ['n1', 'n2', 'n3'];
  const state: FakeCluster = {
    leader: 'n1',
    timeline: 4,
    paused: false,
    scheduledAt: '',
    config: { ttl: 30, loop_wait: 10, maximum_lag_on_failover: 1_048_576 },
    members: Object.fromEntries(names.map((name) => [name, newMember(name)])),
  };
  const asked: FakePatroni['asked'] = [];
  const fates: Fate[] = [];
  const later: { readonly at: number; readonly run: () => void }[] = [];
  let at = 1_000_000;
  let effects = 0;

  function lead(name: string): void {
    state.leader = name;
    state.timeline += 1;
    for (const member of Object.values(state.members)) member.timeline = state.timeline;
  }
  function change(body: { leader?: string; candidate?: string }): { status: number; text: string } {
    const { leader, candidate = '' } = body;
    if (leader !== undefined && leader !== state.leader) {
      return { status: 412, text: 'leader name does not match' };
    }
    if (state.members[candidate] === undefined) {
      return { status: 412, text: 'candidate does not exists' };
    }
    if (candidate === state.leader) return { status: 503, text: 'Failover failed' };
    lead(candidate);
    effects += 1;
    return { status: 200, text: `Successfully switched over to "${candidate}"` };
  }
  /** Undefined for no answer at all. */
  function changed(text: string): { status: number; text: string } | undefined {
    const body = JSON.parse(text || '{}');
    if (Object.keys(body).length === 0) return { status: 400, text: page };
    const fate = fates.shift();
    if (!fate) return change(body);
    if (fate.kind === 'answer') return fate;
    if (fate.kind === 'another') {
      lead(fate.name);
      const words = `Switched over to "${fate.name}" instead of "${body.candidate}"`;
      return { status: 200, text: words };
    }
    if (fate.kind === 'done, not answered') change(body);
    if (fate.kind === 'done late, not answered') {
      later.push({ at: at + fate.ms, run: () => void change(body) });
    }
    return undefined;
  }

  const server = createServer(async (request, reply) => {
    const [, name = '', path = ''] = (request.url ?? '').split('/');
    const member = state.members[name];
    if (!member || member.silent) {
      reply.destroy();
      return;
    }
    if (request.method === 'GET') {
      answer(reply, path, { state, name, member });
      return;
    }
    const body = await textOf(request);
    const authorization = request.headers.authorization ?? '';
    asked.push({ path: `/${path}`, body, authorization });
    const said = changed(body);
    if (said) send(reply, said.status, said.text, 'text/html');
    else reply.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoints: names.map((name) => `http://127.0.0.1:${port}/${name}`),
    state,
    asked,
    effects: () => effects,
    next: (fate) => void fates.push(fate),
    lead,
    pass(ms) {
      at += ms;
      for (const due of later.filter((each) => each.at <= at)) {
        later.splice(later.indexOf(due), 1);
        due.run();
      }
    },
    now: () => at,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function newMember(name: string): FakeMember {
  return {
    role: '',
    state: '',
    timeline: 4,
    lag: 0,
    position: name === 'n3' ? 1_000 : 900,
    tags: {},
    silent: false,
    scope: 'shop',
    system: '771',
    rogue: false,
  };
}

function answer(
  reply: ServerResponse,
  path: string,
  { state, name, member }: { state: FakeCluster; name: string; member: FakeMember },
): void {
  if (path === 'config') json(reply, state.config);
  else if (path === 'cluster') {
    json(reply, {
      members: Object.entries(state.members).map(([each, about]) => rowOf(state, each, about)),
      scope: member.scope,
      ...(state.paused && { pause: true }),
      ...(state.scheduledAt && { scheduled_switchover: { at: state.scheduledAt, from: 'n1' } }),
    });
  } else if (path === 'patroni') json(reply, nodeOf(state, name, member));
  else send(reply, 503, '{}', 'application/json');
}

function nodeOf(state: FakeCluster, name: string, member: FakeMember): object {
  const leads = state.leader === name;
  const streaming = Object.keys(state.members)
    .filter((each) => each !== name && !state.members[each]?.silent)
    .map((each) => ({ application_name: each, state: 'streaming' }));
  return {
    state: 'running',
    role: leads || member.rogue ? 'primary' : 'replica',
    timeline: member.timeline,
    xlog: leads ? { location: 1_000 } : { received_location: member.position },
    ...(leads && { replication: streaming }),
    database_system_identifier: member.system,
    patroni: { version: '4.0.4', scope: member.scope, name },
  };
}

function rowOf({ leader }: FakeCluster, name: string, member: FakeMember): object {
  const leads = leader === name;
  return {
    name,
    role: leads ? 'leader' : member.role || 'replica',
    state: member.state || (leads ? 'running' : 'streaming'),
    api_url: `http://${name}.example.com:8008/patroni`,
    timeline: member.timeline,
    ...(!leads && { lag: member.lag }),
    ...(Object.keys(member.tags).length > 0 && { tags: member.tags }),
  };
}

/** As Patroni's server writes it where a body is empty or no JSON. */
const page =
  '<!DOCTYPE HTML>\n<html lang="en"><body><p>Error code: 400</p><p>Message: Bad Request.</p></body></html>';

function json(reply: ServerResponse, body: object): void {
  send(reply, 200, JSON.stringify(body), 'application/json');
}

function send(reply: ServerResponse, status: number, body: string, type: string): void {
  reply.writeHead(status, { 'content-type': type }).end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
