import type { Draft, TargetRef } from '../../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import { type Autoscaler, readAutoscaler } from '../autoscaler.ts';
import { at, record, whole } from '../json.ts';
import { type PatchMeta, patchMetadata } from '../rollback-body.ts';
import type { Intended } from '../simulate.ts';
import { type Workload, wordsFor } from '../workload.ts';
import { type Drafting, draftStep } from './draft.ts';

export const setReplicas = 'kubernetes.set-replicas';

/** Within the bounds of the service; to 0 is danger. */
export async function draftScale(drafting: Drafting): Promise<Draft> {
  const { request, workload } = drafting;
  const asked = askedReplicas(request.args['replicas']);
  if (typeof asked !== 'number') return { ok: false, problem: asked };
  const refusal = refused(workload, asked, request.target.bounds);
  return refusal ? { ok: false, problem: refusal } : draftReplicas(drafting, asked);
}

/** The step that sets the number, whoever found it right. */
export async function draftReplicas(drafting: Drafting, asked: number): Promise<Draft> {
  const { cluster, workload } = drafting;
  const autoscaler = await readAutoscaler(cluster.reader, workload);
  const from = workload.replicas;
  const there = {
    path: 'replicas',
    what: 'changed',
    from: String(from),
    to: String(asked),
  } as const;
  const back = { ...there, from: there.to, to: there.from };
  return draftStep(drafting, intendedReplicas(workload, asked), {
    kind: setReplicas,
    change: [there],
    params: { replicas: asked },
    preconditions: { replicas: from },
    postconditions: (would) => ({ replicas: whole(at(would, 'spec', 'replicas'), asked) }),
    undo: { change: [back], params: { replicas: from } },
    risk: asked === 0 ? 'danger' : 'change',
    warnings: [...autoscaler.warnings, ...warnings(workload, asked, autoscaler.found)],
    blast: { podsAfter: asked },
    replaces: false,
  });
}

/**
 * A merge patch of the workload itself. The scale subresource would need less of a right, but takes no annotation:
 * after a lost answer nothing would tell our write from an autoscaler's.
 */
export function intendedReplicas(
  workload: Workload,
  replicas: number,
  meta: PatchMeta = {},
): Intended {
  return {
    send: { patch: { type: 'merge', body: { metadata: patchMetadata(meta), spec: { replicas } } } },
    local: { ...workload.raw, spec: { ...record(workload.raw['spec']), replicas } },
  };
}

function askedReplicas(replicas: Facts[string] | undefined): number | Problem {
  const text = String(replicas ?? '');
  return /^\d{1,6}$/.test(text)
    ? Number(text)
    : problem('K8S_BAD_ARGUMENT', {
        argument: 'replicas',
        value: text,
        wanted: 'a whole number of replicas, 0 or more',
      });
}

function refused(
  workload: Workload,
  replicas: number,
  { min, max }: TargetRef['bounds'],
): Problem | undefined {
  const facts = { workload: wordsFor(workload.locator), replicas };
  if (workload.locator.kind === 'daemonset') return problem('K8S_NOT_SCALABLE', facts);
  if (min !== undefined && replicas < min) return problem('K8S_BELOW_MIN', { ...facts, min });
  if (max !== undefined && replicas > max) return problem('K8S_ABOVE_MAX', { ...facts, max });
  return replicas === workload.replicas ? problem('K8S_REPLICAS_ALREADY', facts) : undefined;
}

function warnings(
  workload: Workload,
  replicas: number,
  hpa: Autoscaler | undefined,
): readonly Problem[] {
  const facts = { workload: wordsFor(workload.locator) };
  const zero = replicas === 0 ? [problem('K8S_TO_ZERO', facts)] : [];
  if (hpa === undefined) return zero;
  const governed = { ...facts, hpa: hpa.name, min: hpa.min, max: hpa.max };
  return [...zero, problem(replicas === 0 ? 'K8S_HPA_DISABLED' : 'K8S_HPA_WILL_UNDO', governed)];
}
