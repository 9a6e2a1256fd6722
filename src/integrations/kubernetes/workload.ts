import { ProblemError, problem } from '../../core/problem.ts';
import type { CallOptions, ReadClient } from './client.ts';
import { at, type Json, list, record, text, texts, whole } from './json.ts';
import type { Locator, WorkloadKind } from './schema.ts';
import { bareTemplate, type Digest } from './template.ts';

/** On every write: `<operation>/<step>/<attempt>`. */
export const mark = 'tocsin.dev/operation';

export interface KindFacts {
  readonly kind: string;
  readonly resource: string;
  /** Where its old templates are kept. */
  readonly revisions: 'replicasets' | 'controllerrevisions';
}

export const kinds: Readonly<Record<WorkloadKind, KindFacts>> = {
  deployment: { kind: 'Deployment', resource: 'deployments', revisions: 'replicasets' },
  statefulset: { kind: 'StatefulSet', resource: 'statefulsets', revisions: 'controllerrevisions' },
  daemonset: { kind: 'DaemonSet', resource: 'daemonsets', revisions: 'controllerrevisions' },
};

/** The few fields we use of a live object, beside the object itself. */
export interface Workload {
  readonly locator: Locator;
  /** As the server sent it; the only thing that is ever written back. */
  readonly raw: Json;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly paused: boolean;
  /** Wanted. A DaemonSet has as many as nodes want it. */
  readonly replicas: number;
  readonly template: Json;
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly selector: string;
}

export function groupPath(locator: Locator, resource: string, name?: string): string {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(locator.namespace)}/${resource}`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

export function workloadPath(locator: Locator): string {
  return groupPath(locator, kinds[locator.kind].resource, locator.name);
}

export function corePath(locator: Pick<Locator, 'namespace'>, resource: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(locator.namespace)}/${resource}`;
}

/** `shop/deployment/checkout`: how it is named to people. */
export function wordsFor(locator: Locator): string {
  return `${locator.namespace}/${locator.kind}/${locator.name}`;
}

export async function readWorkload(
  client: ReadClient,
  locator: Locator,
  digest: Digest,
  options?: CallOptions,
): Promise<Workload> {
  try {
    return parseWorkload(await client.get(workloadPath(locator), {}, options), locator, digest);
  } catch (error) {
    throw await withNearNames(error, client, locator);
  }
}

export function parseWorkload(raw: Json, locator: Locator, digest: Digest): Workload {
  const template = record(at(raw, 'spec', 'template'));
  return {
    locator,
    raw,
    uid: text(at(raw, 'metadata', 'uid')),
    resourceVersion: text(at(raw, 'metadata', 'resourceVersion')),
    generation: whole(at(raw, 'metadata', 'generation')),
    observedGeneration: whole(at(raw, 'status', 'observedGeneration')),
    paused: at(raw, 'spec', 'paused') === true,
    replicas:
      locator.kind === 'daemonset'
        ? whole(at(raw, 'status', 'desiredNumberScheduled'))
        : whole(at(raw, 'spec', 'replicas'), 1),
    template,
    digest: digest(bareTemplate(template)),
    annotations: texts(at(raw, 'metadata', 'annotations')),
    selector: selectorText(at(raw, 'spec', 'selector')),
  };
}

export function isOwnedBy(object: Json, uid: string): boolean {
  return list(at(object, 'metadata', 'ownerReferences')).some(
    (owner) => at(owner, 'uid') === uid && at(owner, 'controller') === true,
  );
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function selectorText(selector: unknown): string {
  const equal = Object.entries(texts(at(selector, 'matchLabels'))).map(
    ([key, value]) => `${key}=${value}`,
  );
  const rules = list(at(selector, 'matchExpressions')).map((rule) => {
    const key = text(at(rule, 'key'));
    const values = list(at(rule, 'values')).map(text).join(',');
    switch (at(rule, 'operator')) {
      case 'In':
        return `${key} in (${values})`;
      case 'NotIn':
        return `${key} notin (${values})`;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...equal, ...rules].join(',');
}

async function withNearNames(
  error: unknown,
  client: ReadClient,
  locator: Locator,
): Promise<unknown> {
  if (!(error instanceof ProblemError) || error.problem.code !== 'K8S_NOT_FOUND') return error;
  const near = await namesLike(client, locator).catch(() => []);
  if (near.length === 0) return error;
  return new ProblemError(
    problem('K8S_NOT_FOUND', { ...error.problem.facts, near: near.join(', ') }),
  );
}

/** Up to three names of the same kind in the namespace, nearest first. */
export async function namesLike(client: ReadClient, locator: Locator): Promise<readonly string[]> {
  const all = await client.listAll(groupPath(locator, kinds[locator.kind].resource));
  return all
    .map((object) => text(at(object, 'metadata', 'name')))
    .map((name) => ({ name, far: distance(name, locator.name) }))
    .filter(({ name, far }) => far <= Math.max(2, name.length / 3) || name.includes(locator.name))
    .sort((one, other) => one.far - other.far || one.name.localeCompare(other.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
