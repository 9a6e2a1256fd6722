import type { ErasedEvent } from '../event.ts';
import { isPending } from './decide.ts';
import type { OperationState } from './operation.ts';

/**
 * Each plan is counted in a stream of its requester, by the append that makes it: two requests at the same moment meet
 * there, and the second is decided again.
 */
export interface PlanCounted {
  readonly type: 'PlanCounted';
  readonly v: 1;
  readonly operation: string;
  /** Milliseconds since 1970 after which it waits no more, whatever became of it. */
  readonly expiresAt: number;
}

/** Plans that may still wait. */
export type QuotaState = readonly Omit<PlanCounted, 'type' | 'v'>[];

export function evolveQuota(
  state: QuotaState,
  event: PlanCounted | ErasedEvent,
  meta: { readonly at: number },
): QuotaState {
  if (event.type !== 'PlanCounted') return state;
  const { operation, expiresAt } = event;
  return [...state.filter((plan) => plan.expiresAt > meta.at), { operation, expiresAt }];
}

/** What a requester has waiting, when another plan is made. */
export interface Waiting {
  readonly max: number;
  readonly operations: readonly string[];
  /** When the first of them waits no more by itself. */
  readonly freeAt: number;
}

export function waitingOf(
  plans: QuotaState,
  asked: {
    readonly at: number;
    readonly max: number;
    readonly operation: (id: string) => OperationState | undefined;
  },
): Waiting {
  const waiting = plans.filter((plan) => {
    const state = asked.operation(plan.operation);
    return plan.expiresAt > asked.at && state !== undefined && isPending(state);
  });
  return {
    max: asked.max,
    operations: waiting.map((plan) => plan.operation),
    freeAt: Math.min(...waiting.map(({ expiresAt }) => expiresAt)),
  };
}
