import { type Facts, ProblemError, problem } from '../../core/problem.ts';

export function trouble(code: string, facts: Facts, cause?: unknown): ProblemError {
  return new ProblemError(problem(code, facts), { cause });
}

/** What the artefact itself is to blame for. */
export function broken(why: string, program = 'the archive'): ProblemError {
  return trouble('BACKUP_PROGRAM_FAILED', { program, why });
}

/** `ENOENT`; undefined for what is no fault of the system. */
export function faultOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
