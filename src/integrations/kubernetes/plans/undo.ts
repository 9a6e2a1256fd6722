import type { Step } from '../../../core/operation/plan.ts';
import type { Draft } from '../../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import { whole } from '../json.ts';
import { readRevisions } from '../revisions.ts';
import { short } from '../template.ts';
import { type Workload, wordsFor } from '../workload.ts';
import type { Drafting } from './draft.ts';
import { draftTemplate, setTemplate, unfit } from './rollback.ts';
import { draftReplicas, setReplicas } from './scale.ts';

/** The way back from a step that took effect, as long as what it wrote is what stands there. */
export async function draftUndo(drafting: Drafting): Promise<Draft> {
  const { request, workload } = drafting;
  const { undoes } = request;
  const facts = { workload: wordsFor(workload.locator) };
  if (undoes === undefined || undoes.undo === 'irreversible') {
    return { ok: false, problem: problem('K8S_IRREVERSIBLE', facts) };
  }
  const changed = changedSince(undoes, workload);
  if (changed)
    return { ok: false, problem: problem('K8S_UNDO_OVERTAKEN', { ...facts, ...changed }) };
  switch (undoes.kind) {
    case setTemplate:
      return templateBack(drafting, undoes.undo.params);
    case setReplicas:
      // Where it came from was in order then, whatever the bounds of the service say now.
      return draftReplicas(drafting, whole(undoes.undo.params['replicas'], workload.replicas));
    default:
      return { ok: false, problem: problem('K8S_IRREVERSIBLE', facts) };
  }
}

async function templateBack(drafting: Drafting, params: Facts): Promise<Draft> {
  const { cluster, workload } = drafting;
  // Bound by uid: which revision is the last one does not matter.
  const refusal = unfit(workload, whole(params['revision'], 1));
  if (refusal) return { ok: false, problem: refusal };
  const revisions = await readRevisions(cluster.reader, workload, cluster.digest);
  const found = revisions.find(
    ({ uid, digest }) => uid === params['revisionUid'] && digest === params['template'],
  );
  return found
    ? draftTemplate(drafting, found, revisions)
    : { ok: false, problem: gone(workload, String(params['revisionName'])) };
}

function gone(workload: Workload, revision: string): Problem {
  return problem('K8S_REVISION_GONE', { workload: wordsFor(workload.locator), revision });
}

function changedSince(undoes: Step, workload: Workload): Facts | undefined {
  if (workload.uid !== undoes.target.identity) {
    return { field: 'identity', wanted: undoes.target.identity, observed: workload.uid };
  }
  const { template, replicas } = undoes.postconditions;
  if (template !== undefined && template !== workload.digest) {
    return { field: 'template', wanted: short(String(template)), observed: short(workload.digest) };
  }
  return replicas !== undefined && replicas !== workload.replicas
    ? { field: 'replicas', wanted: replicas, observed: workload.replicas }
    : undefined;
}
