// A Deployment's status: counts, and the two conditions that say whether it serves and whether its
// rollout still moves.

import { timestamp } from '../clock.ts';
import { equal } from '../json.ts';
import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import type { Rollout } from './deployment.ts';
import { maxUnavailable, total } from './deployment-rollout.ts';
import { positive } from './pods.ts';

export type ConditionDraft = Required<Pick<Condition, 'type' | 'status' | 'reason' | 'message'>>;

export function writeStatus(rollout: Rollout): void {
  save(rollout, calculate(rollout));
}

export function writeRolloutStatus(rollout: Rollout): void {
  const deployment = rollout.deployment();
  const now = rollout.context.clock.now();
  const status = calculate(rollout);
  if (deployment.spec.progressDeadlineSeconds === undefined) {
    status.conditions = (status.conditions ?? []).filter(({ type }) => type !== 'Progressing');
    save(rollout, status);
    return;
  }
  const held = progressing(deployment.status);
  const settled =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    held?.reason === 'NewReplicaSetAvailable';
  if (!settled) setProgress(rollout, status, now);
  save(rollout, status);
}

/** A failed rollout keeps its verdict even when it is paused afterwards. */
export function setPausedCondition(rollout: Rollout): void {
  const { store, clock } = rollout.context;
  const deployment = rollout.deployment();
  const held = progressing(deployment.status);
  if (held?.reason === 'ProgressDeadlineExceeded') return;
  const known = held?.reason === 'DeploymentPaused';
  const { paused = false } = deployment.spec;
  if (paused === known) return;
  store.update('deployments', deployment, (draft) => {
    setCondition(draft.status, clock.now(), {
      type: 'Progressing',
      status: 'Unknown',
      reason: paused ? 'DeploymentPaused' : 'DeploymentResumed',
      message: paused ? 'Deployment is paused' : 'Deployment is resumed',
    });
  });
}

export function isComplete(deployment: Deployment, status = deployment.status): boolean {
  const { replicas } = deployment.spec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When the rollout's deadline falls due; nothing when it has none or has ended. */
export function untilDeadlineMs(deployment: Deployment, now: number): number | undefined {
  const held = progressing(deployment.status);
  const { progressDeadlineSeconds: deadline, paused } = deployment.spec;
  const ended = ['NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'DeploymentPaused'];
  if (deadline === undefined || paused || !held?.lastUpdateTime) return undefined;
  if (ended.includes(held.reason ?? '')) return undefined;
  const due = Date.parse(held.lastUpdateTime) + deadline * 1000 - now;
  // Timestamps have whole seconds: looking a second later sees a deadline that has passed.
  return Math.max(0, due) + 1000;
}

/** Keeps the transition time while the status stays, and the whole condition while nothing changes. */
export function setCondition(
  status: { conditions?: Condition[] },
  nowMs: number,
  wanted: ConditionDraft,
): void {
  const held = status.conditions?.find(({ type }) => type === wanted.type);
  if (held?.status === wanted.status && held.reason === wanted.reason) return;
  const now = timestamp(nowMs);
  const kept = held?.status === wanted.status ? held.lastTransitionTime : now;
  const condition = { ...wanted, lastUpdateTime: now, lastTransitionTime: kept };
  const others = (status.conditions ?? []).filter(({ type }) => type !== wanted.type);
  status.conditions = [...others, condition];
}

function calculate(rollout: Rollout): DeploymentStatus {
  const deployment = rollout.deployment();
  const sets = rollout.allSets();
  const all = sum(sets, (set) => set.status.replicas);
  const available = sum(sets, (set) => set.status.availableReplicas);
  const { collisionCount } = deployment.status;
  const status: DeploymentStatus = {
    ...positive('observedGeneration', deployment.metadata.generation ?? 0),
    ...positive('replicas', all),
    ...positive('updatedReplicas', rollout.newSet()?.status.replicas ?? 0),
    ...positive(
      'readyReplicas',
      sum(sets, (set) => set.status.readyReplicas),
    ),
    ...positive('availableReplicas', available),
    ...positive('unavailableReplicas', Math.max(0, total(sets) - available)),
    conditions: [...(deployment.status.conditions ?? [])],
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
  const enough = available >= deployment.spec.replicas - maxUnavailable(deployment);
  setCondition(status, rollout.context.clock.now(), {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
  });
  return status;
}

function setProgress(rollout: Rollout, status: DeploymentStatus, now: number): void {
  const deployment = rollout.deployment();
  const name = rollout.newSet()?.metadata.name;
  const subject = name ? `ReplicaSet "${name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    setCondition(status, now, {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message,
    });
  } else if (hasProgressed(deployment.status, status)) {
    noteProgress(status, timestamp(now), `${subject} is progressing.`);
  } else if (hasTimedOut(deployment, now)) {
    setCondition(status, now, {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `${subject} has timed out progressing.`,
    });
  }
}

/** Each bit of progress moves lastUpdateTime, from which the deadline counts. */
function noteProgress(status: DeploymentStatus, now: string, message: string): void {
  const held = progressing(status);
  const since = held?.status === 'True' ? held.lastTransitionTime : now;
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Progressing');
  const condition: Condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message,
    lastUpdateTime: now,
    lastTransitionTime: since,
  };
  status.conditions = [...others, condition];
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldPods = (status: DeploymentStatus) =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldPods(after) < oldPods(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, now: number): boolean {
  const held = progressing(deployment.status);
  if (!held || held.reason === 'NewReplicaSetAvailable') return false;
  if (held.reason === 'ProgressDeadlineExceeded') return true;
  const from = Date.parse(held.lastUpdateTime ?? held.lastTransitionTime);
  return from + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 < now;
}

function progressing(status: DeploymentStatus): Condition | undefined {
  return status.conditions?.find(({ type }) => type === 'Progressing');
}

function save(rollout: Rollout, status: DeploymentStatus): void {
  const deployment = rollout.deployment();
  if (equal(deployment.status, status)) return;
  rollout.context.store.update('deployments', deployment, (draft) => {
    draft.status = status;
  });
}

function sum(sets: ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((all, set) => all + (count(set) ?? 0), 0);
}
