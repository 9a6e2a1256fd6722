import { readFileSync } from 'node:fs';
import type { Tail } from '../core/ports/journal.ts';
import { recordedFrom, type Upcasters } from './decode.ts';
import { type JournalExport, makeExport } from './export.ts';
import { isMissing } from './files.ts';
import type { Row } from './row.ts';
import { openArchives } from './stores/sqlite/archives.ts';
import { decodeRows } from './stores/sqlite/protocol.ts';
import { Reader } from './stores/sqlite/reader.ts';
import { reading } from './stores/sqlite/reading.ts';
import { exportSource, verifySource } from './stores/sqlite/source.ts';
import { type VerifyReport, verifyEvents } from './verify.ts';
import { publicKeysIn, type Witness, witnessesIn } from './witness.ts';

export { backupJournal } from './stores/sqlite/backup.ts';

export interface VerifyRequest {
  /** Text of a file with checkpoints that were kept outside. */
  readonly checkpoint?: string;
  /** The keys that may have signed, one per line: PEM, hex or base64. */
  readonly publicKey?: string;
  /** The folder of the archive. Without it the files are not looked at, and the report says so. */
  readonly archive?: string;
}

export interface TailRequest {
  readonly after?: number;
  readonly limit?: number;
  readonly upcasters?: Upcasters;
  /** The folder of the archive: with it archived events say what they said. */
  readonly archive?: string;
}

/** Reads the file alone, beside a running journal or without one; never writes. Blocks its thread while it reads. */
export function verifyJournal(
  path: string,
  { checkpoint, publicKey, archive }: VerifyRequest = {},
): VerifyReport {
  // Read first: a running journal only ever moves past it.
  const beside = besideOf(path);
  const outside = checkpoint === undefined ? [] : witnessesIn(checkpoint, 'checkpoint');
  const given = publicKey === undefined ? [] : publicKeysIn(publicKey);
  const publicKeys = [...given, ...outside.flatMap((witness) => witness.publicKey ?? [])];
  const report = reading(path, (db) =>
    verifyEvents(verifySource(db), {
      witnesses: [...outside, ...beside],
      publicKeys,
      ...(archive !== undefined && { archive }),
    }),
  );
  if (outside.length > 0 || beside.length === 0) return report;
  // What lies beside the file can be changed with the file: it witnesses accidents, not people.
  return {
    ...report,
    cannotKnow: [...report.cannotKnow, { code: 'VERIFY_NO_WITNESS', facts: {} }],
  };
}

/** Some streams whole, with proof. Blocks its thread: the proofs need every header up to the newest checkpoint. */
export function exportStreams(
  path: string,
  streams: readonly string[],
  archive?: string,
): JournalExport {
  return reading(path, (db) => makeExport(exportSource(db, archive), streams));
}

/** What stands in the file after a position, beside a running journal or without one. */
export function tailJournal(
  path: string,
  { after = 0, limit = 100, upcasters = {}, archive }: TailRequest = {},
): Tail {
  return reading(path, (db) => {
    const { rows, position, end } = new Reader(db).tail(after, limit);
    const archives = openArchives(db, archive);
    const full = (row: Row) => (archive === undefined ? row : archives.row(row));
    const recorded = decodeRows(rows).map((row) => recordedFrom(full(row), upcasters));
    return { recorded, position, end };
  });
}

function besideOf(path: string): Witness[] {
  try {
    return witnessesIn(readFileSync(`${path}.checkpoint`, 'utf8'), `${path}.checkpoint`);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
