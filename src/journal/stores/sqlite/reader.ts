import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { parseHeader, payloadOf, SALT_BYTES, sha256 } from '../../chain.ts';
import type { Row } from '../../row.ts';
import { pushRow, type Scalar } from './protocol.ts';
import { bytesIn, bytesOrNullIn, DamagedRow, numberIn, textIn } from './values.ts';

/** One answer never holds the store's thread for long: a reader asks again. */
const TAIL_MAX = 2_000;

export class Reader {
  readonly #read: StatementSync;
  readonly #tail: StatementSync;
  readonly #streams: StatementSync;
  readonly #header: StatementSync;

  constructor(db: DatabaseSync) {
    this.#read =
      db.prepare(`SELECT e.position, e.header, e.body FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = ? AND e.version >= ? ORDER BY e.version`);
    this.#tail = db.prepare(
      'SELECT position, header, body FROM events WHERE position > ? ORDER BY position LIMIT ?',
    );
    this.#streams = db.prepare(
      'SELECT name FROM streams WHERE name >= ? AND name < ? ORDER BY name',
    );
    this.#header = db.prepare('SELECT header FROM events WHERE position = ?');
  }

  read(stream: string, from: number): Scalar[] {
    const out: Scalar[] = [];
    for (const row of this.#read.iterate(stream, from)) pushRow(out, rowFrom(row));
    return out;
  }

  tail(
    after: number,
    limit: number,
  ): { readonly rows: Scalar[]; readonly position: number; readonly end: boolean } {
    const most = Math.max(1, Math.min(limit, TAIL_MAX));
    const rows: Scalar[] = [];
    let position = after;
    let count = 0;
    for (const raw of this.#tail.iterate(after, most)) {
      const row = rowFrom(raw);
      position = row.position;
      count += 1;
      pushRow(rows, row);
    }
    return { rows, position, end: count < most };
  }

  /** The event at a position. */
  at(position: number): Scalar[] {
    return this.tail(position - 1, 1).rows;
  }

  streams(prefix: string): string[] {
    // Names are compared as UTF-8 bytes; no text holds a byte above 0xF4, so this bounds every name with the prefix.
    return this.#streams.all(prefix, `${prefix}\u{10FFFF}`).map((row) => textIn(row, 'name'));
  }

  headerHash(position: number): string | null {
    const row = this.#header.get(position);
    return row === undefined ? null : sha256(bytesIn(row, 'header'));
  }
}

/** What a row says, by its header: columns are only for finding it. */
export function rowFrom(raw: Record<string, SQLOutputValue>): Row {
  const header = parseHeader(bytesIn(raw, 'header'));
  if (header === undefined) throw new DamagedRow('header');
  const { stream, version, at, by, cause, type, v } = header;
  const body = bytesOrNullIn(raw, 'body');
  const isMarked = body !== null && body.byteLength < SALT_BYTES;
  const payload = body === null || isMarked ? null : payloadOf(body);
  const mark = isMarked ? Buffer.from(body).toString('latin1') : '';
  const position = numberIn(raw, 'position');
  return { position, stream, version, at, by, cause, type, v, payload, mark };
}
