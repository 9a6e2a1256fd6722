import { exitCode } from '../cli.ts';
import { ProblemError } from '../core/problem.ts';
import { problemBlock } from '../core/view/words.ts';
import { bookOf } from './book.ts';

/** The five parts of a problem, on standard error. Anything else is our own fault and keeps its stack. */
export function sayProblem(error: unknown): number {
  if (!(error instanceof ProblemError)) throw error;
  const words = { names: new Map<string, string>(), book: bookOf() };
  const { what, changed, why, next, code } = problemBlock(error.problem, words);
  process.stderr.write(`${[what, changed, `Why: ${why}`, `Next: ${next}`, code].join('\n')}\n`);
  if (code === 'JOURNAL_OWNED') return exitCode.owned;
  return exitCode.failed;
}

export function sayLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
