import type { Recorded, Sha256 } from '../event.ts';
import type { IncidentEvent } from '../incident/event.ts';
import { incidentTrail } from '../incident/trail.ts';
import type { OperationEvent } from '../operation/operation.ts';
import { operationTrail } from '../operation/trail.ts';
import { rowOf, type TrailRow } from './row.ts';

/** The record of some streams as one, by their places in the journal. Of each stream all events are needed, oldest first. */
export function trailOf(
  streams: readonly (readonly Recorded[])[],
  sha256: Sha256,
): readonly TrailRow[] {
  return streams
    .flatMap((events) => rowsOf(events, sha256))
    .toSorted((one, other) => one.position - other.position);
}

function rowsOf(events: readonly Recorded[], sha256: Sha256): readonly TrailRow[] {
  const stream = events[0]?.stream ?? '';
  if (stream.startsWith('incident/')) {
    return incidentTrail(events as readonly Recorded<IncidentEvent>[]);
  }
  if (stream.startsWith('operation/')) {
    return operationTrail(events as readonly Recorded<OperationEvent>[], sha256);
  }
  return events.map(rowOf);
}
