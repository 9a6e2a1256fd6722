// ControllerRevisions, the history of StatefulSets and DaemonSets: a template that was there before
// keeps its revision object, which gets the next number.

import { clone, equal } from '../json.ts';
import type {
  ControllerRevision,
  DaemonSet,
  Labels,
  Pod,
  PodTemplate,
  StatefulSet,
} from '../objects.ts';
import type { ControllerContext } from './context.ts';
import { hashOf } from './hash.ts';
import { ownerReference } from './pods.ts';

type Owner = StatefulSet | DaemonSet;

export function revisionsOf({ store }: ControllerContext, owner: Owner): ControllerRevision[] {
  return store.ownedBy('controllerrevisions', owner).sort((a, b) => a.revision - b.revision);
}

/** The revision of the owner's template, made or renumbered so that it is the highest. */
export function syncRevision(
  context: ControllerContext,
  owner: Owner,
  hashLabel: string,
): ControllerRevision {
  const { store } = context;
  const data = dataOf(owner.spec.template);
  const all = revisionsOf(context, owner);
  const latest = all.at(-1);
  const same = all.findLast((revision) => equal(revision.data, data));
  if (same && same === latest) return same;
  const next = (latest?.revision ?? 0) + 1;
  if (same) {
    return store.update('controllerrevisions', same, (draft) => {
      draft.revision = next;
    });
  }
  const hash = hashOf(data);
  return store.put(
    'controllerrevisions',
    revisionObject(context, owner, { data, hash, hashLabel, next }),
  );
}

/** The template a revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplate {
  const spec = clone(revision.data)['spec'] as unknown as { template: PodTemplate };
  const { $patch: _directive, ...template } = spec.template as PodTemplate & { $patch?: string };
  return template;
}

/** Removes the oldest revisions that no pod runs any more, beyond the history limit. */
export function truncateHistory(
  context: ControllerContext,
  owner: Owner,
  live: { names: (string | undefined)[]; isLive: (revision: ControllerRevision) => boolean },
): void {
  const dead = revisionsOf(context, owner).filter(
    (revision) => !live.names.includes(revision.metadata.name) && !live.isLive(revision),
  );
  const limit = owner.spec.revisionHistoryLimit;
  for (const revision of dead.slice(0, Math.max(0, dead.length - limit))) {
    context.store.remove('controllerrevisions', revision);
  }
}

export function hashLabelOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.['controller-revision-hash'];
}

function dataOf(template: PodTemplate): ControllerRevision['data'] {
  return {
    spec: { template: { ...clone(template), $patch: 'replace' } },
  } as unknown as ControllerRevision['data'];
}

function revisionObject(
  { store }: ControllerContext,
  owner: Owner,
  parts: { data: ControllerRevision['data']; hash: string; hashLabel: string; next: number },
): ControllerRevision {
  const { name, namespace = '', annotations } = owner.metadata;
  const labels: Labels = { ...owner.spec.template.metadata?.labels, [parts.hashLabel]: parts.hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${parts.hash}`,
      namespace,
      ...store.identity(),
      labels,
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ownerReferences: [ownerReference(owner)],
    },
    data: parts.data,
    revision: parts.next,
  };
}
