import { Buffer } from 'node:buffer';
import { Agent } from 'node:https';
import type { AxiosResponse } from 'axios';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type PatroniConfig, parseReply } from './schema.ts';

export interface Client {
  /** Parsed JSON of one GET. Rejects with a ProblemError. */
  get(endpoint: string, path: string): Promise<unknown>;
  /** One change, sent once. */
  post(endpoint: string, path: string, body: object): Promise<Posted>;
  close(): void;
}

export type Posted =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  /** No connection came about: nothing was sent. */
  | { readonly kind: 'unsent'; readonly problem: Problem }
  /** Perhaps it was heard. */
  | { readonly kind: 'lost'; readonly problem: Problem };

/** A hundred members of a kilobyte. */
const answerMaxBytes = 1024 * 1024;

/** Proxies of the environment are axios's own business; redirects are refused. */
export function createClient(config: PatroniConfig): Client {
  const closing = new AbortController();
  const agent = agentOf(config);

  async function request(question: Question): Promise<Reply> {
    // Loaded at the first question, so that a start does not wait for it.
    const { default: axios } = await import('axios');
    const { endpoint, path, method, body, timeoutMs } = question;
    return axios.request<unknown>({
      url: `${endpoint.replace(/\/$/, '')}${path}`,
      method,
      ...(body && { data: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        // Nobody who only looks holds the credential that may change.
        ...(body && { 'content-type': 'application/json', ...authorizationOf(config) }),
      },
      ...(agent && { httpsAgent: agent }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      timeout: timeoutMs,
      maxRedirects: 0,
      maxContentLength: answerMaxBytes,
      responseType: 'text',
      transformResponse: [],
      validateStatus: null,
    });
  }

  async function get(endpoint: string, path: string): Promise<unknown> {
    const { timeoutMs } = config;
    const reply = await request({ endpoint, path, method: 'GET', timeoutMs }).catch(
      (error: unknown) => {
        throw failure('PATRONI_UNREACHABLE', endpoint, { why: codeOf(error) });
      },
    );
    if (reply.status !== 200) {
      const why = `it answered ${path} with ${reply.status}`;
      throw failure('PATRONI_UNREACHABLE', endpoint, { why });
    }
    try {
      return JSON.parse(String(reply.data));
    } catch {
      throw failure('PATRONI_UNREADABLE', endpoint, { path });
    }
  }

  async function post(endpoint: string, path: string, body: object): Promise<Posted> {
    const { actionTimeoutMs: timeoutMs } = config;
    try {
      const { status, data } = await request({ endpoint, path, method: 'POST', body, timeoutMs });
      return { kind: 'answered', status, text: parseReply(String(data)) };
    } catch (error) {
      const why = codeOf(error);
      const isUnsent = unconnected.has(why) || untrusted.test(why);
      return isUnsent
        ? { kind: 'unsent', problem: failure('PATRONI_UNREACHABLE', endpoint, { why }).problem }
        : { kind: 'lost', problem: failure('PATRONI_NO_ANSWER', endpoint, { why, path }).problem };
    }
  }

  return {
    get,
    post,
    close() {
      closing.abort();
      agent?.destroy();
    },
  };
}

interface Question {
  readonly endpoint: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body?: object;
  readonly timeoutMs: number;
}

type Reply = Pick<AxiosResponse<unknown>, 'status' | 'data'>;

const unconnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Every code of a certificate that is not trusted holds one of these. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted = /CERT|UNABLE_TO_VERIFY/;

function agentOf({ ca, certificate, key }: PatroniConfig): Agent | undefined {
  if (ca === undefined && certificate === undefined) return undefined;
  return new Agent({
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  });
}

function authorizationOf({ basic }: PatroniConfig): Readonly<Record<string, string>> {
  if (!basic) return {};
  const words = `${basic.username}:${basic.password.reveal()}`;
  return { authorization: `Basic ${Buffer.from(words).toString('base64')}` };
}

function failure(code: string, endpoint: string, facts: Facts): ProblemError {
  return new ProblemError(problem(code, { endpoint: new URL(endpoint).host, ...facts }));
}

/** The name of the failure; its message may quote a header. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no reason given';
}
