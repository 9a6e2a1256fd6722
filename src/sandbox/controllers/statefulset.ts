// The StatefulSet controller: pods with an ordinal, made in order and replaced from the last one
// down, never past one that is not ready. A set whose new pods never become ready therefore does
// not heal by going back to the old template: its broken pod has to be deleted by hand.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback

import type { ControllerRevision, Pod, StatefulSet } from '../objects.ts';
import { terminatePod } from '../writes.ts';
import type { Controller, ControllerContext } from './context.ts';
import {
  createPod,
  isAvailable,
  isReady,
  isTerminating,
  nextAvailability,
  positive,
} from './pods.ts';
import {
  hashLabelOf,
  revisionsOf,
  syncRevision,
  templateOf,
  truncateHistory,
} from './revisions.ts';

export const statefulHashLabel = 'controller.kubernetes.io/hash';

type Revisions = { current: ControllerRevision; update: ControllerRevision };

export function statefulSetController(context: ControllerContext): Controller {
  const { store, clock } = context;
  return {
    resource: 'statefulsets',
    sync(namespace, name) {
      const set = store.get('statefulsets', namespace, name);
      if (!set) return undefined;
      const update = syncRevision(context, set, statefulHashLabel);
      const all = revisionsOf(context, set);
      const held = all.find((revision) => revision.metadata.name === set.status.currentRevision);
      const revisions = { current: held ?? update, update };
      reconcile(context, set, revisions);
      writeStatus(context, set, revisions);
      const pods = store.ownedBy('pods', set);
      truncateHistory(context, set, {
        names: [revisions.current.metadata.name, update.metadata.name, ...pods.map(hashLabelOf)],
        isLive: () => false,
      });
      return nextAvailability(pods, set.spec.minReadySeconds ?? 0, clock.now());
    },
  };
}

function reconcile(context: ControllerContext, set: StatefulSet, revisions: Revisions): void {
  const { store } = context;
  const pods = store.ownedBy('pods', set);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const inOrder = set.spec.podManagementPolicy === 'OrderedReady';
  const available = (pod: Pod) => isHealthy(context, set, pod);
  for (let ordinal = 0; ordinal < set.spec.replicas; ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) {
      createOrdinal(context, set, { ordinal, revisions });
      if (inOrder) return;
    } else if (inOrder && (isTerminating(pod) || !available(pod))) return;
  }
  const condemned = pods
    .filter((pod) => ordinalOf(pod) >= set.spec.replicas)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  for (const pod of condemned) {
    if (!isTerminating(pod)) remove(context, set, pod);
    if (inOrder) return;
  }
  if (set.spec.updateStrategy.type === 'RollingUpdate') {
    replaceOne(context, set, { byOrdinal, update: revisions.update });
  }
}

/** One at a time, from the highest ordinal to the partition. */
function replaceOne(
  context: ControllerContext,
  set: StatefulSet,
  { byOrdinal, update }: { byOrdinal: Map<number, Pod>; update: ControllerRevision },
): void {
  const partition = set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
  for (let ordinal = set.spec.replicas - 1; ordinal >= partition; ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (!pod || isTerminating(pod)) return;
    if (hashLabelOf(pod) !== update.metadata.name) {
      remove(context, set, pod);
      return;
    }
    if (!isHealthy(context, set, pod)) return;
  }
}

function createOrdinal(
  { store, events }: ControllerContext,
  set: StatefulSet,
  { ordinal, revisions }: { ordinal: number; revisions: Revisions },
): void {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  const keepsOld = type === 'RollingUpdate' && ordinal < (rollingUpdate?.partition ?? 0);
  const revision = keepsOld ? revisions.current : revisions.update;
  const name = `${set.metadata.name}-${ordinal}`;
  createPod(store, {
    owner: set,
    template: templateOf(revision),
    name,
    labels: {
      'controller-revision-hash': revision.metadata.name,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
  });
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  events(set, { reason: 'SuccessfulCreate', message, component: 'statefulset-controller' });
}

function remove({ store, events }: ControllerContext, set: StatefulSet, pod: Pod): void {
  terminatePod(store, pod);
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  events(set, { reason: 'SuccessfulDelete', message, component: 'statefulset-controller' });
}

function writeStatus(context: ControllerContext, set: StatefulSet, revisions: Revisions): void {
  const { store } = context;
  const pods = store.ownedBy('pods', set);
  const of = (revision: ControllerRevision) =>
    pods.filter((pod) => !isTerminating(pod) && hashLabelOf(pod) === revision.metadata.name).length;
  const ready = pods.filter(isReady).length;
  const updated = of(revisions.update);
  const { replicas } = set.spec;
  const finished =
    set.spec.updateStrategy.type === 'RollingUpdate' &&
    updated === replicas &&
    ready === replicas &&
    pods.length === replicas;
  const current = finished ? revisions.update : revisions.current;
  store.update('statefulsets', set, (draft) => {
    draft.status = {
      ...positive('observedGeneration', draft.metadata.generation ?? 1),
      replicas: pods.length,
      ...positive('readyReplicas', ready),
      ...positive('currentReplicas', finished ? updated : of(current)),
      ...positive('updatedReplicas', updated),
      currentRevision: current.metadata.name,
      updateRevision: revisions.update.metadata.name,
      collisionCount: 0,
      availableReplicas: pods.filter((pod) => isHealthy(context, set, pod)).length,
    };
  });
}

function isHealthy({ clock }: ControllerContext, set: StatefulSet, pod: Pod): boolean {
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now());
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}
