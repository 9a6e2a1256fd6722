import type { Progress } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem, problemOf } from '../../core/problem.ts';

/** Work of minutes or hours that a step has begun, under way in this process. */
export interface Job<T> {
  progress(): Progress;
  /** Undefined while it goes on. */
  outcome(): JobOutcome<T> | undefined;
  /** Ends it and whatever was started for it; resolves when nothing of it is left. */
  stop(because: Problem): Promise<void>;
}

export type JobOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** What a job is given: when to give up, and where to say how far it is. */
export interface Going {
  readonly signal: AbortSignal;
  readonly say: (progress: Progress) => void;
}

export interface JobLimits {
  readonly timeoutMs: number;
  /** What became of it when something failed that nobody foresaw. */
  readonly otherwise: Problem;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export function startJob<T>(task: (going: Going) => Promise<T>, limits: JobLimits): Job<T> {
  const stopping = new AbortController();
  let because: Problem | undefined;
  let outcome: JobOutcome<T> | undefined;
  let progress: Progress = { done: 0, of: 0, what: 'it begins' };
  const limit = setTimeout(() => {
    const minutes = Math.round(limits.timeoutMs / 60_000);
    void stop(problem('BACKUP_TOOK_TOO_LONG', { minutes }));
  }, limits.timeoutMs);
  const done = task({
    signal: stopping.signal,
    say: (now) => {
      progress = now;
    },
  })
    .then((value) => {
      outcome = { ok: true, value };
    })
    .catch((error: unknown) => {
      if (!because && !(error instanceof ProblemError)) {
        limits.log('work on a backup failed', { error });
      }
      outcome = { ok: false, problem: because ?? problemOf(error, limits.otherwise) };
    })
    .finally(() => clearTimeout(limit));

  async function stop(why: Problem): Promise<void> {
    if (outcome) return;
    because ??= why;
    stopping.abort();
    await done;
  }
  return { progress: () => progress, outcome: () => outcome, stop };
}
