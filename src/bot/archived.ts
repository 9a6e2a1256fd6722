import { ARCHIVES, archivedIn, isArchivedPrivately, isJournalArchived } from '../core/archive.ts';
import type { Recorded } from '../core/event.ts';
import type { Journal } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import type { StreamName } from './readings.ts';

/**
 * Says where an incident or an operation lies that is no longer in the journal, by rejecting. Of posts it only answers
 * that they are gone; so of a private thread, whose members cannot be told from anybody else any more.
 */
export async function isArchived(
  journal: Pick<Journal, 'read'>,
  { kind, id }: StreamName,
  [recorded]: readonly Recorded[],
): Promise<boolean> {
  if (recorded === undefined || archivedIn(recorded) === undefined) return false;
  if (kind !== 'incident' && kind !== 'operation') return true;
  if (isArchivedPrivately(recorded)) return true;
  const [archived] = await journal.read(ARCHIVES, archivedIn(recorded));
  const event: unknown = archived?.event;
  const file = isJournalArchived(event) ? event.file : '';
  const date = new Date(archived?.at ?? 0).toISOString().slice(0, 10);
  throw new ProblemError(problem('THREAD_ARCHIVED', { thread: id, file, date }));
}
