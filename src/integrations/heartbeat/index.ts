import { ProblemError, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';

export { problems } from './problems.ts';

export interface HeartbeatApi {
  /** Who knows it can say that we live: it is a secret. */
  readonly url: Secret;
  readonly timeoutMs: number;
}

export interface Integration {
  /** Says that we live. Rejects with a ProblemError; the next one is due before long, so that none is sent twice. */
  ping(): Promise<void>;
  close(): void;
}

/** A checker's answer is a word. */
const ANSWER_MAX_BYTES = 64 * 1024;

/**
 * The outside checker that misses us when we are gone: any service that takes a GET to an address of ours, as
 * healthchecks.io, Cronitor and Dead Man's Snitch do. Nothing is loaded or connected before the first ping.
 */
export function connect(api: HeartbeatApi): Integration {
  const closing = new AbortController();
  return {
    async ping() {
      const deadline = AbortSignal.timeout(api.timeoutMs);
      const { default: axios } = await import('axios');
      const reply = await axios
        .request<unknown>({
          url: api.url.reveal(),
          method: 'GET',
          signal: AbortSignal.any([deadline, closing.signal]),
          timeout: api.timeoutMs,
          maxRedirects: 0,
          maxContentLength: ANSWER_MAX_BYTES,
          responseType: 'text',
          transformResponse: [],
          validateStatus: null,
        })
        .catch((error: unknown) => {
          // Never the error itself: its text and its request hold the address.
          const why = deadline.aborted ? `no answer within ${api.timeoutMs} ms` : codeOf(error);
          throw new ProblemError(problem('HEARTBEAT_UNREACHABLE', { why }));
        });
      if (reply.status < 200 || reply.status > 299) {
        throw new ProblemError(problem('HEARTBEAT_REFUSED', { status: reply.status }));
      }
    },
    close: () => closing.abort(),
  };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'the connection failed';
}
