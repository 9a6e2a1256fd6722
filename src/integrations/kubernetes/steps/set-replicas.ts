import type { Step } from '../../../core/operation/plan.ts';
import type { Observed, StepContext, StepDriver } from '../../../core/ports/step.ts';
import type { WritableCluster } from '../cluster.ts';
import { at, whole } from '../json.ts';
import { intendedReplicas } from '../plans/scale.ts';
import { madeSince, podTrouble, readPods } from '../pods.ts';
import { failed, observing } from '../rollout.ts';
import { type Workload, workloadPath } from '../workload.ts';
import { createDriver } from './driver.ts';
import { sendIntended } from './send.ts';

export function setReplicasDriver(cluster: WritableCluster): StepDriver {
  return createDriver(cluster, {
    check: async () => undefined,
    write: (_cluster, step, live, meta) => {
      const { send } = intendedReplicas(live, whole(step.params['replicas'], -1), meta);
      return sendIntended(cluster, workloadPath(live.locator), send);
    },
    observe: (_cluster, step, context) => observeReplicas(cluster, step, context),
  });
}

/** Done when as many run and are available as were asked for, whatever revision they are of. */
async function observeReplicas(
  cluster: WritableCluster,
  step: Step,
  context: StepContext,
): Promise<Observed> {
  const wanted = whole(step.params['replicas'], -1);
  return observing(cluster, step, async (live) => {
    if (live.replicas !== wanted) {
      return failed('K8S_OVERWRITTEN', live, {
        field: 'replicas',
        wanted,
        observed: live.replicas,
      });
    }
    const { running, available } = counts(live);
    const progress = { done: available, of: wanted, what: 'replicas available' };
    if (live.generation > live.observedGeneration) return { state: 'progress', progress };
    if (running === wanted && available >= wanted) return { state: 'done', progress };
    if (running > wanted) {
      const what = `replicas, ${running - wanted} more ending`;
      return { state: 'progress', progress: { done: wanted, of: wanted, what } };
    }
    const pods = madeSince(await readPods(cluster.reader, live), context);
    const trouble = podTrouble(pods, live, context);
    return trouble ? { state: 'failed', problem: trouble } : { state: 'progress', progress };
  });
}

export function counts({ raw, locator }: Workload): { running: number; available: number } {
  const status = (field: string): number => whole(at(raw, 'status', field));
  return {
    running: status('replicas'),
    // Older servers do not count the available ones of a StatefulSet.
    available:
      locator.kind === 'statefulset' ? status('readyReplicas') : status('availableReplicas'),
  };
}
