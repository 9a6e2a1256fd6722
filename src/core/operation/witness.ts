import type { OperationEvent } from './operation.ts';

const shownWith: ReadonlySet<OperationEvent['type']> = new Set([
  'OperationPlanned',
  'OperationSucceeded',
  'OperationFailed',
  'OperationUnknown',
]);

/**
 * A plan and a result are shown with the newest signed checkpoint. It is an event, because a card is a reading of the
 * journal and never of the moment it is drawn in.
 */
export function witnessed(
  events: readonly OperationEvent[],
  checkpoint: string | undefined,
): readonly OperationEvent[] {
  return checkpoint !== undefined && events.some(({ type }) => shownWith.has(type))
    ? [...events, { type: 'CheckpointShown', v: 1, checkpoint }]
    : events;
}
