import type { Clock } from './connection.ts';

/** Stops asking a cluster that does not answer: five failures in a row, a minute of rest, then one try. */
export interface Breaker {
  /** Milliseconds until the next try; 0 when a request may go. */
  blockedMs(): number;
  succeeded(): void;
  failed(): void;
  readonly failures: () => number;
  /** As it answered last; `down` while it is left alone. */
  health(): 'ok' | 'degraded' | 'down';
}

const failuresMax = 5;
const restMs = 60_000;

export function createBreaker(clock: Clock, opened: () => void): Breaker {
  let failures = 0;
  let openedAt: number | undefined;
  let trying = false;
  return {
    blockedMs() {
      if (openedAt === undefined) return 0;
      const left = openedAt + restMs - clock.now();
      if (left > 0) return left;
      if (trying) return 1_000;
      trying = true;
      return 0;
    },
    succeeded() {
      failures = 0;
      openedAt = undefined;
      trying = false;
    },
    failed() {
      failures += 1;
      trying = false;
      if (failures < failuresMax) return;
      if (openedAt === undefined) opened();
      openedAt = clock.now();
    },
    failures: () => failures,
    health: () => (failures === 0 ? 'ok' : failures < failuresMax ? 'degraded' : 'down'),
  };
}
