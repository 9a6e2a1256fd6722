import type { ErasedEvent } from '../event.ts';

/** One mutation per target at a time: the lock is a stream of its own, named by the append that begins an operation. */
export type TargetEvent =
  | { readonly type: 'TargetLocked'; readonly v: 1; readonly operation: string }
  | { readonly type: 'TargetReleased'; readonly v: 1; readonly operation: string };

export interface TargetState {
  readonly id: string;
  readonly heldBy?: string;
  readonly since?: number;
}

/** Holds a target of which a part of the record is gone: whether anybody writes there is not known, so nobody else may. */
export const unreadable = 'unreadable';

export function initialTarget(id: string): TargetState {
  return { id };
}

export function evolveTarget(
  state: TargetState,
  event: TargetEvent | ErasedEvent,
  meta: { readonly at: number },
): TargetState {
  if (event.type === 'Erased') {
    // Whose release is gone holds it still: only who took it can be unknown.
    return event.was === 'TargetLocked'
      ? { id: state.id, heldBy: unreadable, since: meta.at }
      : state;
  }
  if (event.type === 'TargetLocked')
    return { id: state.id, heldBy: event.operation, since: meta.at };
  const isHolder = state.heldBy === event.operation || state.heldBy === unreadable;
  return event.type === 'TargetReleased' && isHolder ? { id: state.id } : state;
}
