import type { DatabaseSync } from 'node:sqlite';
import { ProblemError } from '../../../core/problem.ts';
import { openForReading } from './database.ts';
import { problemFrom } from './errors.ts';

/** One consistent view for everything `read` does. */
export function reading<T>(path: string, read: (db: DatabaseSync) => T): T {
  try {
    const db = openForReading(path);
    try {
      db.exec('BEGIN');
      return read(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw asProblem(error, path);
  }
}

export function asProblem(error: unknown, path: string): ProblemError {
  return error instanceof ProblemError
    ? error
    : new ProblemError(problemFrom(error, path), { cause: error });
}
