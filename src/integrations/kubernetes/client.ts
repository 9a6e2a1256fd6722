import { setTimeout as delay } from 'node:timers/promises';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import {
  type Call,
  type Connection,
  NoReply,
  type Query,
  timeoutProblem,
  verbs,
} from './connection.ts';
import type { HttpReply } from './http.ts';
import { at, type Json, list, record, text } from './json.ts';
import { type CallContext, replyProblem, retryAfterSeconds } from './replies.ts';
import type { KubernetesConfig } from './schema.ts';

/** `urgent`: part of a running step. It is never held back because other requests failed. */
export interface CallOptions {
  readonly urgent?: boolean;
}

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
  /** Creates; a name that is taken is a conflict. */
  post(path: string, body: Json, options?: CallOptions): Promise<Written>;
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
  post(path: string, body: Json): Promise<Written>;
  /** Creates a review, which the server answers and does not keep. */
  review(path: string, body: Json): Promise<Written>;
}

export const fieldManager = 'tocsin';

const patchTypes = {
  merge: 'application/merge-patch+json',
  'strategic-merge': 'application/strategic-merge-patch+json',
};

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
    post: (path, body, options) => write(connection, postCall(path, body, options), {}),
  };
}

/** Hard-wired: the query is added here, below every caller. */
export function simulator(connection: Connection): Simulator {
  const dry: Query = { dryRun: 'All' };
  return {
    put: (path, body) => write(connection, putCall(path, body), dry),
    patch: (path, body) => write(connection, patchCall(path, body), dry),
    post: (path, body) => write(connection, postCall(path, body), dry),
    review: (path, body) => write(connection, postCall(path, body), dry),
  };
}

type WriteCall = Omit<Call, 'query' | 'urgent'> & CallOptions;

function putCall(path: string, body: Json, options: CallOptions = {}): WriteCall {
  return { method: 'PUT', path, body: json('application/json', body), ...options };
}

function postCall(path: string, body: Json, options: CallOptions = {}): WriteCall {
  return { method: 'POST', path, body: json('application/json', body), ...options };
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
