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

export function initialTarget(id: string): TargetState {
  return { id };
}

export function evolveTarget(
  state: TargetState,
  event: TargetEvent | ErasedEvent,
  meta: { readonly at: number },
): TargetState {
  if (event.type === 'TargetLocked')
    return { id: state.id, heldBy: event.operation, since: meta.at };
  if (event.type === 'TargetReleased' && state.heldBy === event.operation) return { id: state.id };
  return state;
}
