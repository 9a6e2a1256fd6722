import type { Patch } from './client.ts';
import { at, type Json, record, texts } from './json.ts';
import { bareTemplate } from './template.ts';
import { mark, type Workload } from './workload.ts';

/**
 * What the Deployment keeps of its own annotations in a rollback; all others come from the ReplicaSet.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go
 */
const keptAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** The Deployment just read, with the template and annotations of the ReplicaSet by kubectl's rule. */
export function rolledBackDeployment(live: Json, replicaSet: Json, marked?: string): Json {
  const own = texts(at(live, 'metadata', 'annotations'));
  const theirs = texts(at(replicaSet, 'metadata', 'annotations'));
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(theirs)) {
    if (!keptAnnotations.includes(name)) annotations[name] = value;
  }
  for (const name of keptAnnotations) {
    const value = own[name];
    if (value !== undefined) annotations[name] = value;
  }
  // The controller copies our mark to the ReplicaSet: an older one comes back with it and is replaced here.
  if (marked !== undefined) annotations[mark] = marked;
  return {
    ...live,
    metadata: { ...record(live['metadata']), annotations },
    spec: {
      ...record(live['spec']),
      template: withoutHash(record(at(replicaSet, 'spec', 'template'))),
    },
  };
}

/** The ControllerRevision is itself a strategic merge patch (`$patch: replace`). */
export function rolledBackPatch(revision: Json, meta: PatchMeta): Patch {
  return {
    type: 'strategic-merge',
    body: { ...record(revision['data']), metadata: patchMetadata(meta) },
  };
}

export interface PatchMeta {
  readonly resourceVersion?: string;
  readonly mark?: string;
}

/** With a resourceVersion a patch of an object that has moved on is a 409. */
export function patchMetadata(meta: PatchMeta): Json {
  return {
    ...(meta.resourceVersion === undefined ? {} : { resourceVersion: meta.resourceVersion }),
    ...(meta.mark === undefined ? {} : { annotations: { [mark]: meta.mark } }),
  };
}

/** What the patch would make of the live object, where the server does not say. */
export function locallyPatched(workload: Workload, revision: Json): Json {
  return {
    ...workload.raw,
    spec: {
      ...record(workload.raw['spec']),
      template: bareTemplate(at(revision, 'data', 'spec', 'template')),
    },
  };
}

function withoutHash(template: Json): Json {
  const labels = { ...texts(at(template, 'metadata', 'labels')) };
  delete labels['pod-template-hash'];
  return { ...template, metadata: { ...record(template['metadata']), labels } };
}
