import type { DatabaseSync } from 'node:sqlite';
import { ARCHIVES } from '../../../core/archive.ts';
import { markBytes } from '../../archive-mark.ts';
import type { ArchivePortion } from './protocol.ts';
import { numberIn } from './values.ts';
import type { Writer } from './writer.ts';

/** How many freed pages are given back in one go: a quarter of a megabyte between two groups of appends. */
const SHRINK_PAGES = 64;

/**
 * Puts an archive on record and takes its payloads out, in one transaction, provided that nothing was said in any of its
 * streams and nothing was erased from them since they were copied. Answers whether it did.
 */
export function archive(
  db: DatabaseSync,
  writer: Writer,
  { event, streams }: ArchivePortion,
  now: number,
): boolean {
  const asserted = streams.map(({ name, version }) => ({
    stream: name,
    expected: version,
    events: [],
  }));
  const own = { type: event.type, v: event.v, payload: JSON.stringify(event) };
  const job = {
    cause: `archive/${event.number}/${event.digest}`,
    by: 'tocsin',
    urgent: false,
    fence: undefined,
    writes: [{ stream: ARCHIVES, expected: event.number - 1, events: [own] }, ...asserted],
  };
  const take = db.prepare(
    'UPDATE events SET body = ? WHERE stream = (SELECT id FROM streams WHERE name = ?) AND body IS NOT NULL',
  );
  try {
    const [outcome] = writer.append([job], now, ([written]) => {
      if (written?.status !== 'written') return;
      let taken = 0;
      for (const { name, isPrivate } of streams) {
        const mark = markBytes({ kind: isPrivate ? 'private' : 'archived', number: event.number });
        taken += Number(take.run(mark, name).changes);
      }
      if (taken !== event.events) throw new Moved();
      db.exec('PRAGMA user_version = 2');
    });
    return outcome?.status === 'written';
  } catch (error) {
    if (error instanceof Moved) return false;
    throw error;
  }
}

class Moved extends Error {}

/** Gives some free pages back to the file system. Answers whether there are more of them. */
export function shrinkSome(db: DatabaseSync): boolean {
  const before = pragma(db, 'freelist_count');
  if (before === 0 || pragma(db, 'auto_vacuum') !== 2) return false;
  db.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
  const left = pragma(db, 'freelist_count');
  return left > 0 && left < before;
}

/** Writes the file anew, as small as it can be; nothing else is done meanwhile. From then on it gives pages back. */
export function compact(db: DatabaseSync): void {
  db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
}

function pragma(db: DatabaseSync, name: string): number {
  return numberIn(db.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}
