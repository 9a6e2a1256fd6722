// What every controller is given, and how they are woken: each has a queue of keys; a change puts
// the object and its owner on it, and the controller then looks at the whole of it again.

import type { SandboxClock } from '../clock.ts';
import type { ImageTable } from '../images.ts';
import type { OwnerReference, ResourceName } from '../objects.ts';
import { resourceOfKind } from '../resources.ts';
import type { Change, Store } from '../store.ts';
import type { EventRecorder } from './events.ts';

export type Timing = {
  /** From a change to the controller that looks at it. */
  syncMs: number;
  scheduleMs: number;
  pullMs: number;
  readyMs: number;
  terminateMs: number;
  /** Between ErrImagePull and ImagePullBackOff. */
  pullErrorMs: number;
  /** Between two attempts to pull. */
  pullRetryMs: number;
  /** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ gives 15 s. */
  autoscalerMs: number;
  /** From the failure of a Job's pod to the next one; doubled each time: 10 s. */
  jobBackoffMs: number;
};

export const defaultTiming: Timing = {
  syncMs: 10,
  scheduleMs: 10,
  pullMs: 100,
  readyMs: 200,
  terminateMs: 150,
  pullErrorMs: 500,
  pullRetryMs: 10_000,
  autoscalerMs: 15_000,
  jobBackoffMs: 10_000,
};

export type ControllerContext = {
  store: Store;
  clock: SandboxClock;
  events: EventRecorder;
  images: ImageTable;
  timing: Timing;
};

export type Controller = {
  resource: ResourceName;
  /** From a change to the look at it, when that is not at once. */
  wakeMs?: number;
  /** Makes the world match, and returns after how many ms to look again without a change. */
  sync(namespace: string, name: string): number | undefined;
};

export function runControllers(
  { store, clock, timing }: ControllerContext,
  controllers: Controller[],
): () => void {
  const stops = controllers.map((controller) => {
    const queue = createQueue(clock, (key) => {
      const [namespace = '', name = ''] = key.split('/');
      return controller.sync(namespace, name);
    });
    const unsubscribe = store.onChange((change) => {
      for (const key of keysFor(store, controller.resource, change)) {
        queue.add(key, controller.wakeMs ?? timing.syncMs);
      }
    });
    return () => {
      unsubscribe();
      queue.stop();
    };
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function createQueue(clock: SandboxClock, work: (key: string) => number | undefined) {
  const waiting = new Map<string, { due: number; cancel: () => void }>();
  let stopped = false;
  function add(key: string, afterMs: number): void {
    if (stopped) return;
    const due = clock.now() + afterMs;
    const held = waiting.get(key);
    if (held && held.due <= due) return;
    held?.cancel();
    const cancel = clock.setTimeout(() => {
      waiting.delete(key);
      const again = work(key);
      if (again !== undefined) add(key, again);
    }, afterMs);
    waiting.set(key, { due, cancel });
  }
  function stop(): void {
    stopped = true;
    for (const { cancel } of waiting.values()) cancel();
    waiting.clear();
  }
  return { add, stop };
}

function keysFor(store: Store, resource: ResourceName, change: Change): string[] {
  const { metadata } = change.object;
  const namespace = metadata.namespace ?? '';
  if (change.resource === resource) return [`${namespace}/${metadata.name}`];
  const owner = controllerOf(metadata.ownerReferences);
  if (!owner) return [];
  if (resourceOfKind(owner.kind)?.name === resource) return [`${namespace}/${owner.name}`];
  // A pod that ends matters to the Deployment two owners up: Recreate waits for it.
  if (change.resource !== 'pods' || resource !== 'deployments') return [];
  const set = store.get('replicasets', namespace, owner.name);
  const top = controllerOf(set?.metadata.ownerReferences);
  return top?.kind === 'Deployment' ? [`${namespace}/${top.name}`] : [];
}

export function controllerOf(references: OwnerReference[] | undefined): OwnerReference | undefined {
  return references?.find((reference) => reference.controller === true);
}
