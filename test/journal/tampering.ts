import { rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { headerBytes, parseHeader, sha256 } from '../../src/journal/chain.ts';
import {
  openJournal,
  type PublishedCheckpoint,
  type VerifyReport,
  verifyJournal,
} from '../../src/journal/index.ts';
import { cause, TEST_KEY, write } from './notes.ts';
import { random } from './random.ts';

/* Everything that somebody who may edit the file can do to it, done to random journals. Read by a suite and by a bench. */

/** Touches a journal and answers the events it touched, or 'anywhere' where it moves what lies behind them too. */
type Tampering = (db: DatabaseSync, pick: Pick) => readonly Stored[] | 'anywhere';

type Pick = (below: number) => number;

interface Stored {
  readonly position: number;
  readonly stream: number;
  readonly version: number;
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

export interface RecordedJournal {
  readonly path: string;
  readonly published: readonly PublishedCheckpoint[];
}

export const tamperings: Readonly<Record<string, Tampering>> = {
  'flips a bit of a header': (db, pick) => flip(db, pick, 'header'),
  'flips a bit of a payload': (db, pick) => flip(db, pick, 'body'),
  'drops an event': (db, pick) => {
    const event = any(db, pick);
    db.prepare('DELETE FROM events WHERE position = ?').run(event.position);
    return [event];
  },
  'drops an event and closes the gap': (db, pick) => {
    const { position } = any(db, pick);
    db.prepare('DELETE FROM events WHERE position = ?').run(position);
    moveDown(db, position);
    return 'anywhere';
  },
  'duplicates an event at the end': (db, pick) => {
    const { stream, header, body } = any(db, pick);
    const end = count(db) + 1;
    const version = versions(db, stream) + 1;
    db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)').run(end, stream, version, header, body);
    return [{ position: end, stream, version, header, body }];
  },
  'makes two events change places': (db, pick) => {
    const one = any(db, pick);
    const others = all(db).filter(({ position }) => position !== one.position);
    const other = others[pick(others.length)] ?? one;
    const set = db.prepare('UPDATE events SET header = ?, body = ? WHERE position = ?');
    set.run(one.header, one.body, other.position);
    set.run(other.header, other.body, one.position);
    return 'anywhere';
  },
  'cuts the tail': (db, pick) => {
    db.prepare('DELETE FROM events WHERE position > ?').run(pick(count(db)));
    return 'anywhere';
  },
  'takes a stream away': (db, pick) => {
    const { stream } = any(db, pick);
    const gone = all(db).filter((event) => event.stream === stream);
    for (const { position } of gone.toReversed()) {
      db.prepare('DELETE FROM events WHERE position = ?').run(position);
      moveDown(db, position);
    }
    db.prepare('DELETE FROM streams WHERE id = ?').run(stream);
    return 'anywhere';
  },
  'writes an event anew and hashes its stream again': (db, pick) => {
    const { position } = any(db, pick);
    rehashFrom(db, position);
    return 'anywhere';
  },
};

export interface Tampered {
  readonly name: string;
  readonly journal: number;
  readonly time: number;
  readonly report: VerifyReport;
  /** Why it counts as missed; undefined when it was found, and found in the right place. */
  readonly missed?: string;
}

/** Each tampering on each journal, so many times, each on a fresh copy. */
export async function* tamperWith(
  names: readonly string[],
  { folder, journals, times, seed }: TamperRun,
): AsyncGenerator<Tampered> {
  for (const name of names) {
    const tampering = tamperings[name];
    if (!tampering) throw new RangeError(name);
    for (const [number, journal] of journals.entries()) {
      for (let time = 0; time < times; time++) {
        const copy = join(folder, 'touched.db');
        await copyFile(journal.path, copy);
        const db = new DatabaseSync(copy);
        db.exec('PRAGMA synchronous = OFF; BEGIN');
        const touched = tampering(db, random(seed + number * 1_000 + time));
        db.exec('COMMIT');
        db.close();
        const report = inspect(copy, journal);
        const missed = report.ok ? 'not found' : misplaced(report, touched, journal);
        yield { name, journal: number, time, report, ...(missed && { missed }) };
      }
    }
  }
}

export interface TamperRun {
  readonly folder: string;
  readonly journals: readonly RecordedJournal[];
  readonly times: number;
  readonly seed: number;
}

/** With the newest checkpoint kept outside, which is all that an operator must have done. */
export function inspect(path: string, { published }: RecordedJournal): VerifyReport {
  return verifyJournal(path, { checkpoint: JSON.stringify(published.at(-1)) });
}

/** It has to name the event itself, or "after checkpoint n" where n stands before everything that was touched. */
function misplaced(
  { finding }: VerifyReport,
  touched: readonly Stored[] | 'anywhere',
  { published }: RecordedJournal,
): string | undefined {
  const { position, version, until, afterCheckpoint } = finding?.facts ?? {};
  const said = JSON.stringify(finding);
  if (typeof position !== 'number') {
    if (typeof afterCheckpoint !== 'number') return `neither an event nor a checkpoint: ${said}`;
    const start = published.find(({ number }) => number === afterCheckpoint)?.position ?? 0;
    const isLate = touched !== 'anywhere' && touched.some((each) => each.position <= start);
    return isLate ? `a checkpoint after what was touched: ${said}` : undefined;
  }
  if (touched === 'anywhere') return undefined;
  const isNamed = touched.some(
    (each) =>
      each.position === position || (each.version === until && until === Number(version) + 1),
  );
  return isNamed ? undefined : `another event: ${said}`;
}

/** Between five and forty appends to a few streams, with a checkpoint now and then and one at the end. */
export async function recordJournal(path: string, pick: Pick): Promise<RecordedJournal> {
  const published: PublishedCheckpoint[] = [];
  const publishCheckpoint = (checkpoint: PublishedCheckpoint): unknown =>
    published.push(checkpoint);
  const journal = await openJournal({
    path,
    signingKey: TEST_KEY,
    checkpointEveryMs: 0,
    reserveBytes: 0,
    publishCheckpoint,
  });
  const lengths = new Map<string, number>();
  const turns = 5 + pick(35);
  for (let turn = 0; turn < turns; turn++) {
    if (pick(6) === 0) await journal.checkpoint();
    const stream = `incident/${pick(5)}`;
    const length = lengths.get(stream) ?? 0;
    const texts = write(stream, length, `${turn} a`, `${turn} b`);
    const answer = await journal.append([texts], cause(`d${turn}`));
    if (!answer.ok) throw new Error(answer.code);
    lengths.set(stream, length + 2);
  }
  await journal.close();
  rmSync(`${path}.checkpoint`);
  return { path, published };
}

function all(db: DatabaseSync): Stored[] {
  return db
    .prepare('SELECT position, stream, version, header, body FROM events ORDER BY position')
    .all()
    .map((row) => ({
      position: Number(row['position']),
      stream: Number(row['stream']),
      version: Number(row['version']),
      header: bytes(row['header']),
      body: bytes(row['body']),
    }));
}

function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('no bytes');
  return value;
}

function any(db: DatabaseSync, pick: Pick): Stored {
  const events = all(db);
  const event = events[pick(events.length)];
  if (event === undefined) throw new RangeError('an empty journal');
  return event;
}

function count(db: DatabaseSync): number {
  return all(db).length;
}

function versions(db: DatabaseSync, stream: number): number {
  return all(db).filter((event) => event.stream === stream).length;
}

function flip(db: DatabaseSync, pick: Pick, column: 'header' | 'body'): readonly Stored[] {
  const event = any(db, pick);
  const changed = Buffer.from(event[column]);
  const at = pick(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << pick(8));
  db.prepare(`UPDATE events SET ${column} = ? WHERE position = ?`).run(changed, event.position);
  return [event];
}

function moveDown(db: DatabaseSync, after: number): void {
  db.prepare(
    'DELETE FROM causes WHERE position = ? AND NOT EXISTS (SELECT 1 FROM events WHERE position = ?)',
  ).run(after, after);
  for (const { position } of all(db).filter((event) => event.position > after)) {
    db.prepare('UPDATE events SET position = ? WHERE position = ?').run(position - 1, position);
    db.prepare('UPDATE causes SET position = ? WHERE position = ?').run(position - 1, position);
  }
}

/** What somebody does who knows the format: another author, and the chain of the stream made to fit again. */
function rehashFrom(db: DatabaseSync, from: number): void {
  const events = all(db);
  const first = events.find(({ position }) => position === from);
  let prev: string | undefined;
  for (const event of events) {
    if (event.stream !== first?.stream || event.position < from) continue;
    const header = parseHeader(event.header);
    if (header === undefined) throw new TypeError('no header');
    const anew = headerBytes({
      ...header,
      by: event.position === from ? 'mallory' : header.by,
      prev: prev ?? header.prev,
    });
    db.prepare('UPDATE events SET header = ? WHERE position = ?').run(anew, event.position);
    prev = sha256(anew);
  }
}
