import type { Event } from '../../../src/core/event.ts';
import type { Journal } from '../../../src/core/ports/journal.ts';

export interface Told {
  readonly stream: string;
  readonly type: string;
  readonly event: Event;
}

/** How often a rollout was looked at, where a post stands and when people were told: no part of the order of a story. */
const asides = new Set([
  'StepProgressed',
  'PeopleNotified',
  'Posted',
  'TargetLocked',
  'TargetReleased',
]);

/** What happened to incidents and operations, in order. */
export async function told(journal: Pick<Journal, 'tail'>): Promise<readonly Told[]> {
  const { recorded } = await journal.tail(0, 10_000);
  return recorded
    .filter(
      ({ stream, event }) => /^(incident|operation)\//.test(stream) && !asides.has(event.type),
    )
    .map(({ stream, event }) => ({ stream, type: event.type, event }));
}
