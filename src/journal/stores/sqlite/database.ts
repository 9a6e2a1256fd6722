import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ProblemError, problem } from '../../../core/problem.ts';
import { syncFolderNow } from '../../files.ts';
import { numberIn } from './values.ts';

/** "TOCS": says whose file it is, so that another program's database is never written to. */
export const APPLICATION_ID = 0x544f4353;
/** What this program reads: 2 is a journal of which payloads were archived, which an older program would misread. */
export const SCHEMA_VERSION = 2;
const FIRST_VERSION = 1;

/**
 * `events` grows at its end only. Streams have small numbers, so that the index over (stream, version) grows near its
 * end too; a cause is found by 48 bits of its hash, and the event's own header settles a collision.
 */
const SCHEMA = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  version INTEGER NOT NULL,
  header BLOB NOT NULL,
  body BLOB
) STRICT;
CREATE UNIQUE INDEX events_by_stream ON events (stream, version);
CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE causes (hash INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE fences (partition TEXT PRIMARY KEY, token INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Opens for writing, creating what is missing. The caller holds the lock. */
export function openForWriting(path: string): DatabaseSync {
  makeFolder(dirname(path));
  const db = new DatabaseSync(path);
  try {
    const version = requireOurs(db, path);
    // Only a file without a page yet takes it: pages that an archive frees can then be given back while the bot runs.
    if (version === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    // Freed cells are overwritten from the first write on: that is what makes an erasure one.
    db.exec('PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    db.exec(
      'PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;',
    );
    if (version === 0) create(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens beside a running journal or after it; never writes. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    if (requireOurs(db, path) === 0) throw new ProblemError(problem('JOURNAL_NOT_OURS', { path }));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Step by step: `recursive: true` never returns where a folder cannot be made, such as below /proc. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** A rename or a new file is only on disk once its folder is. */
export function syncFolderOf(path: string): void {
  syncFolderNow(dirname(path));
}

function create(db: DatabaseSync, path: string): void {
  db.exec('BEGIN IMMEDIATE');
  db.exec(SCHEMA);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FIRST_VERSION};`);
  db.exec('COMMIT');
  syncFolderOf(path);
}

/** The schema version, 0 for an empty file. */
function requireOurs(db: DatabaseSync, path: string): number {
  const version = pragma(db, 'user_version');
  const application = pragma(db, 'application_id');
  const tables = numberIn(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() ?? {}, 'n');
  if (version === 0 && application === 0 && tables === 0) return 0;
  if (application !== APPLICATION_ID) throw new ProblemError(problem('JOURNAL_NOT_OURS', { path }));
  if (version > SCHEMA_VERSION) {
    throw new ProblemError(
      problem('JOURNAL_TOO_NEW', { path, found: version, known: SCHEMA_VERSION }),
    );
  }
  return version;
}

function pragma(db: DatabaseSync, name: string): number {
  return numberIn(db.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}
