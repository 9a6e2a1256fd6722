import { STATUS_CODES } from 'node:http';
import type { RESTOptions, RouteLike } from 'discord.js';
import { type Problem, problem } from '../../../core/problem.ts';
import { createBrake } from './brake.ts';
import { type Account, createAccount, methodOf, routeOf } from './budget.ts';
import { codes } from './failures.ts';
import { type Incoming, type Network, NotConnected } from './network.ts';
import type { DiscordOptions } from './options.ts';
import { limitOf } from './schema.ts';

/** One call of the HTTP API, once: no queue, no retry, and an answer in the terms in which one can go on. */
export interface Client {
  call(request: Request): Promise<Called>;
  readonly account: Account;
  /** What keeps it from calling, if anything does; one call without an answer is not an outage yet. */
  trouble(): { readonly state: 'degraded' | 'down'; readonly problem: Problem } | undefined;
  close(): void;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v10`. */
  readonly path: RouteLike;
  readonly body?: unknown;
  readonly files?: readonly OutgoingFile[];
  readonly query?: Readonly<Record<string, string>>;
  /** The path carries a token of its own, and no bot limit counts. */
  readonly auth?: false;
}

export interface OutgoingFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** For whoever cannot see it. */
  readonly alt?: string;
}

export type Called =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure };

export type Failure =
  /** Surely not applied, and it would be refused until then. */
  | { readonly kind: 'limited'; readonly afterMs: number }
  /** Surely not applied: it never left. */
  | { readonly kind: 'unsent'; readonly error: string }
  /** Whether it was applied, nobody said. */
  | { readonly kind: 'unanswered'; readonly error: string }
  /** Not called at all: it would only be refused. */
  | { readonly kind: 'stopped'; readonly problem: Problem }
  /** Discord said no, and why. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: number;
      readonly message: string;
    };

/** No answer of the API that we ask for is larger. */
const answerBytesMax = 16 * 1024 * 1024;
/** Only if our own limit did not end it. */
const lastResortMs = 120_000;
/** So many calls one after the other without an answer are an outage. */
const outageCalls = 3;

export function createClient(options: DiscordOptions, network: Network): Client {
  const { clock, metrics } = options;
  const account = createAccount(() => clock.now());
  const brake = createBrake(() => clock.now());
  let sdk: Promise<Sdk> | undefined;
  let closed = false;
  let silence = { calls: 0, error: '' };

  const makeRequest: RESTOptions['makeRequest'] = async (url, init) => {
    const headers = headersOf(init.headers);
    const { bytes, type } = await bytesOf(init.body);
    const method = init.method ?? 'GET';
    const path = new URL(url).pathname.replace(/^.*?\/v10(?=\/)/, '');
    const route = routeOf(method, path);
    account.began(route);
    try {
      const answer = await network.send({
        method,
        url,
        headers: {
          ...headers,
          ...(type === '' ? {} : { 'content-type': type }),
          ...(bytes ? { 'content-length': String(bytes.byteLength) } : {}),
        },
        body: bytes,
        signal: init.signal ?? AbortSignal.timeout(options.timeoutMs),
        bytesMax: answerBytesMax,
      });
      const { status, body } = answer;
      // Of a token in the path nothing follows for the bot's own.
      if ('authorization' in headers) {
        brake.heard(status, answer.headers['x-ratelimit-scope'] ?? '');
      }
      const limit = status === 429 ? limitOf(body) : {};
      account.learn(
        route,
        limit.code === codes.editsWorn ? { ...answer, status: 400 } : { ...answer, ...limit },
      );
      // This one message takes no more edits: the route itself is not closed, though it comes as a 429.
      return asResponse(limit.code === codes.editsWorn ? { ...answer, status: 400 } : answer);
    } finally {
      account.ended(route);
    }
  };

  async function open(): Promise<Sdk> {
    const { REST, DiscordAPIError, RateLimitError } = await import('discord.js');
    const rest = new REST({
      ...(options.api === undefined ? {} : { api: options.api }),
      version: '10',
      // Its own retries would repeat a post of unknown outcome, and its own queue would hold back what is urgent.
      retries: 0,
      rejectOnRateLimit: () => true,
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
      timeout: lastResortMs,
      makeRequest,
    });
    return { rest, DiscordAPIError, RateLimitError };
  }

  async function call(request: Request): Promise<Called> {
    const called = await attempt(request);
    if (called.ok) silence = { calls: 0, error: '' };
    else if ('error' in called.failure) {
      silence = { calls: silence.calls + 1, error: called.failure.error };
    }
    const outcome = called.ok ? 'ok' : outcomes[called.failure.kind];
    metrics.called(options.name, methodOf(request.method, request.path), outcome);
    return called;
  }

  async function attempt(request: Request): Promise<Called> {
    if (closed) return { ok: false, failure: { kind: 'unsent', error: 'closed' } };
    const stopped = request.auth === false ? undefined : brake.stopped();
    if (stopped) return { ok: false, failure: { kind: 'stopped', problem: stopped } };
    const route = routeOf(request.method, request.path);
    // In a log no path: it may hold the token of an interaction.
    const named = methodOf(request.method, request.path);
    // The first answer to a press waits for nothing.
    const afterMs = request.path.startsWith('/interactions/') ? 0 : account.wait(route);
    if (afterMs > 0) return { ok: false, failure: { kind: 'limited', afterMs } };
    sdk ??= open();
    const { rest, DiscordAPIError, RateLimitError } = await sdk;
    // A refused token is forgotten by the SDK; whether to try it again is our own decision.
    rest.setToken(options.token);
    const limit = new AbortController();
    const cancel = clock.after(options.timeoutMs, () => limit.abort());
    try {
      const value = await rest[verbs[request.method]](request.path, {
        signal: limit.signal,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.query ? { query: new URLSearchParams(request.query) } : {}),
        ...(request.files ? { files: request.files.map(rawFile) } : {}),
        ...(request.auth === false ? { auth: false } : {}),
      });
      return { ok: true, value };
    } catch (error) {
      if (error instanceof DiscordAPIError) {
        const { status, message } = error;
        const failure = {
          kind: 'refused',
          status,
          code: Number(error.code) || 0,
          message,
        } as const;
        options.log('discord refused a call', { surface: options.name, call: named, ...failure });
        return { ok: false, failure };
      }
      if (error instanceof RateLimitError) {
        const again = Math.max(account.wait(route), 1);
        return { ok: false, failure: { kind: 'limited', afterMs: again } };
      }
      const words = limit.signal.aborted ? 'no answer in time' : nameOf(error);
      const kind = error instanceof NotConnected ? 'unsent' : 'unanswered';
      options.log('discord gave no answer', {
        surface: options.name,
        call: named,
        kind,
        error: words,
      });
      return { ok: false, failure: { kind, error: words } };
    } finally {
      cancel();
    }
  }

  return {
    call,
    account,
    trouble() {
      const stopped = brake.stopped();
      if (stopped) return { state: 'down', problem: stopped };
      const { calls, error } = silence;
      if (calls === 0) return undefined;
      const state = calls < outageCalls ? 'degraded' : 'down';
      return { state, problem: problem('DISCORD_UNREACHABLE', { error }) };
    },
    close() {
      closed = true;
      network.close();
    },
  };
}

type Loaded = typeof import('discord.js');

interface Sdk {
  readonly rest: InstanceType<Loaded['REST']>;
  readonly DiscordAPIError: Loaded['DiscordAPIError'];
  readonly RateLimitError: Loaded['RateLimitError'];
}

const verbs = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

const outcomes = {
  limited: 'limited',
  unsent: 'unknown',
  unanswered: 'unknown',
  stopped: 'refused',
  refused: 'refused',
} as const;

/** A form goes as the browser would send it: with a boundary of its own. */
async function bytesOf(
  body: unknown,
): Promise<{ readonly bytes: Uint8Array | undefined; readonly type: string }> {
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: '' };
  if (!(body instanceof FormData)) return { bytes: undefined, type: '' };
  const form = new Response(body);
  return {
    bytes: new Uint8Array(await form.arrayBuffer()),
    type: form.headers.get('content-type') ?? '',
  };
}

function headersOf(headers: unknown): Record<string, string> {
  const pairs = Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return Object.fromEntries(pairs);
}

/** What the SDK reads of an answer; a Response of its own version of fetch is another class. */
function asResponse({ status, headers, body }: Incoming): ReturnType<RESTOptions['makeRequest']> {
  const text = () => Buffer.from(body).toString('utf8');
  return Promise.resolve({
    ok: status >= 200 && status < 300,
    status,
    statusText: STATUS_CODES[status] ?? '',
    // Limits are kept in our own account: the SDK is not told of them, or it would wait by the wall's clock.
    headers: withoutLimits(headers),
    body: null,
    bodyUsed: false,
    arrayBuffer: async () => new Uint8Array(body).buffer,
    json: async () => JSON.parse(text()),
    text: async () => text(),
  });
}

function withoutLimits(headers: Readonly<Record<string, string>>): Headers {
  return new Headers(
    Object.entries(headers).filter(([name]) => !/^(x-ratelimit-|retry-after$)/.test(name)),
  );
}

function rawFile({ name, data }: OutgoingFile) {
  return { name, data };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('status' in error) return `HTTP ${String(error.status)}`;
  const cause = error instanceof NotConnected && error.cause instanceof Error ? error.cause : error;
  return 'code' in cause ? String(cause.code) : cause.name;
}
