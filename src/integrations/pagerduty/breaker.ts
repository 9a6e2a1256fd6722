/** Stops asking what does not answer: five failures in a row, a minute of rest, then one try that decides. */
export interface Breaker {
  /** Milliseconds until the next try; 0 when a question may go, and the one that is told so while it is tried goes alone. */
  take(): number;
  readonly failures: () => number;
  readonly state: () => 'closed' | 'open' | 'half-open';
  succeeded(): void;
  failed(): void;
}

export const FAILURES_MAX = 5;
export const REST_MS = 60_000;
/** While the one try is under way, the others come back this much later. */
const TRY_MS = 1000;

export function createBreaker(now: () => number): Breaker {
  let failures = 0;
  let until = 0;
  let trying = false;
  const isOpen = () => failures >= FAILURES_MAX;
  return {
    take() {
      if (!isOpen()) return 0;
      const restMs = until - now();
      if (restMs > 0) return restMs;
      if (trying) return TRY_MS;
      trying = true;
      return 0;
    },
    failures: () => failures,
    state: () => (!isOpen() ? 'closed' : until > now() ? 'open' : 'half-open'),
    succeeded() {
      failures = 0;
      trying = false;
    },
    failed() {
      failures += 1;
      trying = false;
      if (isOpen()) until = now() + REST_MS;
    },
  };
}
