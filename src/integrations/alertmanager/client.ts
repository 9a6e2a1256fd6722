import { Buffer } from 'node:buffer';
import type { AxiosResponse } from 'axios';
import { type Breaker, createBreaker } from '../../core/breaker.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';

export interface AlertmanagerApi {
  /** `alertmanager/main`: named in every problem. */
  readonly source: string;
  /** Base address, path prefix included. */
  readonly url: string;
  /** Base addresses of the others of its cluster. */
  readonly peers?: readonly string[];
  readonly timeoutMs: number;
  readonly bearer?: Secret;
  readonly basic?: { readonly username: string; readonly password: Secret };
  /** Of this installation: alerts of its own that come back are not what fires. */
  readonly installation?: string;
}

export interface Clock {
  now(): number;
  /** Runs something later; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

export interface Client {
  /** The answer to one GET. Rejects with a ProblemError. */
  get(path: string): Promise<Answered>;
  /** One request that changes something there; never sent twice from here. */
  send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<Sent>;
  readonly health: Breaker['health'];
  close(): void;
}

export interface Answered {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The clock over there, by the `Date` header; whole seconds. */
  readonly at: number | undefined;
}

export type Sent = { readonly ok: true; readonly value: unknown } | NotSent;

export interface NotSent {
  readonly ok: false;
  /** `wait`: surely not applied. `unknown`: perhaps. `refused`: the same again would be refused again. */
  readonly why: 'wait' | 'unknown' | 'refused';
  readonly problem: Problem;
  /** Of the answer; 0 when there was none. */
  readonly status: number;
}

/** Ten thousand alerts of 3 KB. */
export const ANSWER_MAX_BYTES = 32 * 1024 * 1024;
/** A question that met a closed door or an overloaded proxy is put once more. */
const AGAIN_AFTER_MS = 500;

/** Proxies of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are axios's own business; redirects are refused. */
export function createClient(api: AlertmanagerApi, clock: Clock): Client {
  const breaker = createBreaker(() => clock.now());
  const base = new URL(api.url);
  const authorization = authorizationOf(api, base);
  const shown = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  const closing = new AbortController();

  async function get(path: string): Promise<Answered> {
    const restMs = breaker.take();
    if (restMs > 0) {
      const seconds = Math.ceil(restMs / 1000);
      throw new ProblemError(say('ALERTMANAGER_RESTS', { failures: breaker.failures(), seconds }));
    }
    const first = await ask(path);
    const last = first.ok || !first.again ? first : await pause().then(() => ask(path));
    if (last.ok) {
      breaker.succeeded();
      return last.value;
    }
    breaker.failed();
    throw new ProblemError(last.problem);
  }

  async function ask(path: string): Promise<Asked> {
    const deadline = AbortSignal.timeout(api.timeoutMs);
    try {
      return judge(await request({ method: 'GET', path, deadline }));
    } catch (error) {
      return failed(error, deadline.aborted);
    }
  }

  async function send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<Sent> {
    const restMs = breaker.take();
    if (restMs > 0) {
      const facts = { failures: breaker.failures(), seconds: Math.ceil(restMs / 1000) };
      return unsent('wait', say('ALERTMANAGER_RESTS', facts));
    }
    const deadline = AbortSignal.timeout(api.timeoutMs);
    try {
      const sent = judgeSent(await request({ method, path, deadline, body }));
      if (sent.ok || sent.why === 'refused') breaker.succeeded();
      else breaker.failed();
      return sent;
    } catch (error) {
      breaker.failed();
      const { problem: because } = failed(error, deadline.aborted);
      const code = codeOf(error);
      const isUnsent = UNCONNECTED.has(code) || UNTRUSTED.test(code);
      return unsent(isUnsent ? 'wait' : 'unknown', because);
    }
  }

  async function request({ method, path, deadline, body }: Question): Promise<Reply> {
    // Loaded at the first question, so that a start does not wait for it.
    const { default: axios } = await import('axios');
    return axios.request<unknown>({
      url: `${shown}${path}`,
      method,
      ...(body && { data: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(authorization && { authorization }),
      },
      signal: AbortSignal.any([deadline, closing.signal]),
      timeout: api.timeoutMs,
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      responseType: 'text',
      transformResponse: [],
      validateStatus: null,
    });
  }

  function judgeSent({ status, data }: Reply): Sent {
    const because =
      status === 407
        ? say('ALERTMANAGER_PROXY', {})
        : say('ALERTMANAGER_SILENCE_REFUSED', { status });
    if (status !== 200) {
      const isOpen = status >= 500 && !OVERLOADED_SURELY.has(status);
      const why = OVERLOADED_SURELY.has(status) ? 'wait' : isOpen ? 'unknown' : 'refused';
      return { ...unsent(why, because), status };
    }
    try {
      const text = String(data).trim();
      return { ok: true, value: text === '' ? undefined : JSON.parse(text) };
    } catch {
      return unsent('unknown', say('ALERTMANAGER_UNREADABLE', { why: 'there is no JSON' }));
    }
  }

  function judge({ status, data, headers }: Reply): Asked {
    if (status === 401 || status === 403) return no(say('ALERTMANAGER_UNAUTHORIZED', { status }));
    if (status === 407) return no(say('ALERTMANAGER_PROXY', {}));
    if (status !== 200) {
      return { ...no(say('ALERTMANAGER_REFUSED', { status })), again: OVERLOADED.has(status) };
    }
    try {
      return { ok: true, value: { body: JSON.parse(String(data)), at: timeOf(headers['date']) } };
    } catch {
      return no(say('ALERTMANAGER_UNREADABLE', { why: 'there is no JSON' }));
    }
  }

  function failed(error: unknown, isLate: boolean): Refused {
    const code = codeOf(error);
    if (isLate || code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
      return no(say('ALERTMANAGER_TIMEOUT', { seconds: api.timeoutMs / 1000 }));
    }
    if (error instanceof Error && error.message.startsWith('maxContentLength')) {
      return no(say('ALERTMANAGER_TOO_LARGE', { bytes: ANSWER_MAX_BYTES }));
    }
    if (UNTRUSTED.test(code)) return no(say('ALERTMANAGER_CERTIFICATE', { why: code }));
    const again = !closing.signal.aborted;
    return { ...no(say('ALERTMANAGER_UNREACHABLE', { why: code })), again };
  }

  function say(code: string, facts: Readonly<Record<string, string | number>>): Problem {
    return problem(code, { source: api.source, url: shown, ...facts });
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const forget = clock.after(AGAIN_AFTER_MS, resolve);
      closing.signal.addEventListener('abort', () => {
        forget();
        resolve();
      });
    });
  }

  return { get, send, health: breaker.health, close: () => closing.abort() };
}

type Asked =
  | { readonly ok: true; readonly value: Answered }
  | { readonly ok: false; readonly problem: Problem; readonly again: boolean };

interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly deadline: AbortSignal;
  readonly body?: object | undefined;
}

type Reply = Pick<AxiosResponse<unknown>, 'status' | 'data' | 'headers'>;

function unsent(why: NotSent['why'], because: Problem): NotSent {
  return { ok: false, why, problem: because, status: 0 };
}

/** Refused at the door, by whoever keeps it. */
const OVERLOADED_SURELY: ReadonlySet<number> = new Set([429, 503]);
/** No connection came about, so nothing was sent. */
const UNCONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Every code of a certificate that is not trusted holds one of these. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /CERT|UNABLE_TO_VERIFY/;

type Refused = Extract<Asked, { readonly ok: false }>;

function timeOf(date: unknown): number | undefined {
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function no(because: Problem): Refused {
  return { ok: false, problem: because, again: false };
}

/** The configured credential, else the one in the address, which is never shown. */
function authorizationOf({ bearer, basic }: AlertmanagerApi, base: URL): string | undefined {
  if (bearer) return `Bearer ${bearer.reveal()}`;
  if (basic) return basicOf(basic.username, basic.password.reveal());
  if (base.username === '') return undefined;
  return basicOf(decodeURIComponent(base.username), decodeURIComponent(base.password));
}

function basicOf(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The name of the failure; its message may quote a header or an address with a password. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no reason given';
}
