import { type Breaker, createBreaker } from '../../core/breaker.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';
import { type Head, REQUEST_HEADER, watchHeads } from './heads.ts';
import { parseRefusal } from './schema.ts';

export interface RestApi {
  /** `pagerduty/main`: named in every problem. */
  readonly source: string;
  /** `https://api.pagerduty.com`. */
  readonly url: string;
  readonly token: Secret;
  readonly timeoutMs: number;
}

export interface Clock {
  now(): number;
  /** Runs something later; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

export interface Client {
  /** The answer to one GET. Rejects with a ProblemError. */
  get(path: string, query?: Query): Promise<Answered>;
  /** One request that changes something there; never sent twice from here. */
  send(method: 'POST' | 'PUT', path: string, what: Sending): Promise<Sent>;
  readonly breaker: Breaker;
  close(): void;
}

export type Query = Readonly<Record<string, string | string[]>>;

export interface Sending {
  readonly data: object;
  /** E-mail of the user in whose name it is done; absent where the body names them. */
  readonly from?: string;
}

export interface Answered {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The clock over there, by the `Date` header in whole seconds; ours where it says none. */
  readonly at: number;
}

export type Sent = ({ readonly ok: true } & Answered) | NotSent;

export interface NotSent {
  readonly ok: false;
  readonly why: 'wait' | 'unknown' | 'refused';
  readonly problem: Problem;
  /** Of the answer, and its own code; 0 when there was none. */
  readonly status: number;
  readonly code: number;
  readonly afterMs?: number;
}

/** A hundred incidents with all they may hold are below 2 MB. */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
/** Where a 429 does not say how long: the window of the limit is a minute. */
const LIMITED_MS = 30_000;
const LIMITED_MAX_MS = 120_000;

/**
 * The REST API through the vendor's SDK, with what it leaves to its caller: every status is judged, a request ends after
 * its time and its size, a 429 is told with the time to wait instead of being sat out.
 */
export function createClient(api: RestApi, clock: Clock): Client {
  const breaker = createBreaker(() => clock.now());
  const heads = watchHeads();
  const closing = new AbortController();
  const base = api.url.replace(/\/$/, '');
  let limitedUntil = 0;
  let requests = 0;

  /** Nothing is sent while the pager rests or has had enough of us. */
  function held(): NotSent | undefined {
    const limitedMs = limitedUntil - clock.now();
    if (limitedMs > 0) return limited(limitedMs);
    const restMs = breaker.take();
    if (restMs === 0) return undefined;
    const facts = { failures: breaker.failures(), seconds: Math.ceil(restMs / 1000) };
    return { ...unsent('wait', say('PAGERDUTY_RESTS', facts)), afterMs: restMs };
  }

  function limited(ms: number): NotSent {
    const because = say('PAGERDUTY_LIMITED', { seconds: Math.ceil(ms / 1000) });
    return { ...unsent('wait', because), status: 429, afterMs: ms };
  }

  async function get(path: string, query: Query = {}): Promise<Answered> {
    const sent = held() ?? (await request({ method: 'GET', path, query }));
    if (sent.ok) return sent;
    throw new ProblemError(sent.problem);
  }

  async function send(method: 'POST' | 'PUT', path: string, what: Sending): Promise<Sent> {
    return held() ?? (await request({ method, path, ...what }));
  }

  async function request(question: Question): Promise<Sent> {
    const sent = await ask(question);
    // Whoever refuses is there; so is whoever counts our requests.
    if (sent.ok || sent.why === 'refused' || sent.status === 429) breaker.succeeded();
    else breaker.failed();
    return sent;
  }

  async function ask({ method, path, query, data, from }: Question): Promise<Sent> {
    // Loaded at the first question, so that a start does not wait for it.
    const { api: call } = await import('@pagerduty/pdjs');
    requests += 1;
    const mark = `${api.source} ${requests}`;
    const deadline = AbortSignal.timeout(api.timeoutMs);
    const enough = new AbortController();
    let head: Head | undefined;
    const forget = heads.await(mark, (seen) => {
      head = seen;
      if (seen.status === 429) enough.abort();
    });
    // Its own timeout ends nothing and holds the process for 30 s; size, redirect and signal are its fetch's.
    const options = {
      url: `${base}${path}`,
      method,
      token: api.token.reveal(),
      headers: { [REQUEST_HEADER]: mark, ...(from !== undefined && { From: from }) },
      requestTimeout: 0,
      size: ANSWER_MAX_BYTES,
      redirect: 'manual' as const,
      signal: AbortSignal.any([deadline, closing.signal, enough.signal]),
      ...(query && { queryParameters: { ...query } }),
      ...(data && { data }),
    };
    try {
      const { status, data: body } = await call(options);
      return judge({ status, body, head, method });
    } catch (error) {
      return failed(error, { head, isLate: deadline.aborted, method });
    } finally {
      forget();
    }
  }

  interface Reply {
    readonly status: number;
    readonly body: unknown;
    readonly head: Head | undefined;
    readonly method: string;
  }

  function judge(reply: Reply): Sent {
    const { status, body, head } = reply;
    return status >= 200 && status < 300 ? { ok: true, body, at: timeOf(head) } : refusal(reply);
  }

  function refusal({ status, body, head, method }: Reply): NotSent {
    if (status === 429) return limit(head);
    const { code, words } = parseRefusal(body);
    const facts = { status, why: words === '' ? 'no reason given' : words };
    const told = (why: NotSent['why'], name: string) => {
      return { ok: false, why, problem: say(name, facts), status, code } as const;
    };
    if (status === 401) return told('refused', 'PAGERDUTY_UNAUTHORIZED');
    if (status === 403) return told('refused', 'PAGERDUTY_FORBIDDEN');
    if (status < 500) return told('refused', 'PAGERDUTY_REFUSED');
    // A 503 was turned away at the door; behind any other, it may have been done.
    return told(method === 'GET' || status === 503 ? 'wait' : 'unknown', 'PAGERDUTY_FAILED');
  }

  function limit(head: Head | undefined): NotSent {
    const said = Number(head?.headers['retry-after'] ?? head?.headers['ratelimit-reset']);
    const ms =
      Number.isFinite(said) && said > 0 ? Math.min(said * 1000, LIMITED_MAX_MS) : LIMITED_MS;
    limitedUntil = clock.now() + ms;
    return limited(ms);
  }

  function failed(
    error: unknown,
    { head, isLate, method }: { head: Head | undefined; isLate: boolean; method: string },
  ): NotSent {
    if (head?.status === 429) return limit(head);
    const open = method === 'GET' ? 'wait' : 'unknown';
    if (isLate) return unsent(open, say('PAGERDUTY_TIMEOUT', { seconds: api.timeoutMs / 1000 }));
    if (head !== undefined) {
      // It rejects with the answer itself where that is no JSON, is too large, or ended in the middle.
      const { status } = head;
      if (status >= 400) return refusal({ status, body: undefined, head, method });
      return {
        ...unsent(open, say('PAGERDUTY_UNREADABLE', { why: 'there is no whole JSON' })),
        status,
      };
    }
    const code = codeOf(error);
    if (UNTRUSTED.test(code)) return unsent('wait', say('PAGERDUTY_CERTIFICATE', { why: code }));
    const why = method === 'GET' || UNCONNECTED.has(code) ? 'wait' : 'unknown';
    return unsent(why, say('PAGERDUTY_UNREACHABLE', { why: code }));
  }

  function timeOf(head: Head | undefined): number {
    const at = Date.parse(head?.headers.date ?? '');
    return Number.isNaN(at) ? clock.now() : at;
  }

  function say(code: string, facts: Readonly<Record<string, string | number>>): Problem {
    return problem(code, { source: api.source, url: base, ...facts });
  }

  return {
    get,
    send,
    breaker,
    close() {
      closing.abort();
      heads.close();
    },
  };
}

interface Question extends Partial<Sending> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly query?: Query;
}

export function unsent(why: NotSent['why'], because: Problem): NotSent {
  return { ok: false, why, problem: because, status: 0, code: 0 };
}

/** No connection came about, so nothing was sent. */
export const UNCONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Every code of a certificate that is not trusted holds one of these. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export const UNTRUSTED = /CERT|UNABLE_TO_VERIFY/;

/** The name of the failure; its message may quote an address. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no reason given';
}
