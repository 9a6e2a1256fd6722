import { createBreaker } from '../../core/breaker.ts';
import { maskedShort } from '../../core/masker.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';

import type { Authority, Credential } from './credentials.ts';
import { exchange, type HttpReply, NoAnswer } from './http.ts';
import type { KubernetesConfig } from './schema.ts';

export interface Clock {
  now(): number;
}

export interface Log {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export type Query = Readonly<Record<string, string>>;

export interface Connection {
  send(call: Call): Promise<HttpReply>;
  readonly cluster: string;
  prepare(): Promise<void>;
  health(): 'ok' | 'degraded' | 'down';
  close(): void;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST';
  readonly path: string;
  readonly query: Query;
  readonly body?: { readonly type: string; readonly text: string };
  readonly urgent: boolean;
}

/** One credential, one breaker. Throws `NoReply` when there is no status to speak of. */
export function openConnection(
  config: KubernetesConfig,
  credential: Credential,
  deps: { readonly clock: Clock; readonly log: Log },
): Connection {
  const cluster = config.target;
  const breaker = createBreaker(
    () => deps.clock.now(),
    () => {
      deps.log.warn({ cluster }, 'a cluster does not answer and is left alone for a minute');
    },
  );

  async function send(call: Call): Promise<HttpReply> {
    const blockedMs = call.urgent ? 0 : breaker.take();
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
    health: breaker.health,
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

export const verbs = { GET: 'get', PUT: 'update', PATCH: 'patch', POST: 'create' };

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

export function timeoutProblem(call: Call, config: KubernetesConfig): Problem {
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
