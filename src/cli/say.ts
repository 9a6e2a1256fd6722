import { exitCode } from '../cli.ts';
import { type Problem, type ProblemBook, ProblemError } from '../core/problem.ts';
import { fill, problemBlock } from '../core/view/words.ts';
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

/** What happened, why and what to do next, on one line, with its code. */
export function problemLine({ code, facts }: Problem, book: ProblemBook): string {
  const words = book[code];
  if (!words) return code;
  return `${[words.what, words.why, words.next].map((part) => fill(part, facts)).join(' ')} ${code}`;
}

export function sayLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
