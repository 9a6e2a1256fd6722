/** Stops asking what does not answer: five failures in a row, a minute of rest, then one try. */
export interface Breaker {
  /** Milliseconds until the next try; 0 when a question may go. */
  restMs(): number;
  readonly failures: () => number;
  succeeded(): void;
  failed(): void;
}

export const FAILURES_MAX = 5;
export const REST_MS = 60_000;

export function createBreaker(now: () => number): Breaker {
  let failures = 0;
  let until = 0;
  return {
    restMs: () => Math.max(0, until - now()),
    failures: () => failures,
    succeeded() {
      failures = 0;
      until = 0;
    },
    failed() {
      failures += 1;
      if (failures >= FAILURES_MAX) until = now() + REST_MS;
    },
  };
}
