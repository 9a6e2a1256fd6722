import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Cluster } from './cluster.ts';
import type { Drafting } from './plans/draft.ts';
import { draftRestart } from './plans/restart.ts';
import { draftRollback } from './plans/rollback.ts';
import { draftJob } from './plans/run-job.ts';
import { draftScale } from './plans/scale.ts';
import { draftStart, draftStop } from './plans/stand.ts';
import { draftUndo } from './plans/undo.ts';
import { locatorOf } from './schema.ts';
import { readWorkload } from './workload.ts';

const drafts: Readonly<Record<string, (drafting: Drafting) => Promise<Draft>>> = {
  rollback: draftRollback,
  scale: draftScale,
  restart: draftRestart,
  undo: draftUndo,
  // Around what needs a service to be quiet: nobody asks for these by name.
  stop: draftStop,
  start: draftStart,
};

/** Reads and dry-runs; holds nothing it could change the cluster with. */
export function createPlanner(cluster: Cluster): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      const draft = drafts[request.verb];
      const locator = locatorOf(request.target.locator);
      if (draft === undefined && request.verb !== 'backup') {
        return { ok: false, problem: problem('K8S_UNKNOWN_VERB', { verb: request.verb }) };
      }
      try {
        if (draft === undefined) return await draftJob(cluster, request);
        if (locator === undefined) return { ok: false, problem: problem('K8S_LOCATOR') };
        const workload = await readWorkload(cluster.reader, locator, cluster.digest);
        return await draft({ cluster, request, workload });
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}
