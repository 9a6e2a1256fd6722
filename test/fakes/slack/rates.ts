import type { Clock } from '../../../src/bot/clock.ts';

/**
 * Calls a minute, for each method, app and workspace; `posting` is one a second and channel.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'unlimited';

export interface RateLimits {
  /** Calls in any 60 seconds, by tier. */
  readonly perMinute: Readonly<Record<1 | 2 | 3 | 4, number>>;
  /** Messages a second into one channel, and how many may come at once after a pause. */
  readonly posting: { readonly perSecond: number; readonly burst: number };
  /** All messages of the app in one workspace, whatever the channel: "several hundred". */
  readonly postingPerMinute: number;
}

export const publishedRates: RateLimits = {
  perMinute: { 1: 1, 2: 20, 3: 50, 4: 100 },
  posting: { perSecond: 1, burst: 3 },
  postingPerMinute: 300,
};

export interface Rates {
  /** Undefined when the call may pass, and it is counted; else the whole seconds to wait, and it is not. */
  take(request: RateRequest): number | undefined;
  /** Calls that were answered 429, by method. */
  readonly refused: ReadonlyMap<string, number>;
}

export interface RateRequest {
  readonly method: string;
  readonly tier: Tier;
  /** Workspace and app. */
  readonly owner: string;
  /** Where a message goes, for `posting`. */
  readonly channel: string;
}

/** A budget that can be looked at before it is used, so that a call refused by one costs nothing of another. */
interface Budget {
  waitMs(now: number): number;
  use(now: number): void;
}

export function ratesOf(clock: Clock, limits: RateLimits | undefined): Rates {
  const budgets = new Map<string, Budget>();
  const refused = new Map<string, number>();

  function budget(key: string, create: () => Budget): Budget {
    const found = budgets.get(key) ?? create();
    budgets.set(key, found);
    return found;
  }

  function budgetsFor({ method, tier, owner, channel }: RateRequest, of: RateLimits): Budget[] {
    if (tier === 'unlimited') return [];
    if (tier === 'posting') {
      return [
        budget(`${owner} post ${channel}`, () => bucket(of.posting)),
        budget(`${owner} post`, () => slidingMinute(of.postingPerMinute)),
      ];
    }
    return [budget(`${owner} ${method}`, () => slidingMinute(of.perMinute[tier]))];
  }

  return {
    refused,
    take(request) {
      if (!limits) return undefined;
      const now = clock.now();
      const all = budgetsFor(request, limits);
      const waitMs = Math.max(0, ...all.map((one) => one.waitMs(now)));
      if (waitMs > 0) {
        refused.set(request.method, (refused.get(request.method) ?? 0) + 1);
        return Math.max(1, Math.ceil(waitMs / 1000));
      }
      for (const one of all) one.use(now);
      return undefined;
    },
  };
}

/** No 60 seconds ever hold more than `count`. */
function slidingMinute(count: number): Budget {
  const times: number[] = [];
  const forget = (now: number) => {
    while (times[0] !== undefined && times[0] <= now - 60_000) times.shift();
  };
  return {
    waitMs(now) {
      forget(now);
      const oldest = times[times.length - count];
      return oldest === undefined ? 0 : oldest + 60_000 - now;
    },
    use(now) {
      times.push(now);
    },
  };
}

function bucket({ perSecond, burst }: { perSecond: number; burst: number }): Budget {
  let tokens = burst;
  let at: number | undefined;
  const refill = (now: number) => {
    tokens = Math.min(burst, tokens + ((now - (at ?? now)) / 1000) * perSecond);
    at = now;
  };
  return {
    waitMs(now) {
      refill(now);
      return tokens >= 1 ? 0 : ((1 - tokens) / perSecond) * 1000;
    },
    use(now) {
      refill(now);
      tokens -= 1;
    },
  };
}
