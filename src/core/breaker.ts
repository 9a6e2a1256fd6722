import { ProblemError, problem } from './problem.ts';

/**
 * Stops asking what does not answer: five failures in a row, a minute of rest, then one try that decides. Held by every
 * client of an outside system, one for each address and credential.
 */
export interface Breaker {
  /** Milliseconds until the next try; 0 lets this question go, and after a rest no other beside it. */
  take(): number;
  failures(): number;
  state(): 'closed' | 'open' | 'half-open';
  /** As it answered last; `down` while it is left alone. */
  health(): 'ok' | 'degraded' | 'down';
  succeeded(): void;
  failed(): void;
}

export const FAILURES_MAX = 5;
export const REST_MS = 60_000;
/** While the one try is under way, the others come back this much later. */
const TRY_MS = 1000;

/** `opened` is told when the rest begins, once however many tries fail after it. */
export function createBreaker(now: () => number, opened: () => void = () => undefined): Breaker {
  let failures = 0;
  let until = 0;
  let isTrying = false;
  const isOpen = () => failures >= FAILURES_MAX;
  return {
    take() {
      if (!isOpen()) return 0;
      const restMs = until - now();
      if (restMs > 0) return restMs;
      if (isTrying) return TRY_MS;
      isTrying = true;
      return 0;
    },
    failures: () => failures,
    state: () => (!isOpen() ? 'closed' : until > now() ? 'open' : 'half-open'),
    health: () => (failures === 0 ? 'ok' : isOpen() ? 'down' : 'degraded'),
    succeeded() {
      failures = 0;
      isTrying = false;
    },
    failed() {
      const wasOpen = isOpen();
      failures += 1;
      isTrying = false;
      if (!isOpen()) return;
      until = now() + REST_MS;
      if (!wasOpen) opened();
    },
  };
}

export interface Question<T> {
  ask(): Promise<T>;
  /** What is thrown while nothing is asked. */
  resting(restMs: number): Error;
  /** Whether the system did not answer; one that answers with a refusal is well. */
  isAway(error: unknown): boolean;
}

/** One question through a breaker. */
export async function askThrough<T>(breaker: Breaker, question: Question<T>): Promise<T> {
  const restMs = breaker.take();
  if (restMs > 0) throw question.resting(restMs);
  try {
    const answer = await question.ask();
    breaker.succeeded();
    return answer;
  } catch (error) {
    if (question.isAway(error)) breaker.failed();
    else breaker.succeeded();
    throw error;
  }
}

/**
 * Questions about one target, through a breaker of its own: what only looks. Steps never ask through it, because a target
 * that is away is what they are there for. `rests` is the code said meanwhile, with `target`, `failures` and `seconds`.
 */
export function createQuestions(about: {
  readonly target: string;
  readonly rests: string;
  readonly now: () => number;
  readonly isAway: (error: unknown) => boolean;
}) {
  const breaker = createBreaker(about.now);
  return {
    health: breaker.health,
    ask<T>(ask: () => Promise<T>): Promise<T> {
      return askThrough(breaker, {
        ask,
        resting(restMs) {
          const { target, rests } = about;
          const seconds = Math.ceil(restMs / 1000);
          return new ProblemError(
            problem(rests, { target, failures: breaker.failures(), seconds }),
          );
        },
        isAway: about.isAway,
      });
    },
  };
}
