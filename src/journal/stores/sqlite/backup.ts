import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { ProblemError, problem } from '../../../core/problem.ts';
import { openForReading, syncFolderOf } from './database.ts';
import { asProblem } from './reading.ts';

/** All pages in one step: one moment of the journal, however much is appended meanwhile. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies the journal as of one moment, beside a running one or without, and its blobs. Secrets stay where they are.
 * The copy gets its name only once it is whole and on disk.
 */
export async function backupJournal(path: string, to: string): Promise<void> {
  if (existsSync(to)) throw new ProblemError(problem('BACKUP_EXISTS', { path: to }));
  const fresh = `${to}.new`;
  try {
    await rm(fresh, { force: true });
    const db = openForReading(path);
    try {
      await backup(db, fresh, { rate: ALL_PAGES });
    } finally {
      db.close();
    }
    makeSingleFile(fresh);
    if (existsSync(`${path}.blobs`))
      await cp(`${path}.blobs`, `${to}.blobs`, { recursive: true, preserveTimestamps: true });
    await rename(fresh, to);
    syncFolderOf(to);
  } catch (error) {
    await rm(fresh, { force: true });
    throw asProblem(error, to);
  }
}

/** Without a log beside it the copy can be moved and read as one file; a start turns the log on again. */
function makeSingleFile(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA journal_mode = DELETE');
  } finally {
    db.close();
  }
}
