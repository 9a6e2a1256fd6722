import type { Event, Recorded } from './event.ts';

/** The stream in which every erasure stands. */
export const ERASURES = 'journal/erasures';

/** Who had which payload erased, and why. The erased event's header and the chain stay. */
export interface PayloadErased extends Event {
  readonly type: 'PayloadErased';
  readonly stream: string;
  readonly version: number;
  readonly by: string;
  readonly reason: string;
}

/** Streams whose payloads hold nothing personal, and without which something would be verified, or done, wrongly. */
export const UNERASABLE: readonly string[] = [
  'journal/',
  'target/',
  'posts/',
  'surface/',
  'storm/',
  'halt/',
  'quota/',
  'limit/',
  'factor/',
  'identity/',
];

/** The stream that lost a payload by this event; undefined when it is no erasure. */
export function erasedStream({ stream, event }: Recorded): string | undefined {
  const isErasure = stream === ERASURES && event.type === 'PayloadErased' && 'stream' in event;
  return isErasure && typeof event.stream === 'string' ? event.stream : undefined;
}

/**
 * What people wrote and nothing rests on: a state is the same without it. To erase anything else would undo what was
 * decided, so that a plan would run again or a lock be gone.
 */
export const WRITINGS: ReadonlySet<string> = new Set([
  'NoteAdded',
  'MessagePinned',
  'AskTaken',
  'AskAnswered',
  'ReadingGiven',
  'RequestTurnedDown',
  'RequestRefused',
  'RecordExported',
  // What programs printed may name people too.
  'IncidentEnriched',
]);

/** Whether an event holds words of a person: said by them, or theirs and pinned by somebody. */
export function isWritingOf({ by, event }: Recorded, person: string): boolean {
  if (!WRITINGS.has(event.type)) return false;
  return by === person || field(event, 'person') === person || authorOf(event) === person;
}

function authorOf(event: Event): unknown {
  const author = field(event, 'author');
  return typeof author === 'object' && author !== null
    ? new Map<string, unknown>(Object.entries(author)).get('person')
    : undefined;
}

function field(event: Event, name: string): unknown {
  return new Map<string, unknown>(Object.entries(event)).get(name);
}
