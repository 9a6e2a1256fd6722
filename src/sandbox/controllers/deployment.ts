// The Deployment controller: finds or makes the ReplicaSet of the current template, moves the
// replicas over by the strategy, and says in the status how far it has come.
// Behaviour follows https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/deployment.

import type { Deployment, ReplicaSet } from '../objects.ts';
import type { Controller, ControllerContext } from './context.ts';
import {
  findNewReplicaSet,
  historyLimit,
  revisionOf,
  syncNewReplicaSet,
} from './deployment-revisions.ts';
import { isScaling, recreate, rollOut, scaleInPlace } from './deployment-rollout.ts';
import {
  isComplete,
  setPausedCondition,
  untilDeadlineMs,
  writeRolloutStatus,
  writeStatus,
} from './deployment-status.ts';

export type Rollout = {
  context: ControllerContext;
  /** Always the newest state: each step reads what the one before has written. */
  deployment(): Deployment;
  newSet(): ReplicaSet | undefined;
  oldSets(): ReplicaSet[];
  allSets(): ReplicaSet[];
};

export function deploymentController(context: ControllerContext): Controller {
  const { store, clock } = context;
  return {
    resource: 'deployments',
    sync(namespace, name) {
      const found = store.get('deployments', namespace, name);
      if (!found) return undefined;
      const rollout = rolloutOf(context, found);
      if (found.spec.progressDeadlineSeconds !== undefined) setPausedCondition(rollout);
      if (found.spec.paused || isScaling(rollout)) syncInPlace(rollout);
      else move(rollout);
      return untilDeadlineMs(rollout.deployment(), clock.now());
    },
  };
}

/** Makes the current template a revision at once; one of the past is left without pods. */
export function recordRevision(
  context: ControllerContext,
  deployment: Deployment,
  { withoutPods }: { withoutPods: boolean },
): void {
  const rollout = rolloutOf(context, deployment);
  const replaces = rollout.oldSets().some((set) => set.spec.replicas > 0);
  // Recreate ends the old pods first, which takes its time.
  if (deployment.spec.strategy.type === 'Recreate' && replaces) return;
  syncNewReplicaSet(rollout, { create: true });
  const set = rollout.newSet();
  if (!withoutPods || !set) return;
  context.store.update('replicasets', set, (draft) => {
    draft.spec.replicas = 0;
    draft.status.observedGeneration = (draft.metadata.generation ?? 0) + 1;
  });
}

function rolloutOf(context: ControllerContext, found: Deployment): Rollout {
  const { store } = context;
  const { namespace = '', name } = found.metadata;
  function deployment(): Deployment {
    return store.get('deployments', namespace, name) ?? found;
  }
  function allSets(): ReplicaSet[] {
    return store.ownedBy('replicasets', found).sort(oldestFirst);
  }
  function newSet(): ReplicaSet | undefined {
    return findNewReplicaSet(deployment(), allSets());
  }
  function oldSets(): ReplicaSet[] {
    const current = newSet()?.metadata.uid;
    return allSets().filter((set) => set.metadata.uid !== current);
  }
  return { context, deployment, newSet, oldSets, allSets };
}

/** Paused, or only the number of replicas has changed: no new ReplicaSet is made. */
function syncInPlace(rollout: Rollout): void {
  syncNewReplicaSet(rollout, { create: false });
  scaleInPlace(rollout);
  if (rollout.deployment().spec.paused) cleanUp(rollout);
  writeStatus(rollout);
}

function move(rollout: Rollout): void {
  const strategy = rollout.deployment().spec.strategy.type;
  const moved = strategy === 'Recreate' ? recreate(rollout) : rollOut(rollout);
  if (!moved && isComplete(rollout.deployment())) cleanUp(rollout);
  writeRolloutStatus(rollout);
}

/** Removes the oldest empty ReplicaSets beyond the history limit. */
function cleanUp(rollout: Rollout): void {
  const limit = historyLimit(rollout.deployment());
  const empty = rollout.oldSets().sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of empty.slice(0, Math.max(0, empty.length - limit))) {
    const settled = (set.status.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
    if (set.spec.replicas !== 0 || set.status.replicas !== 0 || !settled) continue;
    rollout.context.store.remove('replicasets', set);
  }
}

export function oldestFirst(a: ReplicaSet, b: ReplicaSet): number {
  const byTime = a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp);
  return byTime || a.metadata.name.localeCompare(b.metadata.name);
}
