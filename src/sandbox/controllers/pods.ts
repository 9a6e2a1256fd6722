// What the workload controllers share: making pods from a template, and judging them.

import { clone } from '../json.ts';
import type { AnyObject, Labels, OwnerReference, Pod, PodTemplate } from '../objects.ts';
import type { Store } from '../store.ts';

export type PodDraft = {
  owner: AnyObject;
  template: PodTemplate;
  name?: string;
  labels?: Labels;
};

export function createPod(store: Store, { owner, template, name, labels = {} }: PodDraft): Pod {
  const prefix = `${owner.metadata.name}-`;
  const { namespace = 'default' } = owner.metadata;
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: name ?? `${prefix}${store.suffix(5)}`,
      ...(name === undefined ? { generateName: prefix } : {}),
      namespace,
      ...store.identity(),
      generation: 1,
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [ownerReference(owner)],
    },
    spec: clone(template.spec),
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
  return store.put('pods', clone(pod));
}

export function ownerReference(owner: AnyObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Neither ended nor asked to end: what a controller counts as its replicas. */
export function isActive(pod: Pod): boolean {
  return !isTerminating(pod) && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded';
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return isReady(pod) && availableInMs(pod, minReadySeconds, now) <= 0;
}

/** How long until a ready pod counts as available. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: number): number {
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(readyCondition(pod)?.lastTransitionTime ?? '');
  return since + minReadySeconds * 1000 - now;
}

/** When to look again because a ready pod will then be available; nothing when there is none. */
export function nextAvailability(
  pods: Pod[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  const waits = pods
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, now))
    .map((pod) => availableInMs(pod, minReadySeconds, now));
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** A status leaves zero out, as `omitempty` does. */
export function positive<Key extends string>(key: Key, value: number): { [K in Key]?: number } {
  return value === 0 ? {} : ({ [key]: value } as { [K in Key]: number });
}

function readyCondition(pod: Pod) {
  return pod.status.conditions?.find((condition) => condition.type === 'Ready');
}
