import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import { type Answered, answeredIn, type S3Config, withContentHash } from './schema.ts';

export type Sdk = typeof import('@aws-sdk/client-s3');
export type Client = InstanceType<Sdk['S3Client']>;

/** One request to the service. */
export type Send<T> = (
  client: Client,
  sdk: Sdk,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<T>;

export interface Asking {
  /** Aborting ends the request, and no other follows. */
  readonly signal?: AbortSignal;
  /** A look is given up soon; what hours were spent on is tried for longer. */
  readonly patience?: 'look' | 'transfer';
}

export interface S3 {
  /**
   * Asks, and asks again where the service is busy, did not answer, or got other bytes than were sent. Rejects with a
   * Fault, or with the reason of the signal.
   */
  ask<T>(what: string, send: Send<T>, asking?: Asking): Promise<T>;
  close(): void;
}

/** What one request came to in the end. */
export class Fault extends ProblemError {
  readonly answered: Answered;

  constructor(answered: Answered, because: Problem, cause: unknown) {
    super(because, { cause });
    this.answered = answered;
  }
}

/** The service said no by one of these: `NoSuchKey`, 404. */
export function isNo(error: unknown, ...signs: readonly (string | number)[]): boolean {
  if (!(error instanceof Fault)) return false;
  const { name, status } = error.answered;
  return signs.includes(name) || (status !== undefined && signs.includes(status));
}

export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

export const triesMax = { look: 3, transfer: 7 } as const;
const pauseFirstMs = 500;
const pauseMostMs = 30_000;

export function createS3(config: S3Config, pause: Pause): S3 {
  let made: Promise<{ readonly sdk: Sdk; readonly client: Client }> | undefined;
  const opened = () => {
    made ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: clientOf(sdk, config) }));
    return made;
  };
  return {
    async ask(what, send, { signal, patience = 'look' } = {}) {
      const { sdk, client } = await opened();
      for (let attempt = 1; ; attempt += 1) {
        signal?.throwIfAborted();
        try {
          return await send(client, sdk, signal ? { abortSignal: signal } : {});
        } catch (error) {
          signal?.throwIfAborted();
          const answered = answeredIn(error);
          if (attempt >= triesMax[patience] || !isPassing(answered)) {
            throw new Fault(answered, problemOf(answered, { store: config.to, what }), error);
          }
          await pause(pauseMs(attempt, answered), signal);
        }
      }
    },
    close() {
      made?.then(({ client }) => client.destroy()).catch(() => undefined);
    },
  };
}

/**
 * The SDK's own tries are off: ours are, and know when a lost answer is not tried again blindly. So are the checksums that
 * it puts behind a body by itself, which some servers take for a part of it: what is sent names its SHA-256 in front.
 * https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/CLIENTS.md
 */
function clientOf({ S3Client }: Sdk, config: S3Config): Client {
  const { region, endpoint, pathStyle, credentials, ca, proxy, timeoutMs } = config;
  const agent = {
    keepAlive: true,
    ...(proxy !== undefined && { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  const client = new S3Client({
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A refusal is answered before the body in any case, and proxies that do not know it hold the body back.
    expectContinueHeader: false,
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, ...(ca !== undefined && { ca }) }),
      connectionTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    },
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
  });
  // The signature covers the hash that is known already: the SDK would hash a part once more, in one go, and hold up
  // everything else for as long.
  client.middlewareStack.add((next) => (args) => next(withContentHash(args)), {
    name: 'content hash',
    step: 'build',
  });
  return client;
}

/** Twice as long each time, a quarter of it by chance, so that those who were sent away together do not return together. */
function pauseMs(attempt: number, { retryAfter }: Answered): number {
  const own = Math.min(pauseMostMs, pauseFirstMs * 2 ** (attempt - 1));
  const asked = Math.min(pauseMostMs, (retryAfter ?? 0) * 1000);
  return Math.max(asked, own * (0.75 + Math.random() / 4));
}

const slow = [
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'RequestLimitExceeded',
];

/** Other bytes arrived than were sent. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const damaged = ['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody', 'InvalidDigest'];

/** The next try may end otherwise. */
function isPassing({ name, status, isNetwork, isClock }: Answered): boolean {
  if (isClock || [...slow, ...damaged, 'RequestTimeout'].includes(name)) return true;
  return status === undefined ? isNetwork : status === 429 || (status >= 500 && status !== 501);
}

function problemOf(answered: Answered, context: { store: string; what: string }): Problem {
  const { name, message, status, region } = answered;
  const where = region === undefined ? '' : `; the bucket is in ${region}`;
  const why = `${name}: ${message}${where}`.replaceAll(/\s+/g, ' ').slice(0, 300);
  if (slow.includes(name) || status === 429) return problem('S3_THROTTLED', { ...context, why });
  if (damaged.includes(name)) return problem('S3_DAMAGED', { ...context, why });
  if (name === 'CredentialsProviderError') return problem('S3_NO_CREDENTIALS', { ...context, why });
  const isRefused = status !== undefined && status < 500;
  return problem(isRefused ? 'S3_REFUSED' : 'S3_NO_ANSWER', { ...context, why });
}
