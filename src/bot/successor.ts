import { following, incidentId } from '../core/alert/correlate.ts';
import { forget, type Thread } from '../core/alert/correlation-index.ts';
import type { Recorded, Sha256 } from '../core/event.ts';
import type { Journal } from '../core/ports/journal.ts';
import { emptyReadings, streamOf } from './readings.ts';
import { apply } from './stream-readers.ts';

export interface Successor extends Thread {
  /** It is open, or may be reopened: another process wrote it, and memory has not heard of it. */
  readonly stands: boolean;
}

export interface SuccessorDeps {
  readonly journal: Pick<Journal, 'read'>;
  readonly sha256: Sha256;
  readonly now: number;
  readonly sameThreadMs: number;
}

/**
 * Where what is said of a key belongs, when its incident of that ordinal turns out to be on disk although memory holds
 * none: to the newest of the key while that may go on, else to one after it. Some twenty streams are read for a key that
 * had a thousand incidents.
 */
export async function successorOf(
  key: string,
  ordinal: number,
  deps: SuccessorDeps,
): Promise<Successor> {
  const { journal, sha256 } = deps;
  const eventsOf = (n: number) => journal.read(streamOf('incident', incidentId(key, n, sha256)));
  let newest = { ordinal, events: await eventsOf(ordinal) };
  // Ordinals follow each other: up in doubled strides to the first that is free, then halves between the two.
  let free = ordinal + 1;
  for (let stride = 1; ; stride *= 2) {
    free = newest.ordinal + stride;
    const events = await eventsOf(free);
    if (events.length === 0) break;
    newest = { ordinal: free, events };
  }
  while (free - newest.ordinal > 1) {
    const middle = Math.floor((newest.ordinal + free) / 2);
    const events = await eventsOf(middle);
    if (events.length === 0) free = middle;
    else newest = { ordinal: middle, events };
  }
  const incident = incidentId(key, newest.ordinal, sha256);
  if (goesOn(incident, newest.events, deps)) {
    return { incident, ordinal: newest.ordinal, stands: true };
  }
  return { ...following(key, newest.ordinal, sha256), stands: false };
}

function goesOn(
  incident: string,
  events: readonly Recorded[],
  { now, sameThreadMs }: SuccessorDeps,
): boolean {
  const readings = emptyReadings(sameThreadMs);
  for (const recorded of events) apply(readings, recorded);
  forget(readings.correlation, now);
  return readings.correlation.byIncident.has(incident);
}
