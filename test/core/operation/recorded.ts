import type { Event, Recorded } from '../../../src/core/event.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { operationTrail } from '../../../src/core/operation/trail.ts';
import type { TrailRow } from '../../../src/core/record/row.ts';
import { op, sha256, T0 } from './sample.ts';

/** The record of an operation that consists of these events, one each second. */
export const trail = (...events: readonly (OperationEvent | Event)[]): readonly TrailRow[] =>
  operationTrail(recorded(events as readonly OperationEvent[]), sha256);

function recorded(events: readonly OperationEvent[]): readonly Recorded<OperationEvent>[] {
  return events.map((event, index) => ({
    stream: `operation/${op}`,
    version: index + 1,
    position: 100 + index,
    at: T0 + index * 1000,
    by: 'ana',
    cause: `cause-${index}`,
    event,
  }));
}
