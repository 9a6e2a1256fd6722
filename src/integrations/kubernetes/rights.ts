import type { Right } from './access.ts';
import type { WorkloadKind } from './schema.ts';
import { kinds } from './workload.ts';

/** All that the read credential is ever used for. README lists the same, and a test compares them. */
export const readRights: readonly Right[] = [
  ...both('apps', 'deployments'),
  ...both('apps', 'statefulsets'),
  ...both('apps', 'daemonsets'),
  ...both('apps', 'replicasets'),
  ...both('apps', 'controllerrevisions'),
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
  { verb: 'list', group: '', resource: 'events' },
  { verb: 'list', group: 'autoscaling', resource: 'horizontalpodautoscalers' },
];

/** What the read credential is used for where a CronJob makes backups. */
export const jobReadRights: readonly Right[] = [
  { verb: 'get', group: 'batch', resource: 'cronjobs' },
  ...both('batch', 'jobs'),
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
];

/** What the write credential is used for there. */
export const jobWriteRights: readonly Right[] = [
  { verb: 'create', group: 'batch', resource: 'jobs' },
];

/** What turning a Service takes: the last two only show that its endpoints have followed. */
export const serviceReadRights: readonly Right[] = [
  { verb: 'get', group: '', resource: 'services' },
  { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices' },
  { verb: 'list', group: '', resource: 'pods' },
];

export const serviceWriteRights: readonly Right[] = [
  { verb: 'patch', group: '', resource: 'services' },
];

/** All that the write credential is ever used for, beside asking what it may. */
export function writeRights(kind: WorkloadKind): readonly Right[] {
  const { resource } = kinds[kind];
  const patch = { verb: 'patch', group: 'apps', resource };
  // Only a Deployment is rolled back by putting the whole object.
  return kind === 'deployment' ? [{ ...patch, verb: 'update' }, patch] : [patch];
}

function both(group: string, resource: string): readonly Right[] {
  return ['get', 'list'].map((verb) => ({ verb, group, resource }));
}
