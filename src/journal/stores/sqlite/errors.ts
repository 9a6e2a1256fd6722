import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import { DamagedRow } from './values.ts';

/** https://www.sqlite.org/rescode.html: the low byte is the primary code, the rest says more. */
const PRIMARY = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** SQLITE_IOERR_SHMSIZE: the index of the log could not grow, which happens before anything is written. */
const NO_ROOM_FOR_INDEX = 10 | (19 << 8);

/** What the system answers about paths and permissions. */
const FILE_CODES = ['EACCES', 'EISDIR', 'ELOOP', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'];

export function isFull(error: unknown): boolean {
  const codes = [primaryCode(error) === PRIMARY.full, extendedCode(error) === NO_ROOM_FOR_INDEX];
  return codes.includes(true) || hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}

/** After a failed fsync nobody knows what is on disk; only a new process may read it and go on. */
export function isUncertain(error: unknown): boolean {
  return primaryCode(error) === PRIMARY.ioError && !isFull(error);
}

export function problemFrom(error: unknown, path: string): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof DamagedRow)
    return problem('JOURNAL_CORRUPT', { path, detail: error.message });
  const detail = error instanceof Error ? error.message : String(error);
  if (isFull(error)) return problem('JOURNAL_FULL', { path });
  switch (primaryCode(error)) {
    case PRIMARY.corrupt:
    case PRIMARY.notADatabase:
      return problem('JOURNAL_CORRUPT', { path, detail });
    case PRIMARY.cannotOpen:
    case PRIMARY.readOnly:
      return problem('JOURNAL_UNREADABLE', { path, detail });
    default:
      if (FILE_CODES.some((code) => hasCode(error, code))) {
        return problem('JOURNAL_UNREADABLE', { path, detail });
      }
      return problem('JOURNAL_UNAVAILABLE', { path, detail });
  }
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === PRIMARY.busy;
}

function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

function extendedCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
