import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ARCHIVES, type JournalArchived } from '../../../core/archive.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import {
  ArchiveDigest,
  type ArchiveFacts,
  archiveHead,
  archiveName,
  checkpointOf,
  dropLeftover,
  lineOf,
  makeArchiveFolder,
  readArchive,
  writeArchive,
} from '../../archive-file.ts';
import { parseHeader, SALT_BYTES } from '../../chain.ts';
import { type PastThread, pastThreads } from './past.ts';
import type { ArchivePortion } from './protocol.ts';
import { reading } from './reading.ts';
import { newestCheckpoint } from './source.ts';
import { bytesIn, numberIn } from './values.ts';

export interface ArchiveRequest {
  readonly folder: string;
  /** Milliseconds since 1970: only what said its last word before. */
  readonly before: number;
  /** Payloads in one file; a thread that has more goes whole. */
  readonly eventsMax: number;
  readonly dryRun: boolean;
}

/** Copies the oldest of what may go into the next file and reads it back. Undefined where nothing may go. */
export function copyPast(path: string, request: ArchiveRequest): ArchivePortion | undefined {
  return reading(path, (db) => {
    const checkpoint = newestCheckpoint(db);
    if (checkpoint === undefined) return undefined;
    const threads = pastThreads(db, { ...request, upTo: checkpoint.position });
    if (threads.length === 0) return undefined;
    const number = filesIn(db) + 1;
    const { number: behind, digest } = checkpoint;
    return copy(db, threads, {
      ...request,
      journal: path,
      number,
      checkpoint: { number: behind, digest },
    });
  });
}

interface Copying extends Pick<ArchiveRequest, 'folder' | 'dryRun'> {
  readonly journal: string;
  readonly number: number;
  readonly checkpoint: JournalArchived['checkpoint'];
}

function copy(db: DatabaseSync, threads: readonly PastThread[], to: Copying): ArchivePortion {
  const { journal, folder, number, checkpoint } = to;
  const streams = threads.flatMap((thread) => thread.streams);
  const select = bodiesOf(db);
  const places = streams
    .flatMap(({ name }) => select.places.all(name).map((row) => numberIn(row, 'position')))
    .toSorted((one, other) => one - other);
  const digest = new ArchiveDigest();
  for (const position of places) {
    const header = parseHeader(bytesIn(select.at.get(position) ?? {}, 'header'));
    digest.add(position, header?.digest ?? '');
  }
  const facts: ArchiveFacts = {
    number,
    digest: digest.hex(),
    from: places[0] ?? 0,
    to: places.at(-1) ?? 0,
    events: places.length,
    streams: streams.length,
    checkpoint,
  };
  const file = archiveName(journal, number);
  const event: JournalArchived = { type: 'JournalArchived', v: 1, ...facts, file };
  if (to.dryRun) return { event, streams };
  makeArchiveFolder(folder);
  requireFree(db, join(folder, file), number);
  writeArchive(join(folder, file), linesOf(facts, places, select.at));
  // What is about to leave the journal is believed to be in the file only once it was read there.
  readArchive(folder, event);
  return { event, streams };
}

function* linesOf(facts: ArchiveFacts, places: readonly number[], at: StatementSync) {
  yield archiveHead(facts);
  for (const position of places) {
    const row = at.get(position) ?? {};
    yield lineOf(position, bytesIn(row, 'header'), bytesIn(row, 'body'));
  }
}

/** A file of that number was left by a crash before it was put on record, and is written anew; or it is another journal's. */
function requireFree(db: DatabaseSync, path: string, number: number): void {
  if (existsSync(path) && !isLeftover(db, path))
    throw new ProblemError(problem('ARCHIVE_TAKEN', { file: path, number }));
}

/** Its first line names a checkpoint that this journal took. */
function isLeftover(db: DatabaseSync, path: string): boolean {
  const named = checkpointOf(path);
  return named !== undefined && newestCheckpoint(db, named.number)?.digest === named.digest;
}

/** After a run, and before an erasure: no copy of a payload stays that no record names. */
export function tidyArchive(path: string, folder: string): void {
  reading(path, (db) => {
    dropLeftover(
      join(folder, archiveName(path, filesIn(db) + 1)),
      (number, digest) => newestCheckpoint(db, number)?.digest === digest,
    );
  });
}

function filesIn(db: DatabaseSync): number {
  const row = db
    .prepare(
      'SELECT count(*) AS files FROM streams s JOIN events e ON e.stream = s.id WHERE s.name = ?',
    )
    .get(ARCHIVES);
  return numberIn(row ?? {}, 'files');
}

function bodiesOf(db: DatabaseSync) {
  return {
    places: db.prepare(`SELECT e.position FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = ? AND length(e.body) >= ${SALT_BYTES}`),
    at: db.prepare('SELECT header, body FROM events WHERE position = ?'),
  };
}
