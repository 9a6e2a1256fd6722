import type { Event, Recorded } from './event.ts';

/** The stream in which every file of old payloads stands: its version is the file's number. */
export const ARCHIVES = 'journal/archives';

/** Payloads left the journal for a file. Their headers, and so every chain, stay. */
export interface JournalArchived extends Event {
  readonly type: 'JournalArchived';
  /** The first is 1. */
  readonly number: number;
  /** Its name in the folder of the archive. */
  readonly file: string;
  /** SHA-256 over `position digest\n` of each payload that went, by position; an erasure later does not change it. */
  readonly digest: string;
  /** First and last position of what went; what lies between and lives stayed. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly streams: number;
  /** The newest one when it was written: everything that went lies behind it. */
  readonly checkpoint: { readonly number: number; readonly digest: string };
}

export function isArchiving({ stream, event }: Recorded): boolean {
  return stream === ARCHIVES && event.type === 'JournalArchived';
}

export function isJournalArchived(value: unknown): value is JournalArchived {
  if (typeof value !== 'object' || value === null) return false;
  const event: Partial<Record<keyof JournalArchived, unknown>> = value;
  const { number, from, to, events, streams, checkpoint } = event;
  return (
    event.type === 'JournalArchived' &&
    [number, from, to, events, streams].every((each) => Number.isSafeInteger(each)) &&
    typeof event.file === 'string' &&
    typeof event.digest === 'string' &&
    typeof checkpoint === 'object' &&
    checkpoint !== null &&
    'number' in checkpoint &&
    typeof checkpoint.number === 'number' &&
    'digest' in checkpoint &&
    typeof checkpoint.digest === 'string'
  );
}

/** The number of the file that holds a payload; undefined where it stands in the journal, or was erased. */
export function archivedIn({ event }: Recorded): number | undefined {
  return event.type === 'Erased' && 'archived' in event && typeof event.archived === 'object'
    ? event.archived.number
    : undefined;
}

/** Whether a thread was archived that only its members see: for everybody else it never existed. */
export function isArchivedPrivately({ event }: Recorded): boolean {
  return event.type === 'Erased' && 'archived' in event && event.archived?.isPrivate === true;
}
