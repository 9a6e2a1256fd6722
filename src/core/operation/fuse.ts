import type { Called } from './glass.ts';
import type { HaltEvent, HaltState } from './halt.ts';

/*
 * A fuse for the whole installation: so many dangerous operations within an hour are not one bad night any more but
 * somebody, or something, that has to be stopped. Each is counted among the halts, by the append that begins it, and the
 * one that reaches the number makes everything read-only in that same append.
 */

export interface Fuse {
  readonly dangerPerHour: number;
  /** Whom to call. */
  readonly call: readonly Called[];
}

export type FuseEvent =
  | { readonly type: 'DangerBegun'; readonly v: 1; readonly operation: string }
  | {
      readonly type: 'FuseBlown';
      readonly v: 1;
      /** The one that reached it. */
      readonly operation: string;
      /** All of that hour, it included. */
      readonly operations: readonly string[];
      readonly called: readonly Called[];
    };

export interface Danger {
  readonly operation: string;
  readonly at: number;
}

export interface Blown {
  readonly operation: string;
  readonly operations: readonly string[];
  readonly called: readonly Called[];
  readonly at: number;
}

const hourMs = 60 * 60_000;
/** Lines of threads are made from these; older ones have long been posted. */
const blownKept = 20;

export function fuseEvents(
  state: HaltState,
  {
    operation,
    at,
    fuse,
  }: { readonly operation: string; readonly at: number; readonly fuse?: Fuse },
): readonly HaltEvent[] {
  const begun: HaltEvent = { type: 'DangerBegun', v: 1, operation };
  const recent = state.dangers.filter((danger) => danger.at > at - hourMs);
  const operations = [...recent.map((danger) => danger.operation), operation];
  if (!fuse || state.readOnly || operations.length < fuse.dangerPerHour) return [begun];
  return [begun, { type: 'FuseBlown', v: 1, operation, operations, called: fuse.call }];
}

export function evolveFuse(state: HaltState, event: FuseEvent, at: number): HaltState {
  if (event.type === 'DangerBegun') {
    const kept = state.dangers.filter((danger) => danger.at > at - hourMs);
    return { ...state, dangers: [...kept, { operation: event.operation, at }] };
  }
  const { operation, operations, called } = event;
  const blown = [...state.blown, { operation, operations, called, at }].slice(-blownKept);
  const reason = `the fuse blew: ${operations.length} dangerous operations began within an hour (${operations.join(', ')})`;
  return { ...state, blown, readOnly: { person: 'tocsin', reason, at } };
}
