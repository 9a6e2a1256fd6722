import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { ERASURES } from '../../../core/erasure.ts';
import { parseHeader, payloadOf, sha256 } from '../../chain.ts';
import {
  CHECKPOINTS,
  isCheckpointTaken,
  type PublishedCheckpoint,
  publish,
} from '../../checkpoint.ts';
import { erasureCause } from '../../erasure.ts';
import type { ExportSource } from '../../export.ts';
import type { StoredEvent, VerifySource } from '../../verify.ts';
import { openArchives } from './archives.ts';
import { bytesIn, bytesOrNullIn, DamagedRow, numberIn } from './values.ts';
import { causeKey, hashedKey } from './writer.ts';

/** The journal's file as bytes to be judged. The caller holds one read transaction around all of it. */
export function verifySource(db: DatabaseSync): VerifySource {
  const all = db.prepare(`SELECT e.position, s.name, e.version, e.header, e.body
    FROM events e LEFT JOIN streams s ON s.id = e.stream ORDER BY e.position`);
  const filed =
    db.prepare(`SELECT e.position, e.header FROM streams s JOIN events e ON e.stream = s.id
    WHERE s.name = ? AND e.version = ? ORDER BY e.position LIMIT 1`);
  const cause = db.prepare('SELECT position FROM causes WHERE hash = ?');
  const header = db.prepare('SELECT header FROM events WHERE position = ?');
  const stored = db.prepare('SELECT header, body FROM events WHERE position = ?');

  function headerAt(position: number): ReturnType<typeof parseHeader> {
    const row = header.get(position);
    return row === undefined ? undefined : parseHeader(bytesIn(row, 'header'));
  }

  function causePosition(name: string): number | undefined {
    return positionFrom(causeKey(name), name) ?? positionFrom(hashedKey(name), name);
  }

  function positionFrom(first: number, name: string): number | undefined {
    for (let key = first; ; key += 1) {
      const row = cause.get(key);
      if (row === undefined) return undefined;
      const position = numberIn(row, 'position');
      if (headerAt(position)?.cause === name) return position;
    }
  }

  return {
    *events(): Generator<StoredEvent> {
      for (const row of all.iterate()) yield storedFrom(row);
    },
    filed: (stream, version) => {
      const row = filed.get(stream, version);
      return row === undefined
        ? undefined
        : { position: numberIn(row, 'position'), header: bytesIn(row, 'header') };
    },
    causePosition,
    stored: (position) => {
      const row = stored.get(position);
      return row === undefined
        ? undefined
        : { header: bytesIn(row, 'header'), body: bytesOrNullIn(row, 'body') };
    },
    isErased: (stream, version) => {
      const position = causePosition(erasureCause(stream, version));
      return position !== undefined && headerAt(position)?.stream === ERASURES;
    },
  };
}

/** Archived payloads are taken from the folder of the archive; without it a stream that has some is refused. */
export function exportSource(db: DatabaseSync, folder?: string): ExportSource {
  const archives = openArchives(db, folder);
  const stream = db.prepare(`SELECT e.position, s.name, e.version, e.header, e.body FROM streams s
    JOIN events e ON e.stream = s.id WHERE s.name = ? ORDER BY e.version`);
  const headers = db.prepare('SELECT header FROM events WHERE position <= ? ORDER BY position');
  return {
    checkpoint: () => newestCheckpoint(db),
    stream: (name) => stream.all(name).map(storedFrom).map(archives.filled),
    *headerHashes(upTo): Generator<string> {
      for (const row of headers.iterate(upTo)) yield sha256(bytesIn(row, 'header'));
    },
  };
}

/** Or the one of a number. */
export function newestCheckpoint(
  db: DatabaseSync,
  number = 2 ** 53 - 1,
): PublishedCheckpoint | undefined {
  const row = db
    .prepare(`SELECT e.header, e.body FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = ? AND e.version <= ? ORDER BY e.version DESC LIMIT 1`)
    .get(CHECKPOINTS, number);
  if (row === undefined) return undefined;
  const header = parseHeader(bytesIn(row, 'header'));
  const body = bytesOrNullIn(row, 'body');
  const event: unknown = body === null ? undefined : JSON.parse(payloadOf(body));
  if (header === undefined || !isCheckpointTaken(event)) throw new DamagedRow('header');
  return publish(event, header.at);
}

function storedFrom(row: Record<string, SQLOutputValue>): StoredEvent {
  return {
    position: numberIn(row, 'position'),
    stream: typeof row['name'] === 'string' ? row['name'] : '',
    version: numberIn(row, 'version'),
    header: bytesIn(row, 'header'),
    body: bytesOrNullIn(row, 'body'),
  };
}
