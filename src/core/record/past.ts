import type { IncidentState } from '../incident/incident.ts';
import { pendingDeeds } from '../incident/page-deeds.ts';
import { pendingSilences } from '../incident/silences.ts';
import { isReviewOpen } from '../operation/glass.ts';
import { type OperationState, terminal } from '../operation/operation.ts';

/** Nothing more is done about it by itself: what a sweep of memory lets go, an archive may take. */
export function isIncidentOver(state: IncidentState): boolean {
  if (state.status !== 'resolved') return false;
  return pendingSilences(state).length + pendingDeeds(state).length === 0;
}

/** An outcome nobody knows is none, and what is to be reviewed is not over. */
export function isOperationOver(state: OperationState): boolean {
  return terminal.has(state.status) && !isReviewOpen(state);
}
