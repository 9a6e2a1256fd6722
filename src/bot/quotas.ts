import type { OperationIntent } from '../core/operation/decide.ts';
import { type Full, fullOf, limitsOf, limitWrites } from '../core/operation/limit.ts';
import type { OperationEvent, OperationState } from '../core/operation/operation.ts';
import { type PlanCounted, waitingOf } from '../core/operation/quota.ts';
import type { StreamWrite } from '../core/ports/journal.ts';
import { type Held, type Readings, streamOf } from './readings.ts';

export interface Quotas {
  /** The intents by which a plan is made or begun, with what its requester has waiting and what its rule lets begin. */
  asked(intent: OperationIntent, state: OperationState): Promise<OperationIntent>;
  /** What counts it, in the same append. */
  writes(changed: Changed): readonly StreamWrite[];
}

export interface Changed {
  readonly intent: OperationIntent;
  readonly events: readonly OperationEvent[];
  readonly before: OperationState;
  readonly after: OperationState;
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
  async function waitingFor(requester: string) {
    const plans = readings.quotas.get(requester)?.state ?? [];
    const states = new Map<string, OperationState>();
    for (const { operation } of plans) {
      states.set(operation, (await options.operation(operation)).state);
    }
    return waitingOf(plans, {
      at: options.now(),
      max: options.pendingMax?.() ?? Number.POSITIVE_INFINITY,
      operation: (id) => states.get(id),
    });
  }

  function fullBefore(intent: OperationIntent, state: OperationState): Full | undefined {
    const runs = (rule: string) => readings.limits.get(rule)?.state ?? [];
    return fullOf(limitsFor(intent, state), { at: options.now(), runs });
  }

  function countPlan(event: OperationEvent): readonly StreamWrite[] {
    if (event.type !== 'OperationPlanned') return [];
    const { requester, operation, expiresAt } = event.plan;
    const counted: PlanCounted = { type: 'PlanCounted', v: 1, operation, expiresAt };
    return [
      {
        stream: streamOf('quota', requester),
        expectedVersion: readings.quotas.get(requester)?.version ?? 0,
        events: [counted],
      },
    ];
  }

  return {
    async asked(intent, state) {
      if (intent.type !== 'Plan' && intent.type !== 'Begin') return intent;
      const full = fullBefore(intent, state);
      const limited = full ? { ...intent, full } : intent;
      if (limited.type !== 'Plan') return limited;
      return { ...limited, waiting: await waitingFor(limited.plan.requester) };
    },
    writes: ({ intent, events, before, after }) => [
      ...events.flatMap(countPlan),
      ...limitWrites({ before, after }, limitsFor(intent, before), readings.limits).map(
        (write) => ({
          stream: streamOf('limit', write.rule),
          expectedVersion: readings.limits.get(write.rule)?.version ?? 0,
          events: write.events,
        }),
      ),
    ],
  };
}

function limitsFor(intent: OperationIntent, state: OperationState) {
  if (intent.type === 'Plan') return limitsOf(intent);
  return intent.type === 'Begin' ? limitsOf(state, intent.verdict) : [];
}
