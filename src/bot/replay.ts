import type { Recorded } from '../core/event.ts';
import type { IncidentEvent } from '../core/incident/event.ts';
import {
  evolve as evolveIncident,
  type IncidentState,
  initialIncident,
} from '../core/incident/incident.ts';
import {
  evolve as evolveOperation,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../core/operation/operation.ts';
import type { Held } from './readings.ts';

/** The state of one stream from all of its events, for what memory no longer holds. */
export function replay<S, E extends { readonly type: string; readonly v: number }>(
  events: readonly Recorded[],
  initial: S,
  evolve: (state: S, event: Recorded<E>['event'], meta: Recorded<E>) => S,
): Held<S> {
  let state = initial;
  for (const recorded of events as readonly Recorded<E>[]) {
    state = evolve(state, recorded.event, recorded);
  }
  return { state, version: events.length };
}

export function replayIncident(events: readonly Recorded[]): Held<IncidentState> {
  return replay<IncidentState, IncidentEvent>(events, initialIncident(), evolveIncident);
}

export function replayOperation(id: string, events: readonly Recorded[]): Held<OperationState> {
  return replay<OperationState, OperationEvent>(events, initialOperation(id), evolveOperation);
}
