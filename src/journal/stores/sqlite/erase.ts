import type { DatabaseSync } from 'node:sqlite';
import { ERASURES, type PayloadErased } from '../../../core/erasure.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { markBytes, markIn } from '../../archive-mark.ts';
import { erasureCause } from '../../erasure.ts';
import { type Erasure, pushRow, type Scalar } from './protocol.ts';
import { rowFrom } from './reader.ts';
import { bytesOrNullIn, numberIn } from './values.ts';
import type { Writer } from './writer.ts';

/** Deletes salt and payload and records who had it done and why, in one transaction. Twice is once. */
export function erase(
  db: DatabaseSync,
  writer: Writer,
  erasure: Erasure,
  now: number,
): { readonly rows: readonly Scalar[]; readonly repeated: boolean } {
  const { stream, version, by, reason } = erasure;
  const { position, number } = placeOf(db, stream, version);
  const event: PayloadErased = { type: 'PayloadErased', v: 1, stream, version, by, reason };
  const job = {
    cause: erasureCause(stream, version),
    by,
    urgent: false,
    fence: undefined,
    writes: [
      {
        stream: ERASURES,
        expected: writer.versionOf(ERASURES),
        events: [{ type: event.type, v: event.v, payload: JSON.stringify(event) }],
      },
    ],
  };
  const [outcome] = writer.append([job], now, ([written]) => {
    if (written?.status === 'written')
      db.prepare('UPDATE events SET body = ? WHERE position = ?').run(
        number === undefined ? null : markBytes({ kind: 'erased', number }),
        position,
      );
  });
  if (outcome?.status === 'repeated') return { rows: outcome.rows, repeated: true };
  const rows: Scalar[] = [];
  const raw = db
    .prepare('SELECT position, header, body FROM events WHERE position = ?')
    .get(writer.position);
  pushRow(rows, rowFrom(raw ?? {}));
  return { rows, repeated: false };
}

/** Where it stands, and the number of the archive that its payload went into. */
function placeOf(
  db: DatabaseSync,
  stream: string,
  version: number,
): { readonly position: number; readonly number: number | undefined } {
  const row = db
    .prepare(
      'SELECT e.position, e.body FROM streams s JOIN events e ON e.stream = s.id WHERE s.name = ? AND e.version = ?',
    )
    .get(stream, version);
  if (row === undefined) throw new ProblemError(problem('EVENT_NOT_FOUND', { stream, version }));
  const body = bytesOrNullIn(row, 'body');
  return {
    position: numberIn(row, 'position'),
    number: body === null ? undefined : markIn(body)?.number,
  };
}
