import type { CallOptions, ReadClient } from './client.ts';
import { at, type Json, record, text, texts, whole } from './json.ts';
import { bareTemplate, type Digest, imagesOf } from './template.ts';
import { groupPath, isOwnedBy, kinds, type Workload } from './workload.ts';

/** An old template and what a rollback to it needs. Bound by uid: a rollback renumbers. */
export interface Revision {
  readonly number: number;
  readonly name: string;
  readonly uid: string;
  readonly digest: string;
  readonly images: readonly string[];
  readonly createdAt: string;
  readonly cause?: string;
  /** The ReplicaSet or ControllerRevision as the server sent it. */
  readonly raw: Json;
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Newest first. As kubectl reads it: by selector and owner, without those that carry no number. */
export async function readRevisions(
  client: ReadClient,
  workload: Workload,
  digest: Digest,
): Promise<readonly Revision[]> {
  const { revisions } = kinds[workload.locator.kind];
  const found = await client.listAll(groupPath(workload.locator, revisions), {
    labelSelector: workload.selector,
  });
  return found
    .filter((object) => isOwnedBy(object, workload.uid))
    .map((object) => parseRevision(object, workload, digest))
    .filter((revision) => revision.number > 0)
    .sort((one, other) => other.number - one.number);
}

/** The revision a step names, if it is still there. */
export async function readRevision(
  client: ReadClient,
  workload: Workload,
  name: string,
  deps: { readonly digest: Digest } & CallOptions,
): Promise<Revision> {
  const { revisions } = kinds[workload.locator.kind];
  const raw = await client.get(groupPath(workload.locator, revisions, name), {}, deps);
  return parseRevision(raw, workload, deps.digest);
}

export function templateOf(revision: Json, workload: Workload): Json {
  return workload.locator.kind === 'deployment'
    ? record(at(revision, 'spec', 'template'))
    : record(at(revision, 'data', 'spec', 'template'));
}

function parseRevision(raw: Json, workload: Workload, digest: Digest): Revision {
  const template = bareTemplate(templateOf(raw, workload));
  const annotations = texts(at(raw, 'metadata', 'annotations'));
  const cause = annotations['kubernetes.io/change-cause'];
  const numbered = annotations[revisionAnnotation] ?? '';
  return {
    number:
      workload.locator.kind === 'deployment'
        ? /^\d+$/.test(numbered)
          ? Number(numbered)
          : 0
        : whole(raw['revision']),
    name: text(at(raw, 'metadata', 'name')),
    uid: text(at(raw, 'metadata', 'uid')),
    digest: digest(template),
    images: imagesOf(template),
    createdAt: text(at(raw, 'metadata', 'creationTimestamp')),
    ...(cause === undefined ? {} : { cause }),
    raw,
  };
}
