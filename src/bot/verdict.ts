import { onCallOf } from '../core/catalog.ts';
import { type Incident, severitiesOf } from '../core/incident/incident.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { judge, type Verdict } from '../core/operation/policy.ts';
import type { Evidence } from '../core/person.ts';
import type { Settings } from '../core/settings.ts';

export interface Now {
  readonly settings: Settings;
  readonly incidents: readonly Incident[];
  readonly at: number;
  readonly evidenceOf: (person: Evidence) => Promise<Evidence>;
}

/**
 * What the policy says now of a request that was judged before: hours pass while people are asked, incidents get worse,
 * and somebody may have left the group that may ask. Undefined for plans of 0.1.0, which do not hold all it takes.
 */
export async function verdictNow(
  { asked, plan, judged }: OperationState,
  { settings, incidents, at, evidenceOf }: Now,
): Promise<Verdict | undefined> {
  if (!asked || !plan || !judged) return undefined;
  const { family, args, targets } = judged;
  const { verb, service, environment, risk } = plan;
  return judge(settings.policy, {
    verb,
    family,
    risk,
    service,
    environment,
    requester: await evidenceOf(asked.requester),
    ...onCallOf(settings.catalog, service),
    reason: asked.reason,
    ticket: plan.ticket ?? '',
    targets,
    args,
    severities: severitiesOf(incidents, asked),
    at,
  });
}
