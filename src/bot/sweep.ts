import { forget } from '../core/alert/correlation-index.ts';
import { pendingDeeds } from '../core/incident/page-deeds.ts';
import { pendingSilences } from '../core/incident/silences.ts';
import { isReviewOpen } from '../core/operation/glass.ts';
import { type OperationState, terminal } from '../core/operation/operation.ts';
import type { Readings } from './readings.ts';

/** How long an ended operation stays at hand; older ones are read from the store. */
const endedKeepMs = 60 * 60_000;

/**
 * Drops what is over for good. Called now and then; what is asked for again is read from the store, and dropped again.
 * Which operations an incident had stays: the store is asked by stream, and without their names nobody would find them.
 */
export function sweep(readings: Readings, now: number): void {
  forget(readings.correlation, now);
  for (const [id, { state }] of readings.incidents) {
    if (state.status === 'resolved' && !readings.correlation.byIncident.has(id)) {
      const operations = readings.operationsOf.get(id) ?? [];
      const isSettled = pendingSilences(state).length + pendingDeeds(state).length === 0;
      if (isSettled && operations.every((operation) => isOver(readings, operation))) {
        readings.incidents.delete(id);
      }
    }
  }
  for (const [id, { state }] of readings.operations) {
    if (terminal.has(state.status) && !isAtHand(readings, state, now))
      readings.operations.delete(id);
  }
  const loose = readings.operationsOf.get('');
  if (loose) {
    const kept = loose.filter((id) => readings.operations.has(id));
    readings.operationsOf.set('', kept);
  }
  const storms = new Set(
    [...readings.storms.values()].flatMap(({ state }) => state.map(({ storm }) => storm)),
  );
  for (const id of readings.posts.keys()) {
    if (readings.incidents.has(id) || readings.operations.has(id) || storms.has(id)) continue;
    readings.posts.delete(id);
  }
}

/** While it is to be reviewed, and with its incident; one that was asked outside any, for a while after its end. */
function isAtHand(readings: Readings, state: OperationState, now: number): boolean {
  const { asked, endedAt } = state;
  if (isReviewOpen(state)) return true;
  return asked?.incident
    ? readings.incidents.has(asked.incident)
    : (endedAt ?? now) >= now - endedKeepMs;
}

function isOver(readings: Readings, operation: string): boolean {
  const held = readings.operations.get(operation);
  return !held || (terminal.has(held.state.status) && !isReviewOpen(held.state));
}
