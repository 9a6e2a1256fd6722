import type { z } from 'zod';
import { maskedShort } from '../../../core/masker.ts';
import { type Network, NotConnected, openNetwork } from './network.ts';
import type { SlackOptions } from './options.ts';
import { answerSchema } from './schema.ts';

/** One method of the Web API, called once: no queue, no retry, and an answer in the terms in which one can go on. */
export interface Client {
  call<S extends z.ZodType>(
    method: string,
    args: CallArguments,
    schema: S,
  ): Promise<Called<z.output<S>>>;
  readonly network: Network;
  readonly bolt: Bolt;
  close(): void;
}

/** The SDK, once it is loaded. */
export type Bolt = Awaited<ReturnType<typeof loadBolt>>;

function loadBolt() {
  return import('@slack/bolt');
}

export type CallArguments = Readonly<Record<string, unknown>>;

export type Called<T> =
  | { readonly ok: true; readonly value: T; readonly scopes: readonly string[] }
  | { readonly ok: false; readonly failure: Failure };

export type Failure =
  /** Surely not applied, and it would be refused until then. */
  | { readonly kind: 'limited'; readonly afterMs: number }
  /** Surely not applied: it never left. */
  | { readonly kind: 'unsent'; readonly error: string }
  /** Whether it was applied, nobody said. */
  | { readonly kind: 'unanswered'; readonly error: string }
  /** Slack said no, and why. */
  | { readonly kind: 'refused'; readonly error: string; readonly needed: string };

/** Opens the SDK; nothing of it is in memory before. */
export async function openClient(options: SlackOptions): Promise<Client> {
  const [bolt, network] = await Promise.all([loadBolt(), openNetwork(options)]);
  const web = new bolt.webApi.WebClient(options.botToken, {
    ...clientOptions(options, network),
    logger: quiet(bolt),
  });

  async function call<S extends z.ZodType>(
    method: string,
    args: CallArguments,
    schema: S,
  ): Promise<Called<z.output<S>>> {
    try {
      const answer = await web.apiCall(method, { ...args });
      const read = schema.safeParse(answer);
      if (!read.success) {
        return failed(method, { kind: 'unanswered', error: 'an answer of another shape' });
      }
      options.metrics.called(options.name, method, 'ok');
      return { ok: true, value: read.data, scopes: answer.response_metadata?.scopes ?? [] };
    } catch (error) {
      return failed(method, failureOf(error));
    }
  }

  function failed(
    method: string,
    failure: Failure,
  ): { readonly ok: false; readonly failure: Failure } {
    options.metrics.called(options.name, method, outcomes[failure.kind]);
    if (failure.kind !== 'limited') {
      const { error } = failure;
      options.log('slack call failed', { surface: options.name, method, how: failure.kind, error });
    }
    return { ok: false, failure };
  }

  function failureOf(error: unknown): Failure {
    const { webApi } = bolt;
    if (error instanceof webApi.WebAPIRateLimitedError) {
      return { kind: 'limited', afterMs: Math.max(1, error.retryAfter) * 1000 };
    }
    if (error instanceof webApi.WebAPIPlatformError) return refusalOf(error.data);
    if (error instanceof webApi.WebAPIHTTPError) {
      const said = `HTTP ${error.statusCode}`;
      // What stands between us and Slack says no before anything of Slack's has seen it.
      return { kind: error.statusCode >= 500 ? 'unanswered' : 'unsent', error: said };
    }
    return isUnsent(error)
      ? { kind: 'unsent', error: reasonOf(error) }
      : { kind: 'unanswered', error: reasonOf(error) };
  }

  return { call, network, bolt, close: () => network.close() };
}

/**
 * The same for every client of the SDK: it neither waits nor repeats. Its own queue stops for all methods at one 429,
 * and it repeats a post of unknown outcome for half an hour.
 */
export function clientOptions({ api }: SlackOptions, network: Network) {
  return {
    ...(api === undefined ? {} : { slackApiUrl: api }),
    fetch: network.fetch,
    // The network gives up by our own clock.
    timeout: 0,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  };
}

/** The SDK's own log names bodies and headers: what it has to say reaches us as errors and events. */
export function quiet({ LogLevel }: Bolt) {
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}

const outcomes = {
  limited: 'limited',
  unsent: 'unknown',
  unanswered: 'unknown',
  refused: 'refused',
} as const;

/** Codes by which Slack says that it does not know itself: https://docs.slack.dev/reference/methods/chat.postMessage */
const ownTrouble: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  // A page instead of an answer.
  'not_json',
  'request_timeout',
  'service_unavailable',
]);

function refusalOf(data: unknown): Failure {
  const { error, needed } = answerSchema.parse(data);
  if (ownTrouble.has(error)) return { kind: 'unanswered', error };
  if (error === 'ratelimited' || error === 'rate_limited')
    return { kind: 'limited', afterMs: 5_000 };
  // A code; whoever answers in Slack's place may repeat what it was sent.
  return { kind: 'refused', error: maskedShort(error, 120), needed };
}

function isUnsent(error: unknown): boolean {
  return causes(error).some((one) => one instanceof NotConnected);
}

function reasonOf(error: unknown): string {
  const last = causes(error).at(-1);
  return last instanceof Error ? last.message : String(last);
}

/** An error and what it came from, outermost first; Slack's own keep theirs as `original`. */
function causes(error: unknown): readonly unknown[] {
  const all: unknown[] = [];
  for (let one = error; one !== undefined && all.length < 8; ) {
    all.push(one);
    if (!(one instanceof Error)) break;
    one = 'original' in one ? one.original : one.cause;
  }
  return all;
}
