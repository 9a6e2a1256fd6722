// Keeps as many pods of one template as asked, and counts them.

import type { Pod, ReplicaSet } from '../objects.ts';
import { terminatePod } from '../writes.ts';
import type { Controller, ControllerContext } from './context.ts';
import { createPod, isActive, isAvailable, isReady, nextAvailability, positive } from './pods.ts';

export function replicaSetController(context: ControllerContext): Controller {
  const { store, clock } = context;
  return {
    resource: 'replicasets',
    sync(namespace, name) {
      const set = store.get('replicasets', namespace, name);
      if (!set) return undefined;
      setPodCount(context, set);
      const pods = store.ownedBy('pods', set).filter(isActive);
      writeStatus(context, set, pods);
      return nextAvailability(pods, set.spec.minReadySeconds ?? 0, clock.now());
    },
  };
}

function setPodCount({ store, events }: ControllerContext, set: ReplicaSet): void {
  const pods = store.ownedBy('pods', set).filter(isActive);
  const component = 'replicaset-controller';
  for (let missing = set.spec.replicas - pods.length; missing > 0; missing -= 1) {
    const pod = createPod(store, { owner: set, template: set.spec.template });
    const message = `Created pod: ${pod.metadata.name}`;
    events(set, { reason: 'SuccessfulCreate', message, component });
  }
  const surplus = Math.max(0, pods.length - set.spec.replicas);
  for (const pod of pods.sort(leastWorthFirst).slice(0, surplus)) {
    terminatePod(store, pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    events(set, { reason: 'SuccessfulDelete', message, component });
  }
}

function writeStatus({ store, clock }: ControllerContext, set: ReplicaSet, pods: Pod[]): void {
  const wait = set.spec.minReadySeconds ?? 0;
  const ready = pods.filter(isReady).length;
  const available = pods.filter((pod) => isAvailable(pod, wait, clock.now())).length;
  store.update('replicasets', set, (draft) => {
    draft.status = {
      replicas: pods.length,
      ...positive('fullyLabeledReplicas', pods.length),
      ...positive('readyReplicas', ready),
      ...positive('availableReplicas', available),
      observedGeneration: draft.metadata.generation ?? 1,
    };
  });
}

/** Which pod goes first: unscheduled, pending, not ready, restarted more often, younger. */
function leastWorthFirst(a: Pod, b: Pod): number {
  return worth(a) - worth(b) || restarts(b) - restarts(a) || age(b) - age(a);
}

function worth(pod: Pod): number {
  if (pod.spec.nodeName === undefined) return 0;
  if (pod.status.phase !== 'Running') return 1;
  return isReady(pod) ? 3 : 2;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status.containerStatuses ?? []).map((each) => each.restartCount));
}

function age(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp);
}
