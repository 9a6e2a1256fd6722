/**
 * A refusal or failure as facts: a stable code and what is needed to say it. The words stand in a `ProblemBook`;
 * core's own are in `view/problem-text.ts`, each integration brings those of its own codes.
 */
export interface Problem {
  readonly code: string;
  readonly facts: Facts;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** Five parts, in this order, with `{fact}` placeholders: what happened · did anything change · why · what next. */
export interface ProblemWords {
  readonly what: string;
  readonly changed: string;
  readonly why: string;
  readonly next: string;
}

export type ProblemBook = Readonly<Record<string, ProblemWords>>;

export function problem(code: string, facts: Facts = {}): Problem {
  return { code, facts };
}

/** Thrown only where a caller cannot go on (a port that failed); decisions return problems as events. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(what: Problem, options?: ErrorOptions) {
    super(`${what.code} ${JSON.stringify(what.facts)}`, options);
    this.name = 'ProblemError';
    this.problem = what;
  }
}

/** The problem inside an error, or the given one for an error that carries none. */
export function problemOf(error: unknown, otherwise: Problem): Problem {
  return error instanceof ProblemError ? error.problem : otherwise;
}
