import { isPending } from './decide.ts';
import type { OperationEvent, OperationState } from './operation.ts';

/*
 * When the clock of the host jumps, nobody can say any more how long ago an approval was given, or whether the plan had
 * expired by then. What was approved and has not begun is asked for again.
 */

/** Of the installation, in a stream of its own. */
export interface ClockJumped {
  readonly type: 'ClockJumped';
  readonly v: 1;
  /** Forward where it is positive. */
  readonly jumpMs: number;
}

/** More than this between two looks is no correction of a clock that runs a little fast or slow. */
export const jumpMinMs = 5000;

export interface ApprovalsVoided {
  readonly type: 'ApprovalsVoided';
  readonly v: 1;
  readonly jumpMs: number;
  readonly people: readonly string[];
}

export interface VoidApprovals {
  readonly type: 'VoidApprovals';
  readonly jumpMs: number;
}

export interface Voided {
  readonly jumpMs: number;
  readonly people: readonly string[];
  readonly at: number;
}

/** Quiet where nobody has approved yet, and where it has begun: what runs was judged before. */
export function decideVoid(
  { jumpMs }: VoidApprovals,
  state: OperationState,
): readonly OperationEvent[] {
  if (!isPending(state) || state.glass || state.approvals.length === 0) return [];
  const people = state.approvals.map(({ evidence }) => evidence.person);
  return [{ type: 'ApprovalsVoided', v: 1, jumpMs, people }];
}

/** Approvers are asked again from the beginning. */
export function evolveVoid(
  state: OperationState,
  { jumpMs, people }: ApprovalsVoided,
  at: number,
): OperationState {
  const voided = { jumpMs, people, at };
  return { ...state, status: 'waiting', approvals: [], asking: [], voided };
}
