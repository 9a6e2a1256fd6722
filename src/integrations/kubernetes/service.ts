import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import type { CallOptions, Patch, ReadClient } from './client.ts';
import { at, isRecord, text, texts } from './json.ts';
import { isName } from './schema.ts';
import { corePath } from './workload.ts';

/** A Service whose selector names one server by one label. */
export interface ServicePlace {
  readonly namespace: string;
  readonly service: string;
  /** Key of its selector: `statefulset.kubernetes.io/pod-name`. */
  readonly label: string;
  /** Name of the database's server → the value of that label on its pods. */
  readonly servers: Readonly<Record<string, string>>;
}

export interface Service {
  readonly resourceVersion: string;
  readonly selector: Readonly<Record<string, string>>;
  /** What the selector wants of the label. */
  readonly value: string;
}

/** Throws K8S_SERVICE_UNFIT where it has no selector that could be turned. */
export async function readService(
  client: ReadClient,
  place: ServicePlace,
  options: CallOptions = {},
): Promise<Service> {
  if (!isName(place.namespace) || !isName(place.service)) throw unfit(place, 'it has no such name');
  const raw = await client.get(servicePath(place), {}, options);
  if (at(raw, 'spec', 'type') === 'ExternalName') {
    throw unfit(place, 'it is an ExternalName, which is a name for DNS and selects no pods');
  }
  const selector = at(raw, 'spec', 'selector');
  if (!isRecord(selector) || Object.keys(selector).length === 0) {
    throw unfit(place, 'it has no selector, so somebody else writes where it leads');
  }
  const value = selector[place.label];
  if (typeof value !== 'string') {
    const keys = Object.keys(selector).sort().join(', ');
    throw unfit(place, `its selector has no ${place.label}, only ${keys}`);
  }
  const resourceVersion = text(at(raw, 'metadata', 'resourceVersion'));
  return { resourceVersion, selector: texts(selector), value };
}

export function servicePath(place: ServicePlace): string {
  return `${corePath(place, 'services')}/${encodeURIComponent(place.service)}`;
}

/**
 * One value of the selector, on nothing newer than what was read: a stale resourceVersion in a merge patch is a 409.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
 */
export function selecting(place: ServicePlace, live: Service, value: string): Patch {
  const { resourceVersion } = live;
  return {
    type: 'merge',
    body: { metadata: { resourceVersion }, spec: { selector: { [place.label]: value } } },
  };
}

/** A value that stands for none of ours is shown as it is. */
export function nodeOf({ servers }: ServicePlace, value: string): string {
  return Object.entries(servers).find(([, each]) => each === value)?.[0] ?? value;
}

function unfit({ namespace, service, label }: ServicePlace, why: string): ProblemError {
  const facts: Facts = { service: `${namespace}/${service}`, label, why };
  return new ProblemError(problem('K8S_SERVICE_UNFIT', facts));
}
