import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { Written } from '../client.ts';
import type { WritableCluster } from '../cluster.ts';
import { intendedFor, unfit } from '../plans/rollback.ts';
import { type Revision, readRevision } from '../revisions.ts';
import { observeRollout } from '../rollout.ts';
import { short } from '../template.ts';
import { type Workload, wordsFor, workloadPath } from '../workload.ts';
import { createDriver, stale } from './driver.ts';
import { sendIntended } from './send.ts';

/** Puts the template of a kept revision back, as `kubectl rollout undo` does. */
export function setTemplateDriver(cluster: WritableCluster): StepDriver {
  return createDriver(cluster, {
    async check(_cluster, step, live) {
      // Any revision but 0, whose meaning depends on what the controller has seen: this one is bound by uid.
      const refused = unfit(live, 1);
      if (refused) return refused;
      const found = await planned(cluster, step, live);
      return 'code' in found ? found : undefined;
    },
    async write(_cluster, step, live, meta): Promise<Written> {
      const found = await planned(cluster, step, live);
      if ('code' in found) return { outcome: 'refused', problem: found };
      const { send } = intendedFor(live, found, meta);
      return sendIntended(cluster, workloadPath(live.locator), send);
    },
    observe: (_cluster, step, context) => observeRollout(cluster, step, context),
  });
}

/** The revision that was shown: the same object with the same template, whatever number it has now. */
async function planned(
  cluster: WritableCluster,
  step: Step,
  live: Workload,
): Promise<Revision | Problem> {
  const { revisionName, revisionUid, revision, template } = step.params;
  const workload = wordsFor(live.locator);
  const shown = `${revision} (${revisionName})`;
  try {
    const found = await readRevision(cluster.reader, live, String(revisionName), {
      digest: cluster.digest,
      urgent: true,
    });
    if (found.uid !== revisionUid) {
      return stale(workload, {
        field: 'revision',
        planned: shown,
        observed: 'another of that name',
      });
    }
    return found.digest === template
      ? found
      : stale(workload, {
          field: 'revision',
          planned: short(String(template)),
          observed: short(found.digest),
        });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'K8S_NOT_FOUND') {
      return stale(workload, { field: 'revision', planned: shown, observed: 'gone' });
    }
    throw error instanceof ProblemError
      ? error
      : new ProblemError(problem('K8S_LOCATOR'), { cause: error });
  }
}
