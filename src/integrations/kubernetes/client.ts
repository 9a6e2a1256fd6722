import { setTimeout as delay } from 'node:timers/promises';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { createBreaker } from './breaker.ts';
import type { Authority, Credential } from './credentials.ts';
import { exchange, type HttpReply, NoAnswer } from './http.ts';
import { at, type Json, list, record, text } from './json.ts';
import { maskedShort } from './masker.ts';
import { type CallContext, replyProblem, retryAfterSeconds } from './problems.ts';
import type { KubernetesConfig } from './schema.ts';

export interface Clock {
  now(): number;
}

export interface Log {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** `urgent`: part of a running step. It is never held back because other requests failed. */
export interface CallOptions {
  readonly urgent?: boolean;
}

export type Query = Readonly<Record<string, string>>;

/** Can look and nothing else. */
export interface ReadClient {
  get(path: string, query?: Query, options?: CallOptions): Promise<Json>;
  /** All pages. */
  listAll(path: string, query?: Query, options?: CallOptions): Promise<readonly Json[]>;
  /** Plain text: logs. Cut at the size limit instead of failing. */
  plain(path: string, query?: Query): Promise<string>;
}

/** Writes once, without retry. */
export interface WriteClient {
  put(path: string, body: Json, options?: CallOptions): Promise<Written>;
  patch(path: string, body: Patch, options?: CallOptions): Promise<Written>;
}

export interface Patch {
  readonly type: 'merge' | 'strategic-merge';
  readonly body: Json;
}

export type Written =
  | { readonly outcome: 'written'; readonly object: Json }
  /** 409: it was not in the state the write named. Nothing changed. */
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'refused'; readonly problem: Problem }
  /** Nobody knows whether it took effect. */
  | { readonly outcome: 'unknown'; readonly problem: Problem };

/** What would come of a write: every request it sends carries `dryRun=All`, and it has no other way to send one. */
export interface Simulator {
  put(path: string, body: Json): Promise<Written>;
  patch(path: string, body: Patch): Promise<Written>;
  /** Creates a review, which the server answers and does not keep. */
  review(path: string, body: Json): Promise<Written>;
}

export interface Connection {
  send(call: Call): Promise<HttpReply>;
  readonly cluster: string;
  prepare(): Promise<void>;
  close(): void;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST';
  readonly path: string;
  readonly query: Query;
  readonly body?: { readonly type: string; readonly text: string };
  readonly urgent: boolean;
}

export const fieldManager = 'tocsin';

const patchTypes = {
  merge: 'application/merge-patch+json',
  'strategic-merge': 'application/strategic-merge-patch+json',
};

/** One credential, one breaker. Throws `NoReply` when there is no status to speak of. */
export function openConnection(
  config: KubernetesConfig,
  credential: Credential,
  deps: { readonly clock: Clock; readonly log: Log },
): Connection {
  const cluster = config.target;
  const breaker = createBreaker(deps.clock, () => {
    deps.log.warn({ cluster }, 'a cluster does not answer and is left alone for a minute');
  });

  async function send(call: Call): Promise<HttpReply> {
    const blockedMs = call.urgent ? 0 : breaker.blockedMs();
    if (blockedMs > 0) {
      const facts = { cluster, failures: breaker.failures(), seconds: Math.ceil(blockedMs / 1000) };
      throw new NoReply(problem('K8S_PAUSED_CALLS', facts), { sent: false, transient: false });
    }
    try {
      const reply = await once(call);
      // An answer to a request that was not us asking too much says that the server is there.
      if (reply.status >= 500) breaker.failed();
      else breaker.succeeded();
      return reply;
    } catch (error) {
      breaker.failed();
      throw error instanceof NoReply ? error : noReply(error, call, config);
    }
  }

  /** A 401 means the request was not carried out, so a renewed credential may try it again, even for a write. */
  async function once(call: Call): Promise<HttpReply> {
    await credential.prepare();
    const endsAt = performance.now() + config.timeoutMs;
    const first = await attempt(call, endsAt);
    if (first.status !== 401) return first;
    credential.renew();
    return attempt(call, endsAt);
  }

  async function attempt(call: Call, endsAt: number): Promise<HttpReply> {
    const authority = await within(credential, endsAt, config, call);
    const query = new URLSearchParams(call.query).toString();
    const url = new URL(authority.server);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${call.path}`;
    url.search = query;
    return exchange({
      method: call.method,
      url,
      headers: {
        ...authority.headers,
        'user-agent': 'tocsin',
        ...(call.body ? { 'content-type': call.body.type } : {}),
      },
      ...(call.body ? { body: call.body.text } : {}),
      options: authority.options,
      timeoutMs: Math.max(1, endsAt - performance.now()),
      bytesMax: config.bytesMax,
    });
  }

  return {
    send,
    cluster,
    prepare: () => credential.prepare(),
    close: () => credential.close(),
  };
}

/** No status came back, and why; `sent: false` when it surely never left. */
export class NoReply extends ProblemError {
  readonly sent: boolean;
  readonly transient: boolean;

  constructor(what: Problem, how: { readonly sent: boolean; readonly transient: boolean }) {
    super(what);
    this.sent = how.sent;
    this.transient = how.transient;
  }
}

const readTries = 2;

export function readClient(connection: Connection, config: KubernetesConfig): ReadClient {
  async function ask(path: string, query: Query, options: CallOptions = {}): Promise<HttpReply> {
    await connection.prepare();
    const endsAt = performance.now() + config.timeoutMs;
    const call: Call = { method: 'GET', path, query, urgent: options.urgent ?? false };
    for (let tries = 1; ; tries += 1) {
      const reply = await connection.send(call).catch((error: unknown) => {
        if (error instanceof NoReply && error.transient && tries < readTries) return undefined;
        throw error;
      });
      const again = reply === undefined || reply.status === 429 || reply.status >= 500;
      const waitMs = reply === undefined ? 100 : (retryAfterSeconds(reply) ?? 0.2) * 1000;
      if (!again || tries >= readTries || performance.now() + waitMs >= endsAt) {
        if (reply !== undefined) return reply;
        throw new NoReply(timeoutProblem(call, config), { sent: true, transient: false });
      }
      await delay(waitMs);
    }
  }

  async function get(path: string, query: Query = {}, options: CallOptions = {}): Promise<Json> {
    const reply = await ask(path, query, options);
    const call = { cluster: connection.cluster, verb: 'get', path };
    if (reply.status < 200 || reply.status > 299) throw new ProblemError(replyProblem(reply, call));
    if (reply.cut) throw new ProblemError(cutProblem(reply, call, config));
    return parsed(reply, call);
  }

  return {
    get,
    async listAll(path, query = {}, options = {}) {
      const found: Json[] = [];
      let next = '';
      do {
        const page = await get(
          path,
          { ...query, limit: '100', ...(next === '' ? {} : { continue: next }) },
          options,
        );
        found.push(...list(page['items']).map(record));
        next = text(at(page, 'metadata', 'continue'));
      } while (next !== '');
      return found;
    },
    async plain(path, query = {}) {
      const reply = await ask(path, query);
      const call = { cluster: connection.cluster, verb: 'get', path };
      if (reply.status < 200 || reply.status > 299)
        throw new ProblemError(replyProblem(reply, call));
      return reply.body;
    },
  };
}

export function writeClient(connection: Connection): WriteClient {
  return {
    put: (path, body, options) => write(connection, putCall(path, body, options), {}),
    patch: (path, body, options) => write(connection, patchCall(path, body, options), {}),
  };
}

/** Hard-wired: the query is added here, below every caller. */
export function simulator(connection: Connection): Simulator {
  const dry: Query = { dryRun: 'All' };
  return {
    put: (path, body) => write(connection, putCall(path, body), dry),
    patch: (path, body) => write(connection, patchCall(path, body), dry),
    review: (path, body) =>
      write(connection, { method: 'POST', path, body: json('application/json', body) }, dry),
  };
}

type WriteCall = Omit<Call, 'query' | 'urgent'> & CallOptions;

function putCall(path: string, body: Json, options: CallOptions = {}): WriteCall {
  return { method: 'PUT', path, body: json('application/json', body), ...options };
}

function patchCall(path: string, { type, body }: Patch, options: CallOptions = {}): WriteCall {
  return { method: 'PATCH', path, body: json(patchTypes[type], body), ...options };
}

function json(type: string, body: Json): NonNullable<Call['body']> {
  return { type, text: JSON.stringify(body) };
}

async function write(connection: Connection, call: WriteCall, more: Query): Promise<Written> {
  const context = { cluster: connection.cluster, verb: verbs[call.method], path: call.path };
  const query = { fieldManager, ...more };
  try {
    const reply = await connection.send({ ...call, query, urgent: call.urgent ?? false });
    return written(reply, context);
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    return { outcome: error.sent ? 'unknown' : 'refused', problem: error.problem };
  }
}

/**
 * 4xx is decided before anything is stored. 5xx is not: a server that gave up on its store does not know whether
 * the store went on. 3xx comes from something between us and the server.
 */
function written(reply: HttpReply, call: CallContext): Written {
  const { status } = reply;
  if (status >= 200 && status <= 299) {
    // The head of the answer is enough to know; its body only tells more.
    return { outcome: 'written', object: reply.cut ? {} : quietly(reply.body) };
  }
  if (status === 409) return { outcome: 'conflict' };
  const outcome = status >= 400 && status <= 499 && status !== 408 ? 'refused' : 'unknown';
  return { outcome, problem: replyProblem(reply, call) };
}

const verbs = { GET: 'get', PUT: 'update', PATCH: 'patch', POST: 'create' };

function parsed(reply: HttpReply, call: CallContext): Json {
  try {
    return record(JSON.parse(reply.body));
  } catch {
    const why = 'the body is not JSON';
    throw new ProblemError(problem('K8S_UNEXPECTED', { ...call, status: reply.status, why }));
  }
}

function quietly(body: string): Json {
  try {
    return record(JSON.parse(body));
  } catch {
    return {};
  }
}

function cutProblem(reply: HttpReply, call: CallContext, config: KubernetesConfig): Problem {
  return reply.cut === 'too-long'
    ? problem('K8S_TOO_LARGE', { ...call, bytes: config.bytesMax })
    : problem('K8S_NO_ANSWER', { ...call, why: 'The answer broke off.' });
}

function noReply(error: unknown, call: Call, config: KubernetesConfig): NoReply {
  const cluster = config.target;
  if (!(error instanceof NoAnswer)) {
    // The credential failed, before anything was sent.
    const why = maskedShort(error instanceof Error ? error.message : 'unknown error');
    const what =
      error instanceof ProblemError ? error.problem : problem('K8S_CREDENTIALS', { cluster, why });
    return new NoReply(what, { sent: false, transient: false });
  }
  const { sent, why } = error;
  if (why === 'timeout')
    return new NoReply(timeoutProblem(call, config), { sent, transient: false });
  const facts = { cluster, why: maskedShort(error.message) };
  const what = sent
    ? problem('K8S_NO_ANSWER', { ...facts, verb: verbs[call.method], path: call.path })
    : problem('K8S_UNREACHABLE', facts);
  return new NoReply(what, { sent, transient: why === 'connection' });
}

function timeoutProblem(call: Call, config: KubernetesConfig): Problem {
  return problem('K8S_TIMEOUT', {
    cluster: config.target,
    verb: verbs[call.method],
    path: call.path,
    seconds: config.timeoutMs / 1000,
  });
}

/** An exec plugin that never ends must not hang a command. */
async function within(
  credential: Credential,
  endsAt: number,
  config: KubernetesConfig,
  call: Call,
): Promise<Authority> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        credential.renew();
        reject(new NoReply(timeoutProblem(call, config), { sent: false, transient: false }));
      },
      Math.max(1, endsAt - performance.now()),
    );
  });
  try {
    return await Promise.race([credential.authority(), late]);
  } finally {
    clearTimeout(timer);
  }
}
