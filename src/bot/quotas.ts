import type { OperationIntent } from '../core/operation/decide.ts';
import type { OperationEvent, OperationState } from '../core/operation/operation.ts';
import { waitingOf } from '../core/operation/quota.ts';
import type { StreamWrite } from '../core/ports/journal.ts';
import { type Held, type Readings, streamOf } from './readings.ts';

export interface Quotas {
  /** The intent by which a plan is made, with what its requester has waiting. */
  asked(intent: OperationIntent): Promise<OperationIntent>;
  /** What counts it, in the same append. */
  writes(events: readonly OperationEvent[]): readonly StreamWrite[];
}

/** `operation`: as memory or the store has it. */
export function createQuotas(
  readings: Readings,
  options: {
    readonly now: () => number;
    readonly pendingMax?: () => number;
    readonly operation: (id: string) => Promise<Held<OperationState>>;
  },
): Quotas {
  return {
    async asked(intent) {
      if (intent.type !== 'Plan') return intent;
      const plans = readings.quotas.get(intent.plan.requester)?.state ?? [];
      const states = new Map<string, OperationState>();
      for (const { operation } of plans) {
        states.set(operation, (await options.operation(operation)).state);
      }
      const waiting = waitingOf(plans, {
        at: options.now(),
        max: options.pendingMax?.() ?? Number.POSITIVE_INFINITY,
        operation: (id) => states.get(id),
      });
      return { ...intent, waiting };
    },
    writes: (events) =>
      events.flatMap((event) => {
        if (event.type !== 'OperationPlanned') return [];
        const { requester, operation, expiresAt } = event.plan;
        return [
          {
            stream: streamOf('quota', requester),
            expectedVersion: readings.quotas.get(requester)?.version ?? 0,
            events: [{ type: 'PlanCounted', v: 1, operation, expiresAt } as const],
          },
        ];
      }),
  };
}
