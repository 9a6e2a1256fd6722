// The minimum of discovery that clients need before they speak to a resource.

import type { JsonObject } from './json.ts';
import { allResources, type Resource } from './resources.ts';

export function discovery(path: string): JsonObject | undefined {
  if (path === '/version') return version();
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
  }
  if (path === '/api/v1') return resourceList('v1', servedBy('', 'v1'));
  const match = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  const [, name = '', served] = match ?? [];
  const group = groups.find((candidate) => candidate.name === name);
  if (!group) return undefined;
  if (served === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  if (!group.versions.includes(served)) return undefined;
  return resourceList(`${name}/${served}`, servedBy(name, served));
}

const groups = [
  { name: 'apps', versions: ['v1'] },
  { name: 'autoscaling', versions: ['v2'] },
  { name: 'batch', versions: ['v1'] },
  { name: 'discovery.k8s.io', versions: ['v1'] },
  { name: 'authorization.k8s.io', versions: ['v1'] },
];

function version(): JsonObject {
  return {
    major: '1',
    minor: '34',
    gitVersion: 'v1.34.0+sandbox',
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'sandbox',
  };
}

function groupOf({ name, versions }: { name: string; versions: string[] }): JsonObject {
  const served = versions.map((each) => ({ groupVersion: `${name}/${each}`, version: each }));
  return { name, versions: served, preferredVersion: served[0] ?? {} };
}

function servedBy(group: string, served: string): JsonObject[] {
  if (group === 'authorization.k8s.io') {
    const kind = 'SelfSubjectAccessReview';
    const name = 'selfsubjectaccessreviews';
    return [{ name, singularName: '', namespaced: false, kind, verbs: ['create'] }];
  }
  return allResources
    .filter((resource) => resource.group === group && resource.version === served)
    .flatMap((resource) => [
      describe(resource),
      ...resource.subresources.map((subresource) => describeSubresource(resource, subresource)),
    ]);
}

function describe(resource: Resource): JsonObject {
  const { name, singular, namespaced, kind, shortNames } = resource;
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  return { name, singularName: singular, namespaced, kind, verbs, shortNames };
}

function describeSubresource(resource: Resource, subresource: string): JsonObject {
  const name = `${resource.name}/${subresource}`;
  const { namespaced, kind } = resource;
  if (subresource === 'scale') {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    return { name, singularName: '', namespaced, ...scale, verbs: ['get', 'patch', 'update'] };
  }
  const verbs = subresource === 'log' ? ['get'] : ['get', 'patch', 'update'];
  return { name, singularName: '', namespaced, kind, verbs };
}

function resourceList(groupVersion: string, served: JsonObject[]): JsonObject {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served };
}
