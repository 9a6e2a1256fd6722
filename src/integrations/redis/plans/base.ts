import type { PlanTarget, Step } from '../../../core/operation/plan.ts';
import type { DraftRequest } from '../../../core/ports/step.ts';

/** What every step on a Redis has in common: it is begun once, and another failover leads back. */
export function wholeOf({ target: { target, locator } }: DraftRequest, identity: string) {
  const named: PlanTarget = { id: `redis/${target}`, identity };
  return {
    v: 1,
    target: named,
    at: { integration: 'redis', target, locator },
    undo: 'irreversible',
    guard: 'unguarded',
  } as const satisfies Partial<Step>;
}

/** Whom somebody named; '' for nobody. */
export function namedIn({ args }: DraftRequest): string {
  return String(args['to'] ?? '');
}
