import type { ReadClient } from './client.ts';
import { at, type Json, list, text } from './json.ts';
import type { Service, ServicePlace } from './service.ts';
import { corePath } from './workload.ts';

const urgent = { urgent: true };

/**
 * What its EndpointSlices lack to send clients to pods of this value alone; '' once they do. The cluster's own controller
 * writes them, a moment after the Service. Throws K8S_FORBIDDEN where they may not be listed.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export async function missing(
  client: ReadClient,
  place: ServicePlace,
  live: Service,
  value: string,
): Promise<string> {
  const service = `${place.namespace}/${place.service}`;
  if (live.value !== value) return `${service} selects ${live.value}`;
  const [slices, pods] = await Promise.all([
    client.listAll(
      `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(place.namespace)}/endpointslices`,
      { labelSelector: `kubernetes.io/service-name=${place.service}` },
      urgent,
    ),
    selectedPods(client, place, live.selector),
  ]);
  const names = pods.map(nameOf);
  const ready = slices.flatMap(({ endpoints }) => list(endpoints)).filter(isReady);
  const others = ready.filter((each) => !names.includes(text(at(each, 'targetRef', 'name'))));
  if (others.length > 0) {
    const who = others.map((each) => text(at(each, 'targetRef', 'name')) || addressOf(each));
    return `the EndpointSlices of ${service} still list ${who.join(', ')}`;
  }
  return ready.length === 0 ? `the EndpointSlices of ${service} list no ready pod of ${value}` : '';
}

/** Pods that this selector would send clients to. */
export async function readyPods(
  client: ReadClient,
  place: ServicePlace,
  selector: Service['selector'],
): Promise<readonly string[]> {
  const pods = await selectedPods(client, place, selector);
  const ready = pods.filter((pod) =>
    list(at(pod, 'status', 'conditions')).some(
      (each) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True',
    ),
  );
  return ready.map(nameOf);
}

function selectedPods(
  client: ReadClient,
  place: ServicePlace,
  selector: Service['selector'],
): Promise<readonly Json[]> {
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return client.listAll(corePath(place, 'pods'), { labelSelector }, urgent);
}

function nameOf(pod: Json): string {
  return text(at(pod, 'metadata', 'name'));
}

/** What says nothing counts as ready, as for the cluster itself. */
function isReady(endpoint: unknown): boolean {
  return at(endpoint, 'conditions', 'ready') !== false;
}

function addressOf(endpoint: unknown): string {
  return text(list(at(endpoint, 'addresses'))[0]) || 'an address of nobody';
}
