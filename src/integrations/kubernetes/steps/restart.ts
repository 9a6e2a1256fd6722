import type { StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import type { WritableCluster } from '../cluster.ts';
import { intendedRestart } from '../plans/restart.ts';
import { observeRollout } from '../rollout.ts';
import { wordsFor, workloadPath } from '../workload.ts';
import { createDriver } from './driver.ts';
import { sendIntended } from './send.ts';

export function restartDriver(cluster: WritableCluster): StepDriver {
  return createDriver(cluster, {
    check: async (_cluster, _step, live) =>
      live.paused ? problem('K8S_PAUSED', { workload: wordsFor(live.locator) }) : undefined,
    write: (_cluster, step, live, meta) => {
      const { send } = intendedRestart(live, String(step.params['restartedAt']), meta);
      return sendIntended(cluster, workloadPath(live.locator), send);
    },
    observe: (_cluster, step, context) => observeRollout(cluster, step, context),
  });
}
