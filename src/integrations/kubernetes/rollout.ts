import { maskedShort } from '../../core/masker.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Observed, Progress, StepContext } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { WritableCluster } from './cluster.ts';
import { at, list, record, text, whole } from './json.ts';
import { podTrouble, readPods } from './pods.ts';
import { readRevisions } from './revisions.ts';
import { locatorOf } from './schema.ts';
import { short } from './template.ts';
import { readWorkload, type Workload, wordsFor } from './workload.ts';

/** How a template change gets on, by kubectl's rules, and why it does not. */
export async function observeRollout(
  cluster: WritableCluster,
  step: Step,
  context: StepContext,
): Promise<Observed> {
  return observing(cluster, step, async (live) => {
    const wanted = String(
      context.outputs[`${step.id}.template`] ?? step.postconditions['template'],
    );
    if (live.digest !== wanted) {
      return failed('K8S_OVERWRITTEN', live, {
        field: 'template',
        wanted: short(wanted),
        observed: short(live.digest),
      });
    }
    const rollout = rolloutOf(live);
    if (rollout.done) return { state: 'done', progress: rollout.progress };
    return (
      (await trouble(cluster, live, context)) ?? { state: 'progress', progress: rollout.progress }
    );
  });
}

/** Reads the workload and lets `judge` say; an outage is no failure of the rollout. */
export async function observing(
  cluster: WritableCluster,
  step: Step,
  judge: (live: Workload) => Promise<Observed>,
): Promise<Observed> {
  const locator = locatorOf(step.at.locator);
  if (locator === undefined) return { state: 'failed', problem: problem('K8S_LOCATOR') };
  try {
    const live = await readWorkload(cluster.reader, locator, cluster.digest, { urgent: true });
    if (live.uid !== step.target.identity) return gone(step, live.uid);
    return await judge(live);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.code === 'K8S_NOT_FOUND') return gone(step, 'nothing');
    const what = `cannot see the cluster: ${error.problem.code}`;
    return { state: 'progress', progress: { done: 0, of: 0, what } };
  }
}

export function failed(code: string, live: Workload, facts: Problem['facts']): Observed {
  return {
    state: 'failed',
    problem: problem(code, { workload: wordsFor(live.locator), ...facts }),
  };
}

function gone(step: Step, observed: string): Observed {
  const { id, identity } = step.target;
  return {
    state: 'failed',
    problem: problem('K8S_GONE', { workload: id, wanted: identity, observed }),
  };
}

interface Rollout {
  readonly done: boolean;
  readonly progress: Progress;
}

/** https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go */
export function rolloutOf(live: Workload): Rollout {
  if (live.generation > live.observedGeneration) {
    return say(false, 0, live, 'waiting for the controller');
  }
  switch (live.locator.kind) {
    case 'deployment':
      return deploymentRollout(live);
    case 'statefulset':
      return statefulSetRollout(live);
    case 'daemonset':
      return daemonSetRollout(live);
    default:
      return live.locator.kind satisfies never;
  }
}

function deploymentRollout(live: Workload): Rollout {
  const status = (field: string): number => whole(at(live.raw, 'status', field));
  const updated = status('updatedReplicas');
  const available = status('availableReplicas');
  const old = status('replicas') - updated;
  if (live.paused) return say(false, updated, live, 'paused by somebody');
  if (updated < live.replicas) return say(false, updated, live, 'replicas updated');
  if (old > 0) return say(false, updated, live, `replicas updated, ${old} old ones ending`);
  if (available < updated) return say(false, available, live, 'replicas updated and available');
  return say(true, available, live, 'replicas updated and available');
}

function statefulSetRollout(live: Workload): Rollout {
  const status = record(live.raw['status']);
  const updated = whole(status['updatedReplicas']);
  const ready = whole(status['readyReplicas']);
  if (isOnDelete(live)) return say(true, updated, live, 'template set; pods change when deleted');
  const partition = whole(at(live.raw, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));
  const changing = Math.max(0, live.replicas - partition);
  if (ready < live.replicas)
    return say(false, Math.min(updated, ready), live, 'pods updated and ready');
  if (partition > 0) {
    const done = updated >= changing;
    const progress = { done: updated, of: changing, what: 'pods updated, the others held back' };
    return { done, progress };
  }
  const done = status['updateRevision'] === status['currentRevision'] && updated >= live.replicas;
  return say(done, updated, live, 'pods updated and ready');
}

function daemonSetRollout(live: Workload): Rollout {
  const status = record(live.raw['status']);
  const updated = whole(status['updatedNumberScheduled']);
  const available = whole(status['numberAvailable']);
  if (isOnDelete(live)) return say(true, updated, live, 'template set; pods change when deleted');
  const done = updated >= live.replicas && available >= live.replicas;
  return say(done, Math.min(updated, available), live, 'pods updated and available');
}

function say(done: boolean, count: number, { replicas }: Workload, what: string): Rollout {
  return { done, progress: { done: count, of: replicas, what } };
}

function isOnDelete({ raw }: Workload): boolean {
  return text(at(raw, 'spec', 'updateStrategy', 'type')) === 'OnDelete';
}

/** Why it does not get on, where the cluster knows. */
async function trouble(
  cluster: WritableCluster,
  live: Workload,
  context: StepContext,
): Promise<Observed | undefined> {
  if (live.generation > live.observedGeneration) return undefined;
  const revisions = await readRevisions(cluster.reader, live, cluster.digest);
  const current = revisions.find((revision) => revision.digest === live.digest);
  const pods = await readPods(cluster.reader, live, current);
  const found = podTrouble(pods, live, context);
  if (found) return { state: 'failed', problem: found };
  const deadline = progressDeadline(live, current?.name);
  if (deadline === undefined) return undefined;
  return failed('K8S_PROGRESS_DEADLINE', live, {
    updated: whole(at(live.raw, 'status', 'updatedReplicas')),
    replicas: live.replicas,
    why: deadline,
  });
}

/**
 * The message of the condition when it is about the revision that rolls out. Right after a rollback the condition of
 * the bad revision still stands, and names its ReplicaSet.
 */
function progressDeadline({ raw }: Workload, current: string | undefined): string | undefined {
  const condition = list(at(raw, 'status', 'conditions')).find(
    (one) => at(one, 'type') === 'Progressing' && at(one, 'reason') === 'ProgressDeadlineExceeded',
  );
  if (condition === undefined) return undefined;
  const message = text(at(condition, 'message'));
  const about = /ReplicaSet "([^"]+)"/.exec(message)?.[1];
  if (about !== undefined && current !== undefined && about !== current) return undefined;
  return maskedShort(message) || 'ProgressDeadlineExceeded';
}
