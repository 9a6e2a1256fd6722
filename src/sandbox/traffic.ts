// Made-up requests to each workload: so many a second, spread over its ready pods, each answering
// as its image does. Without a ready pod every request gets a 503.

import type { SandboxClock } from './clock.ts';
import { controllerOf } from './controllers/context.ts';
import { isActive, isReady } from './controllers/pods.ts';
import type { ImageTable } from './images.ts';
import type { Pod } from './objects.ts';
import type { Store } from './store.ts';

export type Counted = { namespace: string; service: string; code: string; count: number };

export type Traffic = {
  /** All requests until now. */
  totals(): Counted[];
  setRate(namespace: string, name: string, perSecond: number): void;
  stop(): void;
};

type Flow = {
  namespace: string;
  service: string;
  perSecond: number;
  /** Which share of the requests gets which code, as of `since`. */
  shares: Record<string, number>;
  counts: Record<string, number>;
  since: number;
};

const usualPerSecond = 20;

export function startTraffic(parts: {
  store: Store;
  clock: SandboxClock;
  images: ImageTable;
}): Traffic {
  const { store, clock, images } = parts;
  const flows = new Map<string, Flow>();

  function flowOf(namespace: string, service: string): Flow {
    const key = `${namespace}/${service}`;
    const held = flows.get(key);
    if (held) return held;
    const shares = sharesOf(store, images, { namespace, service });
    const counts = { '200': 0, '500': 0, '503': 0 };
    const flow = {
      namespace,
      service,
      perSecond: usualPerSecond,
      shares,
      counts,
      since: clock.now(),
    };
    flows.set(key, flow);
    return flow;
  }

  /** Counts what has come since the last change by the shares of then. */
  function settle(flow: Flow): void {
    const seconds = (clock.now() - flow.since) / 1000;
    for (const [code, share] of Object.entries(flow.shares)) {
      flow.counts[code] = (flow.counts[code] ?? 0) + seconds * flow.perSecond * share;
    }
    flow.since = clock.now();
  }

  const stop = store.onChange(({ resource, object, type }) => {
    const { namespace = '', name } = object.metadata;
    if (resource === 'deployments' || resource === 'statefulsets') {
      if (type === 'ADDED') flowOf(namespace, name);
      if (type === 'DELETED') flows.delete(`${namespace}/${name}`);
    }
    if (resource !== 'pods') return;
    const service = serviceOf(store, object.metadata);
    const flow = service === undefined ? undefined : flows.get(`${namespace}/${service}`);
    if (!flow) return;
    settle(flow);
    flow.shares = sharesOf(store, images, flow);
  });

  return {
    totals() {
      return [...flows.values()].flatMap((flow) => {
        settle(flow);
        const { namespace, service } = flow;
        return Object.entries(flow.counts).map(([code, count]) => ({
          namespace,
          service,
          code,
          count: Math.floor(count),
        }));
      });
    },
    setRate(namespace, name, perSecond) {
      const flow = flowOf(namespace, name);
      settle(flow);
      flow.perSecond = perSecond;
    },
    stop,
  };
}

function sharesOf(
  store: Store,
  images: ImageTable,
  { namespace, service }: { namespace: string; service: string },
): Record<string, number> {
  const ready = store
    .list('pods', namespace)
    .filter((pod) => isActive(pod) && isReady(pod) && serviceOf(store, pod.metadata) === service);
  if (ready.length === 0) return { '503': 1 };
  const errors = ready.reduce((sum, pod) => sum + errorShare(images, pod), 0) / ready.length;
  return { '200': 1 - errors, '500': errors };
}

function errorShare(images: ImageTable, pod: Pod): number {
  return Math.max(0, ...pod.spec.containers.map(({ image }) => images.of(image).errorShare ?? 0));
}

/** The workload at the top: the ReplicaSet's Deployment, or the pod's own controller. */
export function serviceOf(store: Store, metadata: Pod['metadata']): string | undefined {
  const owner = controllerOf(metadata.ownerReferences);
  if (owner?.kind !== 'ReplicaSet') return owner?.name;
  const set = store.get('replicasets', metadata.namespace ?? '', owner.name);
  return controllerOf(set?.metadata.ownerReferences)?.name;
}
