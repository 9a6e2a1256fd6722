import { createHash } from 'node:crypto';
import type { Clock } from '../../../../src/bot/clock.ts';
import type { Method, Rate } from '../method.ts';

/**
 * Limits as Discord keeps them: https://discord.com/developers/docs/topics/rate-limits. 50 requests a second for the
 * bot, and a bucket for each route and its channel, guild or webhook. The answers to interactions know no global limit.
 */
export interface Rates {
  /** Counts the request; says what to put into the headers of its answer, or that it comes too soon. */
  take(method: Method, params: Readonly<Record<string, string>>): Taken;
  /** Counts an answer of 401, 403 or 429, of which 10,000 in ten minutes have the address banned. */
  invalid(): void;
  readonly invalidRequests: () => number;
}

export interface Taken {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds until it may be tried again; undefined when it may go on. */
  readonly retryAfterS: number | undefined;
  readonly global: boolean;
}

export interface RateOptions {
  readonly globalPerSecond: number;
  /** Rates by `VERB /path`, instead of those that the methods name. */
  readonly routes: Readonly<Record<string, Rate>>;
}

interface Window {
  readonly since: number;
  used: number;
}

const major = ['channel_id', 'guild_id', 'webhook_token', 'interaction_token'];
const otherwise: Rate = { limit: 10, perMs: 10_000 };
const invalidWindowMs = 600_000;

export function createRates(clock: Clock, options: RateOptions): Rates {
  const windows = new Map<string, Window>();
  let invalid: number[] = [];

  function use(
    key: string,
    { limit, perMs }: Rate,
  ): { left: number; resetMs: number; over: boolean } {
    const now = clock.now();
    const open = windows.get(key);
    const current = open && now - open.since < perMs ? open : { since: now, used: 0 };
    windows.set(key, current);
    const over = current.used >= limit;
    if (!over) current.used += 1;
    return { left: limit - current.used, resetMs: current.since + perMs - now, over };
  }

  function take(method: Method, params: Readonly<Record<string, string>>): Taken {
    if (method.auth === 'bot') {
      const whole = use('global', { limit: options.globalPerSecond, perMs: 1_000 });
      if (whole.over) return tooSoon({ 'x-ratelimit-global': 'true' }, whole.resetMs, 'global');
    }
    const name = `${method.verb} ${method.path}`;
    const rate = options.routes[name] ?? method.rate ?? otherwise;
    const bucket = createHash('sha256').update(name).digest('hex').slice(0, 32);
    const place = major.map((one) => params[one] ?? '').join(':');
    const { left, resetMs, over } = use(`${bucket} ${place}`, rate);
    const headers = {
      'x-ratelimit-limit': String(rate.limit),
      'x-ratelimit-remaining': String(left),
      'x-ratelimit-reset': seconds(clock.now() + resetMs),
      'x-ratelimit-reset-after': seconds(resetMs),
      'x-ratelimit-bucket': bucket,
    };
    return over
      ? tooSoon(headers, resetMs, 'user')
      : { headers, retryAfterS: undefined, global: false };
  }

  function recent(): number[] {
    const from = clock.now() - invalidWindowMs;
    invalid = invalid.filter((at) => at > from);
    return invalid;
  }

  return {
    take,
    invalid: () => void recent().push(clock.now()),
    invalidRequests: () => recent().length,
  };
}

function tooSoon(
  headers: Readonly<Record<string, string>>,
  ms: number,
  scope: 'user' | 'global',
): Taken {
  return {
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(ms / 1_000)),
      'x-ratelimit-scope': scope,
    },
    retryAfterS: ms / 1_000,
    global: scope === 'global',
  };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
