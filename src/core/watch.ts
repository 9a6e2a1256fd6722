import type { ErasedEvent } from './event.ts';
import type { Problem } from './problem.ts';

/*
 * An outage of a watched endpoint, from the check that made it one to the first that went well. It is on the record so
 * that one outage is one proposal, whatever becomes of the process, of the proposal and of the incident meanwhile. Single
 * checks are not recorded, and strikes are counted afresh by each process.
 */

export type WatchEvent =
  | {
      readonly type: 'WatchFailed';
      readonly v: 1;
      /** From 1, of each watch. */
      readonly outage: number;
      /** Where it is said. */
      readonly incident: string;
      readonly strikes: number;
      readonly problem: Problem;
    }
  | { readonly type: 'WatchRecovered'; readonly v: 1; readonly outage: number };

export interface WatchState {
  readonly outages: number;
  /** Where the last one was said. */
  readonly last?: string;
  /** Absent while it answers, as far as is known. */
  readonly down?: { readonly outage: number; readonly incident: string; readonly since: number };
}

export const initialWatch: WatchState = { outages: 0 };

export function evolveWatch(
  state: WatchState,
  event: WatchEvent | ErasedEvent,
  { at }: { readonly at: number },
): WatchState {
  switch (event.type) {
    case 'WatchFailed': {
      const { outage, incident } = event;
      return { outages: outage, last: incident, down: { outage, incident, since: at } };
    }
    case 'WatchRecovered': {
      const { down: _, ...rest } = state;
      return rest;
    }
    default:
      return state;
  }
}
