import type { Called } from './glass.ts';
import { type OperationEvent, type OperationState, terminal } from './operation.ts';

/*
 * Whom a rule tells of what it lets be planned: that it is asked for, that it may begin, how it ended. They need not do
 * anything; who has to approve is on the card.
 */

export type Moment = 'asked' | 'approved' | 'ended';

export interface PeopleTold {
  readonly type: 'PeopleTold';
  readonly v: 1;
  readonly moment: Moment;
  /** As the groups were at that moment. */
  readonly called: readonly Called[];
}

export interface Telling {
  readonly moment: Moment;
  readonly at: number;
  readonly called: readonly Called[];
}

/** The newest moment that nobody was told of yet. What it has overtaken is told no more: nobody wants three calls at once. */
export function tellingDue(state: OperationState): Moment | undefined {
  if (!state.plan || (state.rule?.tell ?? []).length === 0) return undefined;
  const moment = momentOf(state);
  return state.told?.some((telling) => telling.moment === moment) ? undefined : moment;
}

export function decideTelling(
  { moment, called }: { readonly moment: Moment; readonly called: readonly Called[] },
  state: OperationState,
): readonly OperationEvent[] {
  return tellingDue(state) === moment ? [{ type: 'PeopleTold', v: 1, moment, called }] : [];
}

export function evolveTelling(
  state: OperationState,
  { moment, called }: PeopleTold,
  at: number,
): OperationState {
  return { ...state, told: [...(state.told ?? []), { moment, called, at }] };
}

function momentOf({ status }: OperationState): Moment {
  if (terminal.has(status)) return 'ended';
  return status === 'waiting' ? 'asked' : 'approved';
}
