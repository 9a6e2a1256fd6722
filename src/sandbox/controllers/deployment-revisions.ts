// Revisions of a Deployment: which ReplicaSet is the current one, what number it bears, and the
// annotations that carry the history.

import { clone } from '../json.ts';
import type { Deployment, Labels, ReplicaSet } from '../objects.ts';
import type { Rollout } from './deployment.ts';
import { maxSurge, newSetSize } from './deployment-rollout.ts';
import { setCondition } from './deployment-status.ts';
import { hashOf, sameTemplate, templateHashLabel, withLabel } from './hash.ts';
import { ownerReference } from './pods.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const historyAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** What stays on its object: everything else on a Deployment is copied to its ReplicaSet. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

export function findNewReplicaSet(
  deployment: Deployment,
  oldestFirst: ReplicaSet[],
): ReplicaSet | undefined {
  return oldestFirst.find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
}

export function historyLimit(deployment: Deployment): number {
  return deployment.spec.revisionHistoryLimit ?? Number.POSITIVE_INFINITY;
}

/** An old template that comes back gets the next number; its old ones go to its history. */
export function syncNewReplicaSet(rollout: Rollout, { create }: { create: boolean }): void {
  const { store } = rollout.context;
  const revision = Math.max(0, ...rollout.oldSets().map(revisionOf)) + 1;
  const existing = rollout.newSet();
  if (!existing) {
    if (create) createReplicaSet(rollout, revision);
    return;
  }
  const renumbered = store.update('replicasets', existing, (draft) => {
    annotate(draft, rollout.deployment(), revision);
    const { minReadySeconds } = rollout.deployment().spec;
    if (minReadySeconds === undefined) delete draft.spec.minReadySeconds;
    else draft.spec.minReadySeconds = minReadySeconds;
  });
  if (renumbered !== existing) return;
  noteRevision(rollout, revisionOf(existing), (draft) => {
    const progress = draft.status.conditions?.some(({ type }) => type === 'Progressing');
    if (progress || draft.spec.progressDeadlineSeconds === undefined) return;
    setCondition(draft.status, store.clock.now(), {
      type: 'Progressing',
      status: 'True',
      reason: 'FoundNewReplicaSet',
      message: `Found new replica set "${existing.metadata.name}"`,
    });
  });
}

function createReplicaSet(rollout: Rollout, revision: number): void {
  const { store, events } = rollout.context;
  const deployment = rollout.deployment();
  const { namespace = '', name } = deployment.metadata;
  const hash = hashOf(deployment.spec.template, deployment.status.collisionCount);
  const setName = `${name}-${hash}`;
  if (store.get('replicasets', namespace, setName)) {
    store.update('deployments', deployment, (draft) => {
      draft.status.collisionCount = (draft.status.collisionCount ?? 0) + 1;
    });
    return;
  }
  const replicas = newSetSize(rollout, undefined);
  const set = replicaSetOf(deployment, { hash, replicas, ...store.identity() });
  annotate(set, deployment, revision);
  setSizeAnnotations(set, deployment);
  const created = store.put('replicasets', set);
  if (replicas > 0) {
    const message = `Scaled up replica set ${setName} from 0 to ${replicas}`;
    events(deployment, { reason: 'ScalingReplicaSet', message, component });
  }
  noteRevision(rollout, revisionOf(created), (draft) => {
    if (draft.spec.progressDeadlineSeconds === undefined) return;
    setCondition(draft.status, store.clock.now(), {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set "${setName}"`,
    });
  });
}

export const component = 'deployment-controller';

function replicaSetOf(
  deployment: Deployment,
  rest: {
    hash: string;
    replicas: number;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
  },
): ReplicaSet {
  const { hash, replicas, ...identity } = rest;
  const { selector, minReadySeconds } = deployment.spec;
  const template = withLabel(clone(deployment.spec.template), templateHashLabel, hash);
  const { namespace = '', name } = deployment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      ...identity,
      generation: 1,
      labels: { ...template.metadata?.labels },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      selector: {
        ...clone(selector),
        matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash },
      },
      template,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
    status: { replicas: 0 },
  };
}

function annotate(set: ReplicaSet, deployment: Deployment, revision: number): void {
  const annotations: Labels = { ...set.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key)) annotations[key] = value;
  }
  const held = annotations[revisionAnnotation];
  if (Number(held ?? 0) < revision) {
    annotations[revisionAnnotation] = String(revision);
    if (held !== undefined) {
      const history = annotations[historyAnnotation];
      annotations[historyAnnotation] = history ? `${history},${held}` : held;
    }
  }
  set.metadata.annotations = annotations;
}

export function setSizeAnnotations(set: ReplicaSet, deployment: Deployment): void {
  const { replicas } = deployment.spec;
  set.metadata.annotations = {
    ...set.metadata.annotations,
    [desiredAnnotation]: String(replicas),
    [maxAnnotation]: String(replicas + maxSurge(deployment)),
  };
}

function noteRevision(
  rollout: Rollout,
  revision: number,
  alsoChange: (draft: Deployment) => void,
): void {
  rollout.context.store.update('deployments', rollout.deployment(), (draft) => {
    const annotations = draft.metadata.annotations ?? {};
    draft.metadata.annotations = { ...annotations, [revisionAnnotation]: String(revision) };
    alsoChange(draft);
  });
}
