import { type Budget, type Call, type Share, withinShare } from '../../../core/ports/surface.ts';
import { limits } from './limits.ts';

/**
 * The account of what Discord allows, learned from the headers of its answers and from nothing else:
 * https://discord.com/developers/docs/topics/rate-limits
 */
export interface Account {
  /** Milliseconds until a call of this route would not be refused, and is within its share; 0 for now. */
  wait(route: string, share?: Share): number;
  began(route: string): void;
  ended(route: string): void;
  learn(route: string, answer: Answered): void;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a 429: seconds, as its body says. */
  readonly retryAfterS?: number;
}

interface Bucket {
  /** So many in each window. */
  limit: number;
  remaining: number;
  resetAt: number;
}

/** Some of the fifty a second are kept for whoever presses. */
const perSecond = limits.globalPerSecond - 10;
/** Before anything is known of a route its calls go one by one. */
const unknownMs = 200;
const bucketsMax = 5_000;

export function createAccount(now: () => number): Account {
  /** By route; several routes may share one, each channel its own. */
  const names = new Map<string, string>();
  const buckets = new Map<string, Bucket>();
  const underWay = new Map<string, number>();
  let recent: number[] = [];
  let closedUntil = 0;

  function bucketOf(route: string): Bucket | undefined {
    return buckets.get(names.get(route) ?? route);
  }

  function globalWait(): number {
    const at = now();
    recent = recent.filter((each) => each > at - 1_000);
    const oldest = recent.length >= perSecond ? (recent[0] ?? at) : undefined;
    return Math.max(closedUntil - at, oldest === undefined ? 0 : oldest + 1_000 - at, 0);
  }

  return {
    wait(route, share) {
      const whole = isExempt(route) ? 0 : globalWait();
      const busy = underWay.get(route) ?? 0;
      const bucket = bucketOf(route);
      if (!bucket) return Math.max(whole, busy > 0 ? unknownMs : 0);
      const left = bucket.resetAt - now();
      if (left <= 0) return Math.max(whole, 0);
      const kept = bucket.limit - withinShare(bucket.limit, share);
      return Math.max(whole, bucket.remaining - busy > kept ? 0 : left);
    },
    began(route) {
      if (!isExempt(route)) recent.push(now());
      underWay.set(route, (underWay.get(route) ?? 0) + 1);
    },
    ended(route) {
      const left = (underWay.get(route) ?? 1) - 1;
      if (left > 0) underWay.set(route, left);
      else underWay.delete(route);
    },
    learn(route, { status, headers, retryAfterS }) {
      const at = now();
      const name = headers['x-ratelimit-bucket'];
      // The same bucket counts apart for each channel, guild and webhook.
      const key = name === undefined ? route : `${name} ${majorOf(route)}`;
      if (name !== undefined) keep(names, route, key);
      const resetMs = Number(headers['x-ratelimit-reset-after'] ?? Number.NaN) * 1_000;
      const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN);
      const limit = Number(headers['x-ratelimit-limit'] ?? 1);
      if (Number.isFinite(resetMs) && Number.isFinite(remaining)) {
        keep(buckets, key, { limit, remaining, resetAt: at + resetMs });
      }
      if (status !== 429) return;
      // A shared limit resets later than its bucket: the body is right.
      const waitMs = 1_000 * (retryAfterS ?? Number(headers['retry-after'] ?? 1));
      if (headers['x-ratelimit-global'] === 'true')
        closedUntil = Math.max(closedUntil, at + waitMs);
      else keep(buckets, key, { limit: 1, remaining: 0, resetAt: at + waitMs });
    },
  };
}

/** What the threads loop asks before it chooses. A reply's own thread is known only to the call itself. */
export function budgetOf(
  account: Account,
  channelOf: (place: string) => string | undefined,
): Budget {
  return {
    wait(call: Call, place: string, share?: Share) {
      const channel = channelOf(place);
      if (channel === undefined || call === 'reply') return account.wait('');
      const path = `/channels/${channel}/messages`;
      return account.wait(
        call === 'root' ? routeOf('POST', path) : routeOf('PATCH', `${path}/1000000000000000`),
        share,
      );
    },
  };
}

/** The route that Discord counts by: ids are left out but for those of channel, guild and webhook. */
export function routeOf(method: string, path: string): string {
  const parts = path.replace(/\?.*$/, '').split('/').slice(1);
  const keeps = { channels: 1, guilds: 1, webhooks: 2 }[parts[0] ?? ''] ?? 0;
  const shown = parts.map((part, index) => {
    if (index > 0 && index <= keeps) return part;
    if (parts[0] === 'interactions' && index === 2) return ':token';
    return /^\d{5,}$/.test(part) ? ':id' : part;
  });
  return `${method} /${shown.join('/')}`;
}

/** How a metric names it: no id at all. */
export function methodOf(method: string, path: string): string {
  return `${method} ${path
    .replace(/\?.*$/, '')
    .replace(/^\/webhooks\/\d+\/[^/]+/, '/webhooks/:id/:token')
    .replace(/^\/interactions\/\d+\/[^/]+/, '/interactions/:id/:token')
    .replace(/\d{5,}/g, ':id')}`;
}

/** Answers to interactions go by their own token and are not bound to the global limit. */
function isExempt(route: string): boolean {
  return /^\w+ \/(?:interactions|webhooks)\//.test(route);
}

function majorOf(route: string): string {
  return (
    /^\w+ \/(?:channels|guilds)\/(\w+)|^\w+ \/webhooks\/(\w+\/[^/]+)/
      .exec(route)
      ?.slice(1)
      .join('') ?? ''
  );
}

/** The newest stay. */
function keep<T>(all: Map<string, T>, key: string, value: T): void {
  all.delete(key);
  all.set(key, value);
  const oldest = all.size > bucketsMax ? all.keys().next().value : undefined;
  if (oldest !== undefined) all.delete(oldest);
}
