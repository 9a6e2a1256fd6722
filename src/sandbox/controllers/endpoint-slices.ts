// The endpoint slice controller: one slice for each Service that has a selector, of the pods it selects now.
// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/

import { clone, equal, type JsonObject } from '../json.ts';
import type { Endpoint, EndpointSlice, Pod, Service } from '../objects.ts';
import { matches } from '../selectors.ts';
import type { Store } from '../store.ts';
import type { ControllerContext } from './context.ts';

export function startEndpointSlices({ store, clock, timing }: ControllerContext): () => void {
  const due = new Set<string>();
  return store.onChange(({ resource, object }) => {
    if (resource !== 'services' && resource !== 'pods') return;
    const namespace = object.metadata.namespace ?? '';
    if (due.has(namespace)) return;
    due.add(namespace);
    clock.setTimeout(() => {
      due.delete(namespace);
      for (const service of store.list('services', namespace)) sync(store, service);
    }, timing.syncMs);
  });
}

function sync(store: Store, service: Service): void {
  const { selector } = service.spec;
  const [old] = store.ownedBy('endpointslices', service);
  // Without a selector somebody else says what stands behind it.
  if (!selector || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') {
    if (old) store.remove('endpointslices', old);
    return;
  }
  const endpoints = store
    .list('pods', service.metadata.namespace)
    .filter(({ metadata, status }) => {
      const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
      return !isOver && status.podIP && matches({ matchLabels: selector }, metadata.labels);
    })
    .map((pod) => endpointOf(service, pod));
  const ports = (service.spec.ports ?? []).map(portOf);
  if (!old) return void store.put('endpointslices', sliceOf(store, service, { endpoints, ports }));
  if (equal(old.endpoints, endpoints) && equal(old.ports, ports)) return;
  const generation = (old.metadata.generation ?? 0) + 1;
  const metadata = { ...clone(old.metadata), generation };
  store.put('endpointslices', { ...clone(old), metadata, endpoints, ports });
}

function endpointOf(service: Service, pod: Pod): Endpoint {
  const isReady = (pod.status.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name, namespace = '', uid } = pod.metadata;
  return {
    addresses: [pod.status.podIP ?? ''],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (isReady && !terminating),
      serving: isReady,
      terminating,
    },
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function portOf(port: JsonObject): JsonObject {
  const { name = '', targetPort = null, protocol = 'TCP' } = port;
  return { name, port: targetPort, protocol };
}

function sliceOf(
  store: Store,
  { metadata: { name, namespace = '', uid } }: Service,
  what: Pick<EndpointSlice, 'endpoints' | 'ports'>,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${store.suffix(5)}`,
      generateName: `${name}-`,
      namespace,
      ...store.identity(),
      generation: 1,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: 'IPv4',
    ...what,
  };
}
