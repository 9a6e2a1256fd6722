import type { Journal } from '../core/ports/journal.ts';
import type { Desk } from '../handlers/desk.ts';
import { streamOf } from './readings.ts';
import { createStreamRecord } from './stream-record.ts';

/** One stream a person: whose requests they are not written to about. */
export function createMutes(journal: Pick<Journal, 'append'>): Desk['tellMute'] {
  const record = createStreamRecord(journal);
  return (person, event, telling) => record(streamOf('mute', person), event, telling);
}
