import type { Facts, Problem } from '../problem.ts';

/**
 * A small program that is approved whole. Data only: what was shown is what runs. Its hash covers every field
 * (`hash.ts`), so a changed byte needs a new approval.
 */
export interface Plan {
  readonly format: 1;
  readonly operation: string;
  /** Drawn after the request, so that nobody can prepare an approval. */
  readonly nonce: string;
  readonly requester: string;
  readonly verb: string;
  /** The line as it was understood, for the record and for asking again. */
  readonly line: string;
  readonly service: string;
  readonly environment: string;
  readonly risk: Risk;
  readonly targets: readonly PlanTarget[];
  readonly steps: readonly Step[];
  readonly diff: readonly Change[];
  readonly blast: Facts;
  readonly warnings: readonly Problem[];
  readonly reason: string;
  /** Whoever approves it approves its undo as well, so long (ms) after its end; absent where that is not so. */
  readonly undoWithinMs?: number;
  /** What it refers to elsewhere, `OPS-123`; absent for nothing. */
  readonly ticket?: string;
  /** Milliseconds since 1970 after which nothing of it may start. */
  readonly expiresAt: number;
  /** SHA-256 of the policy that decided. */
  readonly policy: string;
}

export type Risk = 'read' | 'incident' | 'change' | 'danger';

export interface PlanTarget {
  /** Names the lock: `kubernetes/eu-1/shop/deployment/checkout`. */
  readonly id: string;
  /** What stands behind the name now (a uid): a target made anew is another target. */
  readonly identity: string;
}

export interface Step {
  /** `s1`, `s2`, … and `c1`, … for compensations. */
  readonly id: string;
  /** `kubernetes.set-template`: which driver knows it. */
  readonly kind: string;
  readonly v: number;
  readonly target: PlanTarget;
  /** Which configured target holds it, and where. */
  readonly at: { readonly integration: string; readonly target: string; readonly locator: Facts };
  /** From → to, as shown. */
  readonly change: readonly Change[];
  /** What the driver needs and the hash covers; not interpreted by core. No secrets, no templates. */
  readonly params: Facts;
  /** The fields that were shown and must still hold just before the write. */
  readonly preconditions: Facts;
  /** The fields that hold when it is done. */
  readonly postconditions: Facts;
  /** How it is verified, and for how long at most. */
  readonly verify: { readonly what: string; readonly withinMs: number };
  readonly guard: 'conditional' | 'unguarded';
  readonly undo: StepUndo;
  /** `stop`, or the compensations to run, in order. */
  readonly onFailure: 'stop' | { readonly compensate: readonly Step[] };
  /** No freeze, stop or cancel acts between this step and the next. */
  readonly critical: boolean;
  /** Should it fail, the steps after it run nevertheless; the operation has failed all the same. */
  readonly goesOn?: true;
}

export type StepUndo =
  | 'irreversible'
  | { readonly change: readonly Change[]; readonly params: Facts };

/** One line of a diff. Values are already fit to be shown: secrets are digests. */
export interface Change {
  readonly path: string;
  readonly what: 'added' | 'removed' | 'changed';
  readonly from?: string;
  readonly to?: string;
}

/** Why a plan could not be followed, or shown whole; undefined when it can. Integrations draft, core does not trust. */
export function flawOf(
  plan: Plan,
  whose: { readonly operation: string; readonly requester: string },
): string | undefined {
  if (plan.operation !== whose.operation) return `it belongs to ${plan.operation}`;
  if (plan.requester !== whose.requester) return `it names ${plan.requester} as the requester`;
  if (plan.steps.length === 0) return 'it has no steps';
  const forward = plan.steps.map(({ id }) => id);
  // Only one failed step brings its compensations in, so two lists may share names; one list and the steps may not.
  const compensations = plan.steps.map((step) => compensationsOf(step).map(({ id }) => id));
  const twice = [[], ...compensations]
    .map((ids) => repeated([...forward, ...ids]))
    .find((id) => id !== undefined);
  return twice === undefined ? undefined : `two of its steps are called ${twice}`;
}

export function compensationsOf(step: Step): readonly Step[] {
  return step.onFailure === 'stop' ? [] : step.onFailure.compensate;
}

function repeated(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => ids.indexOf(id) !== index);
}
