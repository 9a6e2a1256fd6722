// How a pod's status follows from its containers.

import { timestamp } from '../clock.ts';
import type { ContainerStatus, Pod, PodCondition } from '../objects.ts';

export function startingStatuses(pod: Pod): ContainerStatus[] {
  return pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
  }));
}

/** Edits one container's status in a draft and draws the pod's conditions from all of them. */
export function withContainer(
  draft: Pod,
  name: string,
  now: number,
  edit: (status: ContainerStatus) => void,
): void {
  const status = draft.status.containerStatuses?.find((each) => each.name === name);
  if (!status) return;
  edit(status);
  if (status.state.running && !status.imageID) {
    status.imageID = `sandbox://${status.image}`;
  }
  if (status.state.running) {
    status.containerID = `sandbox://${draft.metadata.uid}/${name}/${status.restartCount}`;
  }
  const statuses = draft.status.containerStatuses ?? [];
  draft.status.conditions = podConditions(
    draft,
    now,
    statuses.every((each) => each.ready),
  );
}

export function podConditions(pod: Pod, now: number, ready: boolean): PodCondition[] {
  const unready = (pod.status.containerStatuses ?? [])
    .filter((status) => !status.ready)
    .map((status) => status.name);
  const names = unready.length > 0 ? unready : pod.spec.containers.map(({ name }) => name);
  const why = ready
    ? {}
    : {
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${names.join(' ')}]`,
      };
  return [
    condition(pod, now, { type: 'PodReadyToStartContainers', status: 'True' }),
    condition(pod, now, { type: 'Initialized', status: 'True' }),
    condition(pod, now, { type: 'Ready', status: ready ? 'True' : 'False', ...why }),
    condition(pod, now, { type: 'ContainersReady', status: ready ? 'True' : 'False', ...why }),
    condition(pod, now, { type: 'PodScheduled', status: 'True' }),
  ];
}

/** The time of a condition moves only when its status does. */
function condition(
  pod: Pod,
  now: number,
  wanted: Omit<PodCondition, 'lastProbeTime' | 'lastTransitionTime'>,
): PodCondition {
  const held = pod.status.conditions?.find((each) => each.type === wanted.type);
  const kept = held?.status === wanted.status ? held.lastTransitionTime : timestamp(now);
  return { ...wanted, lastProbeTime: null, lastTransitionTime: kept };
}
