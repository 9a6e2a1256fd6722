import type { Change, Step, StepUndo } from '../../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import type { Autoscaler } from '../autoscaler.ts';
import type { Cluster } from '../cluster.ts';
import { diffOf } from '../diff.ts';
import { at, type Json, text, whole } from '../json.ts';
import { type Intended, simulate } from '../simulate.ts';
import { type Workload, wordsFor } from '../workload.ts';

/** What the three verbs share: where the draft stands. */
export interface Drafting {
  readonly cluster: Cluster;
  readonly request: DraftRequest;
  readonly workload: Workload;
}

/** What differs between them. */
export interface Wanted {
  readonly kind: string;
  readonly change: readonly Change[];
  readonly params: Facts;
  readonly preconditions: Facts;
  /** Told what the server would make of it. */
  readonly postconditions: (would: Json) => Facts;
  readonly undo: StepUndo;
  readonly risk: 'change' | 'danger';
  readonly warnings: readonly Problem[];
  readonly blast: Facts;
  /** Pods are replaced: the update strategy matters. */
  readonly replaces: boolean;
}

/** One step: simulated, compared, and bound to what was shown. */
export async function draftStep(
  { cluster, request, workload }: Drafting,
  intended: Intended,
  wanted: Wanted,
): Promise<Draft> {
  const simulated = await simulate(cluster, workload, intended);
  if (!simulated.ok) return simulated;
  const { locator } = workload;
  const { target, locator: located } = request.target;
  const named = { id: `kubernetes/${target}/${wordsFor(locator)}`, identity: workload.uid };
  const step: Step = {
    id: 's1',
    kind: wanted.kind,
    v: 1,
    target: named,
    at: { integration: 'kubernetes', target, locator: located },
    change: wanted.change,
    params: wanted.params,
    preconditions: wanted.preconditions,
    postconditions: wanted.postconditions(simulated.object),
    verify: { what: wanted.replaces ? 'rollout' : 'replicas', withinMs: verifyWithinMs(workload) },
    guard: 'conditional',
    undo: wanted.undo,
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [named],
    diff: diffOf(workload.raw, simulated.object, {
      digest: cluster.digest,
      show: request.target.show,
    }),
    warnings: [
      ...wanted.warnings,
      ...(wanted.replaces ? strategyWarnings(workload) : []),
      ...simulated.warnings,
    ],
    blast: { cluster: target, ...blastOf(workload), ...wanted.blast },
    risk: wanted.risk,
  };
}

/** Bound in the plan with what else was shown: with an autoscaler the number moves by itself and says nothing. */
export function shownReplicas(workload: Workload, autoscaler: Autoscaler | undefined): Facts {
  return autoscaler === undefined ? { replicas: workload.replicas } : {};
}

export function emptyWorkload(workload: Workload): readonly Problem[] {
  return workload.replicas === 0
    ? [problem('K8S_ZERO_REPLICAS', { workload: wordsFor(workload.locator) })]
    : [];
}

/** The controller's own limit and a little more, so that its word comes first. */
function verifyWithinMs({ raw, replicas, locator }: Workload): number {
  const limit = whole(at(raw, 'spec', 'progressDeadlineSeconds'), 600);
  return locator.kind === 'deployment'
    ? limit * 1000 + 30_000
    : Math.max(600_000, replicas * 120_000);
}

function blastOf({ locator, replicas, raw }: Workload): Facts {
  const rolling = at(raw, 'spec', 'strategy', 'rollingUpdate');
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const unavailable = text(at(rolling, 'maxUnavailable'));
  return {
    namespace: locator.namespace,
    workload: `${locator.kind}/${locator.name}`,
    pods: replicas,
    ...(unavailable === '' ? {} : { unavailableAtMost: unavailable }),
  };
}

function strategyWarnings({ raw, replicas, locator }: Workload): readonly Problem[] {
  const workload = wordsFor(locator);
  if (text(at(raw, 'spec', 'updateStrategy', 'type')) === 'OnDelete') {
    return [problem('K8S_ON_DELETE', { workload })];
  }
  const partition = whole(at(raw, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));
  if (partition === 0) return [];
  const changing = Math.max(0, replicas - partition);
  return [problem('K8S_PARTITION', { workload, partition, replicas, changing })];
}
