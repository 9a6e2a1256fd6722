import type { PersonEvent } from '../core/person.ts';
import type { Journal } from '../core/ports/journal.ts';
import { createStreamRecord } from './stream-record.ts';

export type PersonRecord = (
  person: string,
  event: PersonEvent,
  telling: { readonly cause: string; readonly by: string },
) => Promise<void>;

/** One stream a person. */
export function createPersonRecord(journal: Pick<Journal, 'append'>): PersonRecord {
  const record = createStreamRecord(journal);
  return (person, event, telling) => record(`person/${person}`, event, telling);
}
