import { hash, randomFillSync } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { headerBytes, parseHeader, SALT_BYTES, sha256 } from '../../chain.ts';
import { type Head, Heads } from './heads.ts';
import type { AppendJob, JobEvent, JobWrite, Outcome, Scalar } from './protocol.ts';
import { pushRow } from './protocol.ts';
import { rowFrom } from './reader.ts';
import { bytesIn, DamagedRow, numberIn } from './values.ts';

interface Stamp {
  readonly at: number;
  readonly by: string;
  readonly cause: string;
}

/** Writes groups of appends, each group in one transaction: one fsync, and a refused append costs the others nothing. */
export class Writer {
  /** The last position on disk. */
  position: number;
  /** The time of the last event on disk. */
  at: number;
  /** How long the last commit, with its fsync, took. */
  commitMs = 0;
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #heads = new Heads();
  #touched: string[] = [];
  #hashes: string[] = [];

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = statements(db);
    const last = this.#sql.last.get();
    this.position = last === undefined ? 0 : numberIn(last, 'position');
    this.at =
      last === undefined ? 0 : (parseHeader(bytesIn(last, 'header')) ?? damaged('header')).at;
  }

  /** Throws when the transaction failed; then nothing of the group is written. */
  append(
    jobs: readonly AppendJob[],
    now: number,
    alongside?: (outcomes: readonly Outcome[]) => void,
  ): Outcome[] {
    const before = { position: this.position, at: this.at };
    this.#touched = [];
    this.#hashes = [];
    this.#sql.begin.run();
    try {
      const outcomes = jobs.map((job) => this.#append(job, now));
      alongside?.(outcomes);
      const started = performance.now();
      this.#sql.commit.run();
      this.commitMs = performance.now() - started;
      return outcomes;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const stream of this.#touched) this.#heads.delete(stream);
      this.position = before.position;
      this.at = before.at;
      this.#hashes = [];
      throw error;
    }
  }

  /** Hashes of the headers the last group wrote, in position order; each is handed out once. */
  takeWrittenHashes(): readonly string[] {
    const hashes = this.#hashes;
    this.#hashes = [];
    return hashes;
  }

  versionOf(stream: string): number {
    return this.#head(stream)?.version ?? 0;
  }

  #append(job: AppendJob, now: number): Outcome {
    const { key, position } = this.#lookUpCause(job.cause);
    if (position !== undefined)
      return { status: 'repeated', rows: this.#rowsOf(job.cause, position) };
    if (job.fence !== undefined && !this.#holds(job.fence)) return { status: 'fenced' };
    const conflict = this.#conflictIn(job.writes);
    if (conflict !== undefined) return conflict;

    const stamp = { at: Math.max(now, this.at), by: job.by, cause: job.cause };
    const first = this.position + 1;
    for (const write of job.writes) this.#write(write, stamp);
    if (this.position < first) return { status: 'written', first, at: stamp.at };
    this.#sql.addCause.run(key, first);
    this.at = stamp.at;
    return { status: 'written', first, at: stamp.at };
  }

  #write({ stream, events }: JobWrite, stamp: Stamp): void {
    if (events.length === 0) return;
    let head = this.#head(stream) ?? this.#create(stream);
    for (const event of events) head = this.#insert(stream, head, event, stamp);
    this.#heads.set(stream, head);
    this.#touched.push(stream);
  }

  #insert(
    stream: string,
    head: Head,
    { type, v, payload }: JobEvent,
    { at, by, cause }: Stamp,
  ): Head {
    const body = bodyOf(payload);
    const version = head.version + 1;
    const header = headerBytes({
      stream,
      version,
      type,
      v,
      at,
      by,
      cause,
      digest: sha256(body),
      prev: head.hash,
    });
    this.position += 1;
    this.#sql.addEvent.run(this.position, head.id, version, header, body);
    const headerHash = sha256(header);
    this.#hashes.push(headerHash);
    return { id: head.id, version, hash: headerHash };
  }

  #create(stream: string): Head {
    const { lastInsertRowid } = this.#sql.addStream.run(stream);
    return { id: Number(lastInsertRowid), version: 0, hash: '' };
  }

  #conflictIn(writes: readonly JobWrite[]): Outcome | undefined {
    for (const [index, { stream, expected }] of writes.entries()) {
      let actual = this.versionOf(stream);
      for (const earlier of writes.slice(0, index))
        if (earlier.stream === stream) actual += earlier.events.length;
      if (actual !== expected) return { status: 'conflict', stream, actual };
    }
    return undefined;
  }

  #holds({ partition, token }: { partition: string; token: number }): boolean {
    const row = this.#sql.fence.get(partition);
    const highest = row === undefined ? undefined : numberIn(row, 'token');
    if (highest !== undefined && token < highest) return false;
    if (token !== highest) this.#sql.setFence.run(partition, token);
    return true;
  }

  /** The first position written for a cause, or a free key for it. */
  #lookUpCause(cause: string): { key: number; position?: number } {
    for (let key = causeKey(cause); ; key += 1) {
      const row = this.#sql.cause.get(key);
      if (row === undefined) return { key };
      const position = numberIn(row, 'position');
      const event = this.#sql.header.get(position);
      const header = event === undefined ? undefined : parseHeader(bytesIn(event, 'header'));
      if (header?.cause === cause) return { key, position };
    }
  }

  /** One append's events lie side by side and share their cause. */
  #rowsOf(cause: string, first: number): Scalar[] {
    const out: Scalar[] = [];
    for (const raw of this.#sql.from.iterate(first)) {
      const row = rowFrom(raw);
      if (row.cause !== cause) break;
      pushRow(out, row);
    }
    return out;
  }

  #head(stream: string): Head | undefined {
    const known = this.#heads.get(stream);
    if (known !== undefined) return known;
    const row = this.#sql.head.get(stream);
    if (row === undefined) return undefined;
    const head = {
      id: numberIn(row, 'id'),
      version: numberIn(row, 'version'),
      hash: sha256(bytesIn(row, 'header')),
    };
    this.#heads.set(stream, head);
    return head;
  }
}

/** Deliveries, counted by the process that took them; no other process goes on with its count. */
const COUNTED = /^(webhook\/[0-9a-f]{12}\/)([1-9]\d{0,8})$/;

/**
 * Deliveries get keys in their own order: a thousand of them then touch a few pages of the table, where a thousand
 * hashes touch a thousand. Two causes that meet in one key are told apart by the events themselves.
 */
export function causeKey(cause: string): number {
  const [, series, number] = COUNTED.exec(cause) ?? [];
  return series === undefined ? hashedKey(cause) : hashedKey(series) + Number(number);
}

/** 48 bits, so that the key is exact in a JavaScript number. The first journals kept deliveries under it too. */
export function hashedKey(cause: string): number {
  return Number.parseInt(hash('sha256', cause).slice(0, 12), 16);
}

function bodyOf(payload: string): Buffer {
  const body = Buffer.allocUnsafe(SALT_BYTES + Buffer.byteLength(payload));
  drawSalt(body);
  body.write(payload, SALT_BYTES);
  return body;
}

/** Drawn many at a time: a call into the generator costs more than the bytes. Each is used once and wiped. */
const salts = Buffer.alloc(SALT_BYTES * 256);
let saltAt = salts.length;

function drawSalt(into: Buffer): void {
  if (saltAt === salts.length) {
    randomFillSync(salts);
    saltAt = 0;
  }
  const end = saltAt + SALT_BYTES;
  salts.copy(into, 0, saltAt, end);
  salts.fill(0, saltAt, end);
  saltAt = end;
}

function damaged(column: string): never {
  throw new DamagedRow(column);
}

function statements(db: DatabaseSync): Record<Statement, StatementSync> {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    last: db.prepare('SELECT position, header FROM events ORDER BY position DESC LIMIT 1'),
    head: db.prepare(`SELECT s.id, e.version, e.header FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = ? ORDER BY e.version DESC LIMIT 1`),
    header: db.prepare('SELECT header FROM events WHERE position = ?'),
    from: db.prepare(
      'SELECT position, header, body FROM events WHERE position >= ? ORDER BY position',
    ),
    cause: db.prepare('SELECT position FROM causes WHERE hash = ?'),
    fence: db.prepare('SELECT token FROM fences WHERE partition = ?'),
    addEvent: db.prepare(
      'INSERT INTO events (position, stream, version, header, body) VALUES (?, ?, ?, ?, ?)',
    ),
    addStream: db.prepare('INSERT INTO streams (name) VALUES (?)'),
    addCause: db.prepare('INSERT INTO causes (hash, position) VALUES (?, ?)'),
    setFence: db.prepare('INSERT OR REPLACE INTO fences (partition, token) VALUES (?, ?)'),
  };
}

type Statement =
  | 'begin'
  | 'commit'
  | 'last'
  | 'head'
  | 'header'
  | 'from'
  | 'cause'
  | 'fence'
  | 'addEvent'
  | 'addStream'
  | 'addCause'
  | 'setFence';
