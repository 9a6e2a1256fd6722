import { Buffer } from 'node:buffer';
import { Agent } from 'node:https';
import type { AxiosProxyConfig, AxiosResponse } from 'axios';
import { createBreaker } from '../../core/breaker.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';

import { parseRefusal } from './schema.ts';

export interface PrometheusApi {
  /** `prometheus/prom`: named in every problem. */
  readonly target: string;
  /** Base address, path prefix included. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Largest answer that is read. */
  readonly bytesMax: number;
  readonly bearer?: Secret;
  readonly basic?: { readonly username: string; readonly password: Secret };
  /** PEM text of the authority that signed its certificate. */
  readonly ca?: string;
  readonly proxy?: string;
}

export interface Clock {
  now(): number;
  /** Runs something later; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

export interface Client {
  /** The answer to one question. Rejects with a ProblemError. */
  ask(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown>;
  health(): 'ok' | 'degraded' | 'down';
  close(): void;
}

/** A question that met a closed door or an overloaded proxy is put once more. */
const AGAIN_AFTER_MS = 500;
/** What proxies take of an address: longer questions go in the body. Ours. */
const ADDRESS_MAX = 4_000;

/** Without a proxy of its own, those of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are axios's own business; redirects are refused. */
export function createClient(api: PrometheusApi, clock: Clock): Client {
  const breaker = createBreaker(() => clock.now());
  const base = new URL(api.url);
  const shown = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  const closing = new AbortController();
  const way = wayOf(api);

  async function ask(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const restMs = breaker.take();
    if (restMs > 0) {
      const seconds = Math.ceil(restMs / 1000);
      throw new ProblemError(say('PROMETHEUS_RESTS', { failures: breaker.failures(), seconds }));
    }
    const first = await once(path, parameters);
    const last =
      first.ok || !first.again ? first : await pause().then(() => once(path, parameters));
    // One that refuses a question is well: it is the question that is not.
    if (last.ok || last.isQuestion) breaker.succeeded();
    else breaker.failed();
    if (last.ok) return last.body;
    throw new ProblemError(last.problem);
  }

  async function once(path: string, parameters: Readonly<Record<string, string>>): Promise<Asked> {
    const deadline = AbortSignal.timeout(api.timeoutMs);
    try {
      return judge(await request(path, parameters, deadline));
    } catch (error) {
      return failed(error, deadline.aborted);
    }
  }

  async function request(
    path: string,
    parameters: Readonly<Record<string, string>>,
    deadline: AbortSignal,
  ): Promise<Reply> {
    // Loaded at the first question, so that a start does not wait for it.
    const { default: axios } = await import('axios');
    const query = new URLSearchParams(parameters).toString();
    // Credentials that may only read are often allowed GET alone, so it is kept as long as it fits.
    const isLong = query.length > ADDRESS_MAX;
    return axios.request<unknown>({
      url: isLong || query === '' ? `${shown}${path}` : `${shown}${path}?${query}`,
      method: isLong ? 'POST' : 'GET',
      ...(isLong && { data: query }),
      headers: {
        accept: 'application/json',
        ...(isLong && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(way.authorization && { authorization: way.authorization }),
      },
      ...(way.agent && { httpsAgent: way.agent }),
      ...(way.proxy && { proxy: way.proxy }),
      signal: AbortSignal.any([deadline, closing.signal]),
      timeout: api.timeoutMs,
      maxRedirects: 0,
      maxContentLength: api.bytesMax,
      responseType: 'text',
      transformResponse: [],
      validateStatus: null,
    });
  }

  function judge({ status, data }: Reply): Asked {
    if (status === 401 || status === 403) return no(say('PROMETHEUS_UNAUTHORIZED', { status }));
    if (status === 407) return no(say('PROMETHEUS_PROXY', {}));
    const body = parsed(data);
    if (status !== 200) {
      const refusal = parseRefusal(body);
      if (refusal?.kind === 'question') {
        const because = say('PROMETHEUS_QUERY_REFUSED', { why: refusal.why });
        return { ...no(because), isQuestion: true };
      }
      if (refusal?.kind === 'late') {
        return no(say('PROMETHEUS_TIMEOUT', { seconds: api.timeoutMs / 1000 }));
      }
      return { ...no(say('PROMETHEUS_REFUSED', { status })), again: OVERLOADED.has(status) };
    }
    return body === undefined
      ? no(say('PROMETHEUS_UNREADABLE', { why: 'there is no JSON' }))
      : { ok: true, body };
  }

  function failed(error: unknown, isLate: boolean): Refused {
    const code = codeOf(error);
    if (isLate || code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
      return no(say('PROMETHEUS_TIMEOUT', { seconds: api.timeoutMs / 1000 }));
    }
    if (error instanceof Error && error.message.startsWith('maxContentLength')) {
      const because = say('PROMETHEUS_TOO_LARGE', { bytes: api.bytesMax });
      return { ...no(because), isQuestion: true };
    }
    if (UNTRUSTED.test(code)) return no(say('PROMETHEUS_CERTIFICATE', { why: code }));
    const again = !closing.signal.aborted;
    return { ...no(say('PROMETHEUS_UNREACHABLE', { why: code })), again };
  }

  function say(code: string, facts: Readonly<Record<string, string | number>>): Problem {
    return problem(code, { target: api.target, url: shown, ...facts });
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

  return {
    ask,
    health: breaker.health,
    close() {
      closing.abort();
      way.agent?.destroy();
    },
  };
}

type Asked = { readonly ok: true; readonly body: unknown } | Refused;

interface Refused {
  readonly ok: false;
  readonly problem: Problem;
  readonly again: boolean;
  /** It answered, and the same question would be refused again. */
  readonly isQuestion: boolean;
}

type Reply = Pick<AxiosResponse<unknown>, 'status' | 'data'>;

const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Every code of a certificate that is not trusted holds one of these. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /CERT|UNABLE_TO_VERIFY/;

function no(because: Problem): Refused {
  return { ok: false, problem: because, again: false, isQuestion: false };
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}

interface Way {
  readonly authorization?: string;
  readonly agent?: Agent;
  readonly proxy?: AxiosProxyConfig;
}

function wayOf({ bearer, basic, ca, proxy }: PrometheusApi): Way {
  const authorization = bearer
    ? `Bearer ${bearer.reveal()}`
    : basic && basicOf(basic.username, basic.password.reveal());
  return {
    ...(authorization !== undefined && { authorization }),
    ...(ca !== undefined && { agent: new Agent({ ca, keepAlive: true }) }),
    ...(proxy !== undefined && { proxy: proxyOf(new URL(proxy)) }),
  };
}

function proxyOf({ protocol, hostname, port, username, password }: URL): AxiosProxyConfig {
  return {
    protocol: protocol.replace(':', ''),
    host: hostname,
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    ...(username !== '' && {
      auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
  };
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
