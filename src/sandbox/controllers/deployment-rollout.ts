// How replicas move from old ReplicaSets to the new one, and how they spread when only their
// number changes.

import type { Deployment, Quantity, ReplicaSet } from '../objects.ts';
import type { Rollout } from './deployment.ts';
import { oldestFirst } from './deployment.ts';
import {
  component,
  desiredAnnotation,
  maxAnnotation,
  revisionOf,
  setSizeAnnotations,
  syncNewReplicaSet,
} from './deployment-revisions.ts';

/** True when something was scaled: the rest waits for the next look. */
export function rollOut(rollout: Rollout): boolean {
  syncNewReplicaSet(rollout, { create: true });
  return growNew(rollout) || shrinkOld(rollout);
}

export function recreate(rollout: Rollout): boolean {
  syncNewReplicaSet(rollout, { create: false });
  const active = rollout.oldSets().filter(isActive);
  for (const set of active) resize(rollout, set, 0);
  if (active.length > 0) return true;
  const { store } = rollout.context;
  const running = rollout.oldSets().some((set) => store.ownedBy('pods', set).length > 0);
  if (running) return true;
  if (!rollout.newSet()) syncNewReplicaSet(rollout, { create: true });
  return growNew(rollout);
}

export function isScaling(rollout: Rollout): boolean {
  const { replicas } = rollout.deployment().spec;
  return rollout
    .allSets()
    .filter(isActive)
    .some((set) => {
      const desired = set.metadata.annotations?.[desiredAnnotation];
      return desired !== undefined && Number(desired) !== replicas;
    });
}

export function scaleInPlace(rollout: Rollout): void {
  const deployment = rollout.deployment();
  const { replicas } = deployment.spec;
  const single = activeOrLatest(rollout);
  if (single) {
    if (single.spec.replicas !== replicas) resize(rollout, single, replicas);
    return;
  }
  if (isSaturated(deployment, rollout.newSet())) {
    for (const set of rollout.oldSets().filter(isActive)) resize(rollout, set, 0);
    return;
  }
  if (deployment.spec.strategy.type === 'RollingUpdate') scaleInProportion(rollout);
}

export function newSetSize(rollout: Rollout, current: ReplicaSet | undefined): number {
  const deployment = rollout.deployment();
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === 'Recreate') return replicas;
  const held = current?.spec.replicas ?? 0;
  const room = replicas + maxSurge(deployment) - total(rollout.allSets());
  return room <= 0 ? held : held + Math.min(room, replicas - held);
}

export function maxSurge(deployment: Deployment): number {
  const { strategy, replicas } = deployment.spec;
  if (strategy.type !== 'RollingUpdate') return 0;
  return resolve(strategy.rollingUpdate?.maxSurge ?? 0, replicas, Math.ceil);
}

/** When both limits round to nothing, one pod may be missing: a rollout must be able to move. */
export function maxUnavailable(deployment: Deployment): number {
  const { strategy, replicas } = deployment.spec;
  if (strategy.type !== 'RollingUpdate' || replicas === 0) return 0;
  const allowed = resolve(strategy.rollingUpdate?.maxUnavailable ?? 0, replicas, Math.floor);
  if (allowed === 0 && maxSurge(deployment) === 0) return 1;
  return Math.min(allowed, replicas);
}

function growNew(rollout: Rollout): boolean {
  const current = rollout.newSet();
  const { replicas } = rollout.deployment().spec;
  if (!current || current.spec.replicas === replicas) return false;
  if (current.spec.replicas > replicas) return resize(rollout, current, replicas);
  return resize(rollout, current, newSetSize(rollout, current));
}

function shrinkOld(rollout: Rollout): boolean {
  const deployment = rollout.deployment();
  const old = rollout.oldSets().filter(isActive);
  if (total(old) === 0) return false;
  const current = rollout.newSet();
  const minAvailable = deployment.spec.replicas - maxUnavailable(deployment);
  const newUnavailable = (current?.spec.replicas ?? 0) - (current?.status.availableReplicas ?? 0);
  const mayGo = total(rollout.allSets()) - minAvailable - newUnavailable;
  if (mayGo <= 0) return false;
  const unhealthy = removeUnhealthy(rollout, old, mayGo);
  return removeSurplus(rollout, minAvailable) || unhealthy;
}

/** Old pods that do not serve go first: they cost no availability. */
function removeUnhealthy(rollout: Rollout, old: ReplicaSet[], atMost: number): boolean {
  let removed = 0;
  for (const set of old.sort(oldestFirst)) {
    const unhealthy = set.spec.replicas - (set.status.availableReplicas ?? 0);
    const count = Math.min(atMost - removed, unhealthy);
    if (count <= 0) continue;
    resize(rollout, set, set.spec.replicas - count);
    removed += count;
  }
  return removed > 0;
}

function removeSurplus(rollout: Rollout, minAvailable: number): boolean {
  const available = rollout
    .allSets()
    .reduce((sum, set) => sum + (set.status.availableReplicas ?? 0), 0);
  let surplus = available - minAvailable;
  let removed = false;
  for (const set of rollout.oldSets().filter(isActive).sort(oldestFirst)) {
    const count = Math.min(set.spec.replicas, surplus);
    if (count <= 0) continue;
    resize(rollout, set, set.spec.replicas - count);
    surplus -= count;
    removed = true;
  }
  return removed;
}

function scaleInProportion(rollout: Rollout): void {
  const deployment = rollout.deployment();
  const sets = rollout.allSets().filter(isActive);
  const { replicas } = deployment.spec;
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - total(sets);
  sets.sort((a, b) => b.spec.replicas - a.spec.replicas || age(a, b) * (toAdd > 0 ? -1 : 1));
  let added = 0;
  const sizes = sets.map((set) => {
    const share = proportion(set, deployment, toAdd - added);
    added += share;
    return set.spec.replicas + share;
  });
  for (const [index, set] of sets.entries()) {
    const leftover = index === 0 ? toAdd - added : 0;
    resize(rollout, set, Math.max(0, (sizes[index] ?? 0) + leftover));
  }
}

function proportion(set: ReplicaSet, deployment: Deployment, left: number): number {
  if (left === 0 || set.spec.replicas === 0) return 0;
  const { replicas } = deployment.spec;
  if (replicas === 0) return Math.max(-set.spec.replicas, left);
  const before = Number(set.metadata.annotations?.[maxAnnotation] ?? deployment.status.replicas);
  const wanted = Math.round((set.spec.replicas * (replicas + maxSurge(deployment))) / before);
  const share = wanted - set.spec.replicas;
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

function resize(rollout: Rollout, set: ReplicaSet, size: number): boolean {
  const { store, events } = rollout.context;
  const deployment = rollout.deployment();
  const before = set.spec.replicas;
  store.update('replicasets', set, (draft) => {
    draft.spec.replicas = size;
    setSizeAnnotations(draft, deployment);
  });
  if (before === size) return false;
  const direction = before < size ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`;
  events(deployment, { reason: 'ScalingReplicaSet', message, component });
  return true;
}

function activeOrLatest(rollout: Rollout): ReplicaSet | undefined {
  const active = rollout.allSets().filter(isActive);
  if (active.length > 1) return undefined;
  const newestOld = rollout.oldSets().sort((a, b) => revisionOf(b) - revisionOf(a))[0];
  return active[0] ?? rollout.newSet() ?? newestOld;
}

function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  if (!set) return false;
  const { replicas } = deployment.spec;
  const desired = Number(set.metadata.annotations?.[desiredAnnotation] ?? -1);
  const available = set.status.availableReplicas ?? 0;
  return set.spec.replicas === replicas && desired === replicas && available === replicas;
}

function isActive(set: ReplicaSet): boolean {
  return set.spec.replicas > 0;
}

export function total(sets: ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + set.spec.replicas, 0);
}

function age(a: ReplicaSet, b: ReplicaSet): number {
  return oldestFirst(a, b);
}

export function resolve(quantity: Quantity, of: number, round: (share: number) => number): number {
  if (typeof quantity === 'number') return quantity;
  return round((Number.parseInt(quantity, 10) * of) / 100);
}
