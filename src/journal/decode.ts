import type { ErasedEvent, Event, Recorded } from '../core/event.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { markFrom } from './archive-mark.ts';
import type { Row } from './row.ts';

/**
 * For each event type one function per past schema version: entry 1 turns a v1 event into a v2 one. A type without
 * entries is at version 1.
 */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

export type Upcaster = (event: Event) => Event;

/** Upcasts to today's version; a newer one than this program knows is refused, never guessed. */
export function recordedFrom(row: Row, upcasters: Upcasters): Recorded {
  const { position, stream, version, at, by, cause, payload } = row;
  const event = payload === null ? absent(row) : parseEvent(row, payload, upcasters);
  return { stream, version, position, at, by, cause, event };
}

/** What is archived is not gone, and a reader can tell. */
function absent({ type, v, mark = '' }: Row): ErasedEvent {
  const { kind, number } = markFrom(mark) ?? { kind: 'erased', number: 0 };
  return kind === 'erased'
    ? { type: 'Erased', v, was: type }
    : { type: 'Erased', v, was: type, archived: { number, isPrivate: kind === 'private' } };
}

export function requireKnown(
  { type, v }: Event,
  upcasters: Upcasters,
  where: { stream: string; version: number },
): void {
  const known = knownVersion(type, upcasters);
  if (v > known)
    throw new ProblemError(problem('EVENT_TOO_NEW', { type, found: v, known, ...where }));
}

function parseEvent(row: Row, payload: string, upcasters: Upcasters): Event {
  const parsed: unknown = JSON.parse(payload);
  if (!isEvent(parsed)) {
    const { stream, version, position } = row;
    throw new ProblemError(problem('JOURNAL_EVENT_CHANGED', { stream, version, position }));
  }
  requireKnown(parsed, upcasters, { stream: row.stream, version: row.version });
  return upcast(parsed, upcasters);
}

function upcast(event: Event, upcasters: Upcasters): Event {
  const steps = upcasters[event.type];
  if (steps === undefined) return event;
  let current = event;
  for (let step = steps[current.v]; step !== undefined; step = steps[current.v]) {
    current = { ...step(current), v: current.v + 1 };
  }
  return current;
}

/** Steps are numbered without a gap from 1, so their count says today's version. */
function knownVersion(type: string, upcasters: Upcasters): number {
  const steps = upcasters[type];
  return steps === undefined ? 1 : Object.keys(steps).length + 1;
}

function isEvent(value: unknown): value is Event {
  if (typeof value !== 'object' || value === null) return false;
  const { type, v }: Partial<Record<keyof Event, unknown>> = value;
  return typeof type === 'string' && typeof v === 'number';
}
