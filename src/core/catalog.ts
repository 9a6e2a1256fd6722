import type { HealthCheck } from './health.ts';
import type { TargetRef } from './ports/step.ts';

/** What is operated: services, their environments, and where each part of them runs. */
export interface Catalog {
  readonly services: readonly Service[];
}

export interface Service {
  readonly name: string;
  /** Labels that say an alert is about this service; all must hold. */
  readonly match: Readonly<Record<string, string>>;
  /** Other names for it, each by itself: what another source calls it. */
  readonly also?: readonly Readonly<Record<string, string>>[];
  readonly environments: readonly ServiceEnvironment[];
  /** The service that it depends on: what is down there shows here. */
  readonly parent?: string;
  /** Pages that help whoever looks at it, by what they are called. */
  readonly links?: Readonly<Record<string, string>>;
  /** Group that is on call for it. */
  readonly onCall?: string;
  /** Where its changes are told: a pager, and the name that the way has there. */
  readonly changes?: { readonly pager: string; readonly via: string };
}

export interface ServiceEnvironment {
  readonly name: string;
  /** By role: `workload`, `database`, `cache`, `traffic`, `notice`. */
  readonly targets: Readonly<Record<string, TargetRef>>;
  /** Labels that tell this environment from the others of the service; empty when there is only one. */
  readonly match: Readonly<Record<string, string>>;
  /** What must hold while it is well. */
  readonly health?: readonly HealthCheck[];
  /** How soon it is to be served elsewhere when its region fails, and how much of what was written may be lost, ms. */
  readonly objectives?: { readonly rtoMs: number; readonly rpoMs: number };
}

export interface ServicePlace {
  readonly service: Service;
  readonly environment: ServiceEnvironment;
}

/** The service an alert is about, and its environment where the labels tell it. */
export function locate(catalog: Catalog, labels: Readonly<Record<string, string>>): Located {
  const service = catalog.services.find(
    ({ match, also }) => holds(match, labels) || also?.some((each) => holds(each, labels)),
  );
  if (!service) return {};
  const [only, ...others] = service.environments;
  if (only && others.length === 0) return { service: service.name, environment: only.name };
  const told = service.environments.filter(
    (environment) => Object.keys(environment.match).length > 0 && holds(environment.match, labels),
  );
  const [one, ...more] = told;
  return one && more.length === 0
    ? { service: service.name, environment: one.name }
    : { service: service.name };
}

/** Labels as rules and routes compare them: with service and environment of the catalog, and the root of what the service depends on. */
export function comparable(
  catalog: Catalog,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const located = locate(catalog, labels);
  const { service } = located;
  return service === undefined
    ? { ...labels, ...located }
    : { ...labels, ...located, root: rootOf(catalog, service) };
}

/** Up from parent to parent; a service that names none is its own. */
function rootOf({ services }: Catalog, service: string): string {
  let root = service;
  for (let steps = 0; steps < services.length; steps += 1) {
    const parent = services.find(({ name }) => name === root)?.parent;
    if (parent === undefined) return root;
    root = parent;
  }
  return root;
}

/** The group that is on call for a service; none where it says none, or there is no such service. */
export function onCallOf({ services }: Catalog, service: string): { readonly onCall?: string } {
  const { onCall } = services.find(({ name }) => name === service) ?? {};
  return onCall === undefined ? {} : { onCall };
}

export interface Located {
  readonly service?: string;
  readonly environment?: string;
}

function holds(
  match: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(match);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
