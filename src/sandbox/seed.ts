// Puts objects into the cluster the way a person with every right would.

import type { ControllerContext } from './controllers/context.ts';
import type { JsonObject } from './json.ts';
import type { Labels, Node } from './objects.ts';
import { type Resource, resources } from './resources.ts';
import { createObject, updateObject, type WriteContext } from './writes.ts';

export type WorkloadSeed = {
  namespace: string;
  name: string;
  image: string;
  replicas?: number;
  labels?: Labels;
  annotations?: Labels;
  /** Merged over the spec that is made from the rest. */
  spec?: JsonObject;
  /** Merged over the pod template's spec. */
  podSpec?: JsonObject;
  env?: Record<string, string>;
};

export type Seeds = {
  nodes(count: number): void;
  namespace(name: string): void;
  /** Creates or changes a Deployment; each call with another image is another revision. */
  deployment(seed: WorkloadSeed): void;
};

export function createSeeds(context: ControllerContext): Seeds {
  const { store } = context;
  const write: WriteContext = {
    store,
    webhooks: [],
    user: 'sandbox-seed',
    fieldManager: 'sandbox-seed',
    dryRun: false,
  };

  function ensure(resource: Resource, object: JsonObject, namespace: string, name: string): void {
    const target = { resource, namespace, name };
    if (!store.get(resource.name, namespace, name)) {
      createObject(write, target, object);
      return;
    }
    updateObject(write, target, (current) => ({
      ...object,
      metadata: { ...(current['metadata'] as JsonObject), ...(object['metadata'] as JsonObject) },
    }));
  }

  function namespace(name: string): void {
    if (store.get('namespaces', '', name)) return;
    const labels = { 'kubernetes.io/metadata.name': name };
    ensure(resources.namespaces, { metadata: { name, labels } }, '', name);
  }

  return {
    nodes(count) {
      for (let index = 1; index <= count; index += 1) {
        store.put('nodes', nodeOf(`sandbox-node-${index}`, store.identity()));
      }
    },
    namespace,
    deployment(seed) {
      namespace(seed.namespace);
      const object = { metadata: metadataOf(seed), spec: { ...workloadSpec(seed), ...seed.spec } };
      ensure(resources.deployments, object, seed.namespace, seed.name);
    },
  };
}

function metadataOf({ namespace, name, labels, annotations }: WorkloadSeed): JsonObject {
  return {
    name,
    namespace,
    labels: { app: name, ...labels },
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function workloadSpec(seed: WorkloadSeed): JsonObject {
  const { name, image, labels, env = {}, podSpec } = seed;
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const container = {
    name,
    image,
    ports: [{ containerPort: 8080 }],
    ...(variables.length === 0 ? {} : { env: variables }),
  };
  return {
    ...(seed.replicas === undefined ? {} : { replicas: seed.replicas }),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: { containers: [container], ...podSpec },
    },
  };
}

function nodeOf(
  name: string,
  identity: { uid: string; resourceVersion: string; creationTimestamp: string },
): Node {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: identity.creationTimestamp,
    lastTransitionTime: identity.creationTimestamp,
  };
  const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...identity, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: { conditions: [condition], capacity, allocatable: capacity },
  };
}
