// Puts objects into the cluster the way a person with every right would, with a past if wanted.

import type { ControllerContext } from './controllers/context.ts';
import { recordRevision } from './controllers/deployment.ts';
import { revisionHashLabel } from './controllers/hash.ts';
import { syncRevision } from './controllers/revisions.ts';
import { statefulHashLabel } from './controllers/statefulset.ts';
import { isObject, type JsonObject, objectAt } from './json.ts';
import type { Labels, Node } from './objects.ts';
import { applyMergePatch } from './patch/merge.ts';
import { type Resource, resources } from './resources.ts';
import { createObject, updateObject, type WriteContext } from './writes.ts';

/** What differs from revision to revision. */
export type RevisionSeed = {
  image: string;
  /** On the workload, and with it on this revision. */
  annotations?: Labels;
  /** On the pods, beside `app`. */
  podLabels?: Labels;
  env?: Record<string, string>;
  /** Merged (RFC 7386) over the pod template's spec. */
  podSpec?: JsonObject;
};

export type WorkloadSeed = RevisionSeed & {
  namespace: string;
  name: string;
  replicas?: number;
  labels?: Labels;
  /** Merged (RFC 7386) over the spec that is made from the rest. */
  spec?: JsonObject;
  /** Older revisions, oldest first, none of them with a pod; heeded when the workload is new. */
  history?: RevisionSeed[];
};

export type AutoscalerSeed = {
  namespace: string;
  name: string;
  /** A Deployment unless `kind` says otherwise. */
  target: string;
  kind?: 'Deployment' | 'StatefulSet';
  min: number;
  max: number;
};

export type CronJobSeed = {
  namespace: string;
  name: string;
  image: string;
  schedule?: string;
  suspend?: boolean;
  concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  /** Merged (RFC 7386) over the spec of its Jobs. */
  job?: JsonObject;
  restartPolicy?: 'Never' | 'OnFailure';
};

export type ServiceSeed = {
  namespace: string;
  name: string;
  /** None: somebody else says what stands behind it. */
  selector?: Labels;
  port?: number;
  /** Merged (RFC 7386) over the spec that is made from the rest. */
  spec?: JsonObject;
};

export type Seeds = {
  nodes(count: number): void;
  namespace(name: string): void;
  /** Creates or changes the workload; each call with another image is another revision. */
  deployment(seed: WorkloadSeed): void;
  statefulSet(seed: WorkloadSeed): void;
  daemonSet(seed: WorkloadSeed): void;
  autoscaler(seed: AutoscalerSeed): void;
  /** Its schedule is kept and never comes: Jobs are made from it by whoever asks. */
  cronJob(seed: CronJobSeed): void;
  service(seed: ServiceSeed): void;
};

export function createSeeds(context: ControllerContext): Seeds {
  const { store } = context;
  const ensure = ensurer(context);

  function namespace(name: string): void {
    const labels = { 'kubernetes.io/metadata.name': name };
    ensure(resources.namespaces, '', { metadata: { name, labels } });
  }

  function workload(resource: Resource, seed: WorkloadSeed, record: (past: boolean) => void): void {
    namespace(seed.namespace);
    const exists = store.get(resource.name, seed.namespace, seed.name) !== undefined;
    for (const revision of exists ? [] : (seed.history ?? [])) {
      ensure(resource, seed.namespace, objectOf({ ...seed, ...revision }));
      record(true);
    }
    ensure(resource, seed.namespace, objectOf(seed));
    record(false);
  }

  return {
    nodes(count) {
      for (let index = 1; index <= count; index += 1) {
        store.put('nodes', nodeOf(`sandbox-node-${index}`, store.identity()));
      }
    },
    namespace,
    deployment(seed) {
      workload(resources.deployments, seed, (past) => {
        const found = store.get('deployments', seed.namespace, seed.name);
        if (found) recordRevision(context, found, { withoutPods: past });
      });
    },
    statefulSet(seed) {
      const spec = { serviceName: seed.name, ...seed.spec };
      workload(resources.statefulsets, { ...seed, spec }, () => {
        const found = store.get('statefulsets', seed.namespace, seed.name);
        if (found) syncRevision(context, found, statefulHashLabel);
      });
    },
    daemonSet(seed) {
      workload(resources.daemonsets, seed, () => {
        const found = store.get('daemonsets', seed.namespace, seed.name);
        if (found) syncRevision(context, found, revisionHashLabel);
      });
    },
    autoscaler({ namespace: where, name, target, kind = 'Deployment', min, max }) {
      namespace(where);
      const scaleTargetRef = { apiVersion: 'apps/v1', kind, name: target };
      ensure(resources.horizontalpodautoscalers, where, {
        metadata: { name },
        spec: { scaleTargetRef, minReplicas: min, maxReplicas: max },
      });
    },
    cronJob(seed) {
      namespace(seed.namespace);
      ensure(resources.cronjobs, seed.namespace, cronJobOf(seed));
    },
    service({ namespace: where, name, selector, port = 5432, spec = {} }) {
      namespace(where);
      const whole: JsonObject = { ports: [{ port }], ...(selector && { selector }) };
      ensure(resources.services, where, {
        metadata: { name },
        spec: applyMergePatch(whole, spec),
      });
    },
  };
}

function cronJobOf(seed: CronJobSeed): JsonObject {
  const { name, image, job = {}, restartPolicy = 'Never' } = seed;
  const { schedule = '0 3 * * *', suspend = false, concurrencyPolicy = 'Allow' } = seed;
  const template = {
    metadata: { labels: { app: name } },
    spec: { restartPolicy, containers: [{ name, image }] },
  };
  return {
    metadata: { name },
    spec: {
      ...{ schedule, suspend, concurrencyPolicy },
      jobTemplate: {
        metadata: { labels: { app: name }, annotations: { team: 'payments' } },
        spec: applyMergePatch({ template }, job),
      },
    },
  };
}

/** Creates, or merges over what is there. */
function ensurer({ store }: ControllerContext) {
  const write: WriteContext = {
    store,
    webhooks: [],
    user: 'sandbox-seed',
    fieldManager: 'sandbox-seed',
    dryRun: false,
  };
  return (resource: Resource, namespace: string, object: JsonObject): void => {
    const name = String(objectAt(object, 'metadata')?.['name']);
    const target = { resource, namespace, name };
    if (!store.get(resource.name, namespace, name)) createObject(write, target, object);
    else updateObject(write, target, (current) => withNewTemplate(current, object));
  };
}

/** The template is replaced whole, so that a revision does not inherit what it does not name. */
function withNewTemplate(current: JsonObject, object: JsonObject): JsonObject {
  const merged = applyMergePatch(current, object);
  const spec = objectAt(merged, 'spec');
  const template = objectAt(object, 'spec', 'template');
  if (spec && template) spec['template'] = structuredClone(template);
  return merged;
}

function objectOf(seed: WorkloadSeed): JsonObject {
  const { namespace, name, labels, annotations, podLabels, image, env = {}, podSpec = {} } = seed;
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const container: JsonObject = { name, image, ports: [{ containerPort: 8080 }] };
  if (variables.length > 0) container['env'] = variables;
  const spec: JsonObject = {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...podLabels } },
      spec: applyMergePatch({ containers: [container] }, podSpec),
    },
  };
  if (seed.replicas !== undefined) spec['replicas'] = seed.replicas;
  const metadata: JsonObject = { name, namespace, labels: { app: name, ...labels } };
  if (annotations) metadata['annotations'] = annotations;
  return { metadata, spec: applyMergePatch(spec, isObject(seed.spec) ? seed.spec : {}) };
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
