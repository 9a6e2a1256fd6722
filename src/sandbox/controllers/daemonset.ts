// The DaemonSet controller: one pod on each node, old ones replaced a few at a time, those that do
// not serve first.

import type { ControllerRevision, DaemonSet, Pod } from '../objects.ts';
import { terminatePod } from '../writes.ts';
import type { Controller, ControllerContext } from './context.ts';
import { resolve } from './deployment-rollout.ts';
import { revisionHashLabel } from './hash.ts';
import { createPod, isActive, isAvailable, isReady, nextAvailability, positive } from './pods.ts';
import { hashLabelOf, syncRevision, templateOf, truncateHistory } from './revisions.ts';

export function daemonSetController(context: ControllerContext): Controller {
  const { store, clock } = context;
  return {
    resource: 'daemonsets',
    sync(namespace, name) {
      const set = store.get('daemonsets', namespace, name);
      if (!set) return undefined;
      const update = syncRevision(context, set, revisionHashLabel);
      createMissing(context, set, update);
      if (set.spec.updateStrategy.type === 'RollingUpdate') replaceOld(context, set, update);
      writeStatus(context, set, update);
      const pods = store.ownedBy('pods', set);
      const hashes = pods.map(hashLabelOf);
      truncateHistory(context, set, {
        names: [update.metadata.name],
        isLive: (revision) => hashes.includes(hashOf(revision)),
      });
      return nextAvailability(pods, set.spec.minReadySeconds ?? 0, clock.now());
    },
  };
}

function createMissing(
  { store, events }: ControllerContext,
  set: DaemonSet,
  update: ControllerRevision,
): void {
  const pods = store.ownedBy('pods', set);
  for (const node of store.list('nodes')) {
    if (pods.some((pod) => pod.spec.nodeName === node.metadata.name)) continue;
    const template = templateOf(update);
    template.spec.nodeName = node.metadata.name;
    const labels = {
      [revisionHashLabel]: hashOf(update) ?? '',
      'pod-template-generation': String(set.metadata.generation ?? 1),
    };
    const pod = createPod(store, { owner: set, template, labels });
    const message = `Created pod: ${pod.metadata.name}`;
    events(set, { reason: 'SuccessfulCreate', message, component: 'daemonset-controller' });
  }
}

function replaceOld(context: ControllerContext, set: DaemonSet, update: ControllerRevision): void {
  const { store, events } = context;
  const nodes = store.list('nodes').length;
  const all = store.ownedBy('pods', set);
  const pods = all.filter(isActive);
  const old = pods.filter((pod) => hashLabelOf(pod) !== hashOf(update));
  const broken = old.filter((pod) => !isHealthy(context, set, pod));
  const serving = old.filter((pod) => isHealthy(context, set, pod));
  const allowed = resolve(
    set.spec.updateStrategy.rollingUpdate?.maxUnavailable ?? 1,
    nodes,
    Math.ceil,
  );
  const unavailable = nodes - pods.filter((pod) => isHealthy(context, set, pod)).length;
  const room = Math.max(0, allowed - unavailable);
  for (const pod of [...broken, ...serving.slice(0, room)]) {
    terminatePod(store, pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    events(set, { reason: 'SuccessfulDelete', message, component: 'daemonset-controller' });
  }
}

function writeStatus(context: ControllerContext, set: DaemonSet, update: ControllerRevision): void {
  const { store } = context;
  const desired = store.list('nodes').length;
  const pods = store.ownedBy('pods', set).filter(isActive);
  const available = pods.filter((pod) => isHealthy(context, set, pod)).length;
  const updated = pods.filter((pod) => hashLabelOf(pod) === hashOf(update)).length;
  store.update('daemonsets', set, (draft) => {
    draft.status = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: pods.filter(isReady).length,
      ...positive('observedGeneration', draft.metadata.generation ?? 1),
      ...positive('updatedNumberScheduled', updated),
      ...positive('numberAvailable', available),
      ...positive('numberUnavailable', desired - available),
    };
  });
}

function isHealthy({ clock }: ControllerContext, set: DaemonSet, pod: Pod): boolean {
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now());
}

function hashOf(revision: ControllerRevision): string | undefined {
  return revision.metadata.labels?.[revisionHashLabel];
}
