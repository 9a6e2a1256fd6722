import type { Clock } from '../../clock.ts';

/**
 * When a new session may be begun. A thousand within a day have the token reset
 * (https://discord.com/developers/docs/events/gateway#session-start-limit): a gateway that takes and drops us
 * in a circle must not bring it that far.
 */
export interface Identify {
  /** Resolves when it may; rejects when the signal says that nobody waits any more. */
  wait(signal: AbortSignal): Promise<void>;
}

const burst = 20;
/** 480 a day beside the burst. */
const refillMs = 3 * 60_000;
/** One within five seconds: https://discord.com/developers/docs/events/gateway#rate-limiting */
const betweenMs = 5_000;

export function createIdentify(clock: Clock): Identify {
  let tokens = burst;
  let filledAt = clock.now();
  let lastAt = Number.NEGATIVE_INFINITY;

  function waitMs(): number {
    const now = clock.now();
    const refilled = Math.floor((now - filledAt) / refillMs);
    tokens = Math.min(burst, tokens + refilled);
    filledAt += refilled * refillMs;
    const forToken = tokens > 0 ? 0 : filledAt + refillMs - now;
    return Math.max(forToken, lastAt + betweenMs - now, 0);
  }

  async function wait(signal: AbortSignal): Promise<void> {
    for (let ms = waitMs(); ms > 0; ms = waitMs()) await pause(clock, ms, signal);
    tokens -= 1;
    lastAt = clock.now();
  }

  return { wait };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      cancel();
      reject(new DOMException('nobody waits', 'AbortError'));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', give);
      resolve();
    });
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
