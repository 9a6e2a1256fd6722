import { parseMatchers } from '../alert/matcher.ts';
import type { OperationState } from '../operation/operation.ts';
import type { RecordSilence } from './intent.ts';

/** A silence that an approved operation has made, for the incident that it belongs to. */
export interface MadeSilence {
  readonly incident: string;
  /** `alertmanager/main`. */
  readonly source: string;
  readonly silence: string;
  readonly became: Extract<RecordSilence['became'], { readonly kind: 'made-by-operation' }>;
}

/** Undefined where it made none, or belongs to no incident. */
export function madeByOperation(operation: OperationState | undefined): MadeSilence | undefined {
  const { asked, plan, id } = operation ?? {};
  if (!operation || !asked || !plan || asked.verb !== 'silence' || asked.incident === '') {
    return undefined;
  }
  const step = operation.steps.find(({ appliedAt }) => appliedAt > 0);
  if (!step) return undefined;
  const { params, preconditions, at } = step.step;
  const matchers = parseMatchers(String(params['matchers']));
  if ('why' in matchers) return undefined;
  const { ref, until } = step.outputs;
  const { person, surface } = asked.requester;
  // Found by looking, its end is known to the second before which it was written.
  const lasts = Number(params['durationMs']);
  return {
    incident: asked.incident,
    source: `${at.integration}/${at.target}`,
    silence: String(params['silence']),
    became: {
      kind: 'made-by-operation',
      ref: typeof ref === 'string' ? ref : '',
      operation: id ?? '',
      person,
      surface,
      matchers,
      reason: plan.reason,
      until: typeof until === 'number' ? until : step.appliedAt + lasts,
      hides: Number(preconditions['firing'] ?? 0),
    },
  };
}
