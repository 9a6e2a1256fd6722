/** Stops asking what does not answer: five failures in a row, a minute of rest, then one try. */
export interface Breaker {
  /** Milliseconds until the next question; 0 lets this one go, and after a rest no other beside it. */
  restMs(): number;
  readonly failures: () => number;
  succeeded(): void;
  failed(): void;
  /** As it answered last; `down` while it is left alone. */
  health(): 'ok' | 'degraded' | 'down';
}

export const FAILURES_MAX = 5;
export const REST_MS = 60_000;
/** While the one try is under way. */
const TRYING_MS = 1_000;

export function createBreaker(now: () => number): Breaker {
  let failures = 0;
  let until: number | undefined;
  let isTrying = false;
  return {
    restMs() {
      if (until === undefined) return 0;
      const left = until - now();
      if (left > 0) return left;
      if (isTrying) return TRYING_MS;
      isTrying = true;
      return 0;
    },
    failures: () => failures,
    succeeded() {
      failures = 0;
      until = undefined;
      isTrying = false;
    },
    failed() {
      failures += 1;
      isTrying = false;
      if (failures >= FAILURES_MAX) until = now() + REST_MS;
    },
    health: () => (failures === 0 ? 'ok' : failures < FAILURES_MAX ? 'degraded' : 'down'),
  };
}
