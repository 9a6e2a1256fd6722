// The defaults the server writes into an object before it validates it. They are visible in every
// answer, so a template read back is never the template that was sent.

import { isObject, type Json, type JsonObject, listAt, numberAt, objectAt } from './json.ts';
import type { ResourceName } from './objects.ts';
import { defaultService } from './validation-service.ts';

export function applyDefaults(resource: ResourceName, object: JsonObject): JsonObject {
  const spec = objectAt(object, 'spec') ?? {};
  switch (resource) {
    case 'deployments':
      deployment(spec);
      break;
    case 'statefulsets':
      statefulSet(spec);
      break;
    case 'daemonsets':
      daemonSet(spec);
      break;
    case 'replicasets':
      setMissing(spec, { replicas: 1 });
      template(spec);
      break;
    case 'pods':
      podSpec(spec);
      break;
    case 'horizontalpodautoscalers':
      setMissing(spec, { minReplicas: 1, metrics: [defaultMetric()] });
      break;
    case 'namespaces':
      setMissing(spec, { finalizers: ['kubernetes'] });
      break;
    case 'services':
      defaultService(spec);
      break;
    case 'jobs':
      job(spec);
      break;
    case 'cronjobs':
      setMissing(spec, {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      });
      job(objectAt(spec, 'jobTemplate', 'spec') ?? {});
      break;
    default:
      return object;
  }
  object['spec'] = spec;
  return object;
}

/** What the server writes as status into a new object, whatever the client sent. */
export function initialStatus(resource: ResourceName): JsonObject | undefined {
  switch (resource) {
    case 'deployments':
      return {};
    case 'replicasets':
      return { replicas: 0 };
    case 'statefulsets':
      return { replicas: 0, availableReplicas: 0 };
    case 'daemonsets':
      return {
        currentNumberScheduled: 0,
        numberMisscheduled: 0,
        desiredNumberScheduled: 0,
        numberReady: 0,
      };
    case 'pods':
      return { phase: 'Pending', qosClass: 'BestEffort' };
    case 'horizontalpodautoscalers':
      return { desiredReplicas: 0, currentMetrics: null };
    case 'namespaces':
      return { phase: 'Active' };
    case 'jobs':
    case 'cronjobs':
      return {};
    case 'services':
      return { loadBalancer: {} };
    default:
      return undefined;
  }
}

function deployment(spec: JsonObject): void {
  setMissing(spec, {
    replicas: 1,
    strategy: {},
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const strategy = objectAt(spec, 'strategy') ?? {};
  setMissing(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    setMissing(strategy, { rollingUpdate: {} });
    setMissing(objectAt(strategy, 'rollingUpdate') ?? {}, {
      maxUnavailable: '25%',
      maxSurge: '25%',
    });
  }
  template(spec);
}

function statefulSet(spec: JsonObject): void {
  setMissing(spec, {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: {},
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  });
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  setMissing(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    setMissing(strategy, { rollingUpdate: {} });
    setMissing(objectAt(strategy, 'rollingUpdate') ?? {}, { partition: 0 });
  }
  template(spec);
}

function daemonSet(spec: JsonObject): void {
  setMissing(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  setMissing(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    setMissing(strategy, { rollingUpdate: {} });
    setMissing(objectAt(strategy, 'rollingUpdate') ?? {}, { maxUnavailable: 1, maxSurge: 0 });
  }
  template(spec);
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
function job(spec: JsonObject): void {
  setMissing(spec, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
  });
  template(spec);
}

function template(spec: JsonObject): void {
  const pod = objectAt(spec, 'template', 'spec');
  if (pod) podSpec(pod);
}

function podSpec(pod: JsonObject): void {
  setMissing(pod, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const list of ['initContainers', 'containers']) {
    for (const container of objects(listAt(pod, list))) defaultContainer(container);
  }
  for (const volume of objects(listAt(pod, 'volumes'))) defaultVolume(volume);
}

function defaultContainer(container: JsonObject): void {
  const image = typeof container['image'] === 'string' ? container['image'] : '';
  setMissing(container, {
    imagePullPolicy: isLatest(image) ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const port of objects(listAt(container, 'ports'))) setMissing(port, { protocol: 'TCP' });
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const found = objectAt(container, probe);
    if (!found) continue;
    setMissing(found, {
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    const http = objectAt(found, 'httpGet');
    if (http) setMissing(http, { scheme: 'HTTP', path: '/' });
  }
  for (const variable of objects(listAt(container, 'env'))) {
    const field = objectAt(variable, 'valueFrom', 'fieldRef');
    if (field) setMissing(field, { apiVersion: 'v1' });
  }
  equalLimitsToRequests(container);
}

/** A limit without a request is a request of the same size. */
function equalLimitsToRequests(container: JsonObject): void {
  const limits = objectAt(container, 'resources', 'limits');
  const resources = objectAt(container, 'resources');
  if (!limits || !resources) return;
  setMissing(resources, { requests: {} });
  setMissing(objectAt(resources, 'requests') ?? {}, limits);
}

function defaultVolume(volume: JsonObject): void {
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const found = objectAt(volume, source);
    if (found && numberAt(found, 'defaultMode') === undefined) found['defaultMode'] = 420;
  }
  const host = objectAt(volume, 'hostPath');
  if (host) setMissing(host, { type: '' });
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume['emptyDir'] = {};
}

function isLatest(image: string): boolean {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

function defaultMetric(): JsonObject {
  return {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
}

function objects(list: Json[] | undefined): JsonObject[] {
  return (list ?? []).filter(isObject);
}

function setMissing(target: JsonObject, values: JsonObject): void {
  for (const [key, value] of Object.entries(values)) {
    if (target[key] === undefined || target[key] === null) target[key] = structuredClone(value);
  }
}
