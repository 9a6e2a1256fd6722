// What the API serves: one line per resource, read by the router, RBAC, discovery and storage.

import type { ResourceName } from './objects.ts';

export type Resource = {
  name: ResourceName;
  kind: string;
  singular: string;
  group: string;
  version: string;
  namespaced: boolean;
  shortNames: string[];
  subresources: string[];
};

export const resources: Record<ResourceName, Resource> = {
  namespaces: core('namespaces', 'Namespace', { namespaced: false, shortNames: ['ns'] }),
  nodes: core('nodes', 'Node', { namespaced: false, shortNames: ['no'] }),
  pods: core('pods', 'Pod', { shortNames: ['po'], subresources: ['log'] }),
  events: core('events', 'Event', { shortNames: ['ev'] }),
  deployments: apps('deployments', 'Deployment', ['deploy'], ['scale', 'status']),
  replicasets: apps('replicasets', 'ReplicaSet', ['rs'], ['scale', 'status']),
  statefulsets: apps('statefulsets', 'StatefulSet', ['sts'], ['scale', 'status']),
  daemonsets: apps('daemonsets', 'DaemonSet', ['ds'], ['status']),
  controllerrevisions: apps('controllerrevisions', 'ControllerRevision', [], []),
  horizontalpodautoscalers: {
    ...apps('horizontalpodautoscalers', 'HorizontalPodAutoscaler', ['hpa'], ['status']),
    group: 'autoscaling',
    version: 'v2',
  },
  jobs: { ...core('jobs', 'Job', { subresources: ['status'] }), group: 'batch' },
  cronjobs: {
    ...core('cronjobs', 'CronJob', { shortNames: ['cj'], subresources: ['status'] }),
    group: 'batch',
  },
  services: core('services', 'Service', { shortNames: ['svc'], subresources: ['status'] }),
  endpointslices: { ...core('endpointslices', 'EndpointSlice'), group: 'discovery.k8s.io' },
};

export const allResources: Resource[] = Object.values(resources);

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `deployments.apps`, `pods`: how the server names a resource in its messages. */
export function qualified(resource: { name: string; group: string }): string {
  return resource.group === '' ? resource.name : `${resource.name}.${resource.group}`;
}

/** `Deployment.apps`, `Pod`: how it names a kind. */
export function qualifiedKind(resource: Resource): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

export function resourceOfKind(kind: string): Resource | undefined {
  return allResources.find((resource) => resource.kind === kind);
}

function core(name: ResourceName, kind: string, rest: Partial<Resource> = {}): Resource {
  return {
    name,
    kind,
    singular: kind.toLowerCase(),
    group: '',
    version: 'v1',
    namespaced: true,
    shortNames: [],
    subresources: [],
    ...rest,
  };
}

function apps(
  name: ResourceName,
  kind: string,
  shortNames: string[],
  subresources: string[],
): Resource {
  return { ...core(name, kind, { shortNames, subresources }), group: 'apps' };
}
