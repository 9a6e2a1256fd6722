// The garbage collector: what was owned by an object goes when the object is gone.

import type { Store } from '../store.ts';
import { terminatePod } from '../writes.ts';
import type { ControllerContext } from './context.ts';

export function startGarbageCollector({ store, clock, timing }: ControllerContext): () => void {
  return store.onChange(({ type, resource, object }) => {
    if (type !== 'DELETED' || resource === 'events') return;
    clock.setTimeout(() => {
      if (resource === 'namespaces') emptyNamespace(store, object.metadata.name);
      else collect(store, object);
    }, timing.syncMs);
  });
}

function collect(store: Store, owner: Parameters<Store['ownedBy']>[1]): void {
  for (const set of store.ownedBy('replicasets', owner)) store.remove('replicasets', set);
  for (const revision of store.ownedBy('controllerrevisions', owner)) {
    store.remove('controllerrevisions', revision);
  }
  for (const job of store.ownedBy('jobs', owner)) store.remove('jobs', job);
  for (const slice of store.ownedBy('endpointslices', owner)) store.remove('endpointslices', slice);
  for (const pod of store.ownedBy('pods', owner)) terminatePod(store, pod);
}

function emptyNamespace(store: Store, namespace: string): void {
  const kinds = [
    'horizontalpodautoscalers',
    'deployments',
    'statefulsets',
    'daemonsets',
    'cronjobs',
    'jobs',
    'replicasets',
    'controllerrevisions',
    'services',
    'endpointslices',
    'pods',
    'events',
  ] as const;
  for (const kind of kinds) {
    for (const object of store.list(kind, namespace)) store.remove(kind, object);
  }
}
