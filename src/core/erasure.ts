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
];

/** The stream that lost a payload by this event; undefined when it is no erasure. */
export function erasedStream({ stream, event }: Recorded): string | undefined {
  const isErasure = stream === ERASURES && event.type === 'PayloadErased' && 'stream' in event;
  return isErasure && typeof event.stream === 'string' ? event.stream : undefined;
}
