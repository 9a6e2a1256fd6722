import type { Step } from '../../../core/operation/plan.ts';
import type { Observed, StepContext, StepDriver } from '../../../core/ports/step.ts';
import type { Facts } from '../../../core/problem.ts';
import type { WritableCluster } from '../cluster.ts';
import { at, text } from '../json.ts';
import { intendedStart, intendedStop, numberOf, stoppedFrom } from '../plans/stand.ts';
import { madeSince, podTrouble, readPods } from '../pods.ts';
import { failed, observing } from '../rollout.ts';
import { type Workload, workloadPath } from '../workload.ts';
import { createDriver } from './driver.ts';
import { sendIntended } from './send.ts';
import { counts } from './set-replicas.ts';

/** Runs nothing of it, and remembers how many there were: on the workload itself, so that no lost answer loses the number. */
export function stopDriver(cluster: WritableCluster): StepDriver {
  return createDriver(cluster, {
    check: async () => undefined,
    write: (_cluster, _step, live, meta) =>
      sendIntended(cluster, workloadPath(live.locator), intendedStop(live, meta).send),
    observe: (_cluster, step, context) => observeStop(cluster, step, context),
  });
}

/** Runs as many as the stop found. What runs already is left as it is: then there is nothing to take back. */
export function startDriver(cluster: WritableCluster): StepDriver {
  return createDriver(cluster, {
    check: async () => undefined,
    isDone: (step, live, context) => live.replicas > 0 || numberFor(step, live, context) === 0,
    isPatient: true,
    write: (_cluster, step, live, meta) => {
      const { send } = intendedStart(live, numberFor(step, live, meta.context), meta);
      return sendIntended(cluster, workloadPath(live.locator), send);
    },
    observe: (_cluster, step, context) => observeStart(cluster, step, context),
  });
}

/** What the stop gave out; else what it wrote down; else what was shown, where both are lost. */
function numberFor({ target, params }: Step, live: Workload, { outputs }: StepContext): number {
  const known = outputs[numberOf(target.id)] ?? noteOf(live) ?? params['replicas'];
  return Number(known ?? 0);
}

function noteOf({ annotations }: Workload): number | undefined {
  const note = annotations[stoppedFrom];
  return note !== undefined && /^\d{1,6}$/.test(note) ? Number(note) : undefined;
}

/** Stopped is what has no pod left: one that ends still holds its connections, and writes. */
async function observeStop(
  cluster: WritableCluster,
  step: Step,
  context: StepContext,
): Promise<Observed> {
  return observing(cluster, step, async (live) => {
    if (live.replicas !== 0) return overwritten(live, 0);
    const left = (await readPods(cluster.reader, live)).filter(isAlive).length;
    const outputs: Facts = { [numberOf(step.target.id)]: numberFor(step, live, context) };
    if (live.generation <= live.observedGeneration && left === 0) return { state: 'done', outputs };
    return { state: 'progress', progress: { done: 0, of: 0, what: `${left} pods still ending` } };
  });
}

function isAlive(pod: unknown): boolean {
  return !['Succeeded', 'Failed'].includes(text(at(pod, 'status', 'phase')));
}

async function observeStart(
  cluster: WritableCluster,
  step: Step,
  context: StepContext,
): Promise<Observed> {
  return observing(cluster, step, async (live) => {
    const wanted = numberFor(step, live, context);
    if (live.replicas === 0 && wanted > 0) return overwritten(live, wanted);
    const { running, available } = counts(live);
    const progress = { done: available, of: live.replicas, what: 'replicas available' };
    if (live.generation > live.observedGeneration) return { state: 'progress', progress };
    if (running >= live.replicas && available >= live.replicas) return { state: 'done', progress };
    const pods = madeSince(await readPods(cluster.reader, live), context);
    const trouble = podTrouble(pods, live, context);
    return trouble ? { state: 'failed', problem: trouble } : { state: 'progress', progress };
  });
}

function overwritten(live: Workload, wanted: number): Observed {
  return failed('K8S_OVERWRITTEN', live, { field: 'replicas', wanted, observed: live.replicas });
}
