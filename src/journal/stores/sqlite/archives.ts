import type { DatabaseSync } from 'node:sqlite';
import { ARCHIVES, isJournalArchived, type JournalArchived } from '../../../core/archive.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { bodyBytes, readArchive } from '../../archive-file.ts';
import { markFrom, markIn } from '../../archive-mark.ts';
import { parseHeader, payloadOf } from '../../chain.ts';
import type { ExportedEvent } from '../../export.ts';
import type { Row } from '../../row.ts';
import type { StoredEvent } from '../../verify.ts';
import { bytesIn, DamagedRow } from './values.ts';

/** So many files are kept in memory: threads of one time lie in neighbouring ones. */
const FILES_MAX = 4;

/** Old payloads, from the files that the journal says they are in. */
export function openArchives(db: DatabaseSync, folder: string | undefined) {
  const files = new Map<number, Map<number, ExportedEvent>>();

  function file(number: number): Map<number, ExportedEvent> {
    const known = files.get(number);
    if (known !== undefined) return known;
    const { event, date } = recordOf(db, number);
    if (folder === undefined)
      throw new ProblemError(problem('ARCHIVE_NOT_GIVEN', { file: event.file, date }));
    const read = readArchive(folder, event);
    const [oldest] = files.keys();
    if (files.size >= FILES_MAX && oldest !== undefined) files.delete(oldest);
    files.set(number, read);
    return read;
  }

  return {
    /** The same with its body, where that was archived. */
    filled(event: StoredEvent): StoredEvent {
      const mark = event.body === null ? undefined : markIn(event.body);
      if (mark === undefined) return event;
      if (mark.kind === 'erased') return { ...event, body: null };
      const found = file(mark.number).get(event.position);
      const { salt = null, payload = null } = found ?? {};
      const isSame = found?.header === Buffer.from(event.header).toString('utf8');
      if (!isSame || salt === null || payload === null) throw changed(event.position, mark.number);
      return { ...event, body: bodyBytes(salt, payload) };
    },

    row(row: Row): Row {
      const mark = markFrom(row.mark ?? '');
      if (mark === undefined || mark.kind === 'erased') return row;
      const payload = file(mark.number).get(row.position)?.payload ?? null;
      if (payload === null) throw changed(row.position, mark.number);
      return { ...row, payload };
    },
  };

  function changed(position: number, number: number): ProblemError {
    const { event } = recordOf(db, number);
    return new ProblemError(
      problem('ARCHIVE_CHANGED', { file: event.file, number, position, line: 0 }),
    );
  }
}

/** What the journal says of a file. */
export function recordOf(
  db: DatabaseSync,
  number: number,
): { readonly event: JournalArchived; readonly date: string } {
  const row = db
    .prepare(`SELECT e.header, e.body FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = ? AND e.version = ?`)
    .get(ARCHIVES, number);
  if (row === undefined) throw new DamagedRow('body');
  const event: unknown = JSON.parse(payloadOf(bytesIn(row, 'body')));
  const at = parseHeader(bytesIn(row, 'header'))?.at ?? 0;
  if (!isJournalArchived(event)) throw new DamagedRow('body');
  return { event, date: new Date(at).toISOString().slice(0, 10) };
}
