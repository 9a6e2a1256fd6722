import { type OperationEvent, type OperationState, terminal } from './operation.ts';
import { compensationsOf, type Step } from './plan.ts';
import type { TargetEvent, TargetState } from './target.ts';

/** What to append beside an operation's own events. A target without events is named all the same: it was read. */
export type LockWrites =
  | { readonly ok: true; readonly writes: readonly TargetWrite[] }
  /** Another operation writes there: these events must not be appended now. */
  | { readonly ok: false; readonly target: string; readonly heldBy: string };

export interface TargetWrite {
  readonly target: string;
  readonly events: readonly TargetEvent[];
}

/**
 * The locks that change with an operation. To begin takes every target or none, in the order of their ids, so that two
 * operations meet at the same stream first. An end gives them back; `unknown` is no end, because a write may still land.
 */
export function lockWrites(
  operation: { readonly before: OperationState; readonly after: OperationState },
  events: readonly OperationEvent[],
  targets: readonly TargetState[],
): LockWrites {
  const { before, after } = operation;
  const begins = events.some(({ type }) => type === 'OperationStarted');
  // What never began holds nothing.
  const ends = before.startedAt !== undefined && !isOver(before) && isOver(after);
  if (!begins && !ends) return { ok: true, writes: [] };
  const states = lockedTargets(after).map((id) => stateOf(id, targets));
  if (ends) return { ok: true, writes: states.map((state) => released(state, after.id)) };
  for (const { id, heldBy } of states) {
    if (heldBy !== undefined && heldBy !== after.id) return { ok: false, target: id, heldBy };
  }
  return { ok: true, writes: states.map((state) => locked(state, after.id)) };
}

/** Everything the plan may write, compensations included: each id once, in order. */
export function lockedTargets(operation: OperationState): readonly string[] {
  const { plan } = operation;
  if (!plan) return [];
  const ids = [...plan.targets.map(({ id }) => id), ...plan.steps.flatMap(targetsOf)];
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
}

/** Whom an approved operation waits for; '' for nobody. */
export function holderBefore(
  operation: OperationState,
  target: (id: string) => TargetState,
): string {
  if (operation.status !== 'approved') return '';
  for (const id of lockedTargets(operation)) {
    const holder = target(id).heldBy;
    if (holder !== undefined && holder !== operation.id) return holder;
  }
  return '';
}

function isOver({ status }: OperationState): boolean {
  return terminal.has(status);
}

function targetsOf(step: Step): readonly string[] {
  return [step.target.id, ...compensationsOf(step).flatMap(targetsOf)];
}

function stateOf(id: string, targets: readonly TargetState[]): TargetState {
  const state = targets.find((target) => target.id === id);
  // A lock that was not read must never be taken for a free one.
  if (!state) throw new TypeError(`the lock of ${id} was not read`);
  return state;
}

function locked(state: TargetState, operation: string): TargetWrite {
  const events: readonly TargetEvent[] =
    state.heldBy === operation ? [] : [{ type: 'TargetLocked', v: 1, operation }];
  return { target: state.id, events };
}

function released(state: TargetState, operation: string): TargetWrite {
  const events: readonly TargetEvent[] =
    state.heldBy === operation ? [{ type: 'TargetReleased', v: 1, operation }] : [];
  return { target: state.id, events };
}
