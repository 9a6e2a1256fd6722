import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ProblemError, problem } from '../../../core/problem.ts';
import { makeFolder } from './database.ts';
import { isBusy } from './errors.ts';

export interface Lock {
  release(): void;
}

/**
 * One process owns a journal. The lock is an exclusive transaction on a file of its own: the kernel drops it with the
 * process however that ends, and readers of the journal itself are not held up by it.
 * Nothing else may open `<path>.lock`: closing any descriptor of it would drop the lock
 * (https://www.sqlite.org/howtocorrupt.html, section 2.2). Who holds it stands in `<path>.owner`.
 */
export function takeLock(path: string): Lock {
  makeFolder(dirname(path));
  const db = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (isBusy(error)) throw new ProblemError(problem('JOURNAL_OWNED', { path, ...ownerOf(path) }));
    throw error;
  }
  const owner = { pid: process.pid, since: new Date().toISOString(), host: hostname() };
  writeFileSync(`${path}.owner`, `${JSON.stringify(owner)}\n`);
  return {
    release: () => {
      rmSync(`${path}.owner`, { force: true });
      db.close();
    },
  };
}

function ownerOf(path: string): { pid: number; since: string; host: string } {
  const unknown = { pid: 0, since: 'unknown', host: 'unknown' };
  try {
    const value: unknown = JSON.parse(readFileSync(`${path}.owner`, 'utf8'));
    if (typeof value !== 'object' || value === null) return unknown;
    const { pid, since, host }: { pid?: unknown; since?: unknown; host?: unknown } = value;
    return {
      pid: typeof pid === 'number' ? pid : unknown.pid,
      since: typeof since === 'string' ? since : unknown.since,
      host: typeof host === 'string' ? host : unknown.host,
    };
  } catch {
    return unknown;
  }
}
