import type { WatchConfig } from './config.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Section } from './schema.ts';
import type { WatchScope } from './watch.ts';

type Written = Section<'watch'>[string];

/** What is watched, and the part of a service that it is. */
export interface Watched {
  readonly address: WatchConfig['address'];
  readonly part?: Part;
}

export interface Part {
  readonly service: string;
  readonly environment: string;
  readonly role: string;
}

/** Systems that say themselves whether their users find one that takes writes. */
export const watchable: readonly string[] = ['postgres', 'patroni', 'redis', 'mongodb'];

/** `service`, `role` and `environment` as the catalog has them. */
export function readPart(name: string, written: Written, scope: WatchScope): Watched | undefined {
  const { service, role } = written;
  const path: Path = ['watch', name];
  if (service === undefined || role === undefined) {
    const [has, lacks] = service === undefined ? ['no service', 'service'] : ['no role', 'role'];
    scope.report.error(path, {
      what: `watch.${name} has ${has}`,
      why: 'a part is a role of a service',
      instead: lacks === 'role' ? 'write role: database, or role: cache' : 'write service: NAME',
    });
    return undefined;
  }
  // What was refused among the services is said there.
  if (!scope.servicesKnown) return undefined;
  const environment = environmentOf(name, { ...written, service }, scope);
  if (!environment) return undefined;
  const place = environment.targets[role];
  if (!place || !watchable.includes(place.integration)) {
    const of = `the ${role} of ${service} in ${environment.name}`;
    scope.report.error([...path, 'role'], {
      what: `watch.${name} watches ${of}`,
      why: place
        ? `a target of ${place.integration} does not say whether it takes writes`
        : 'the configuration names none',
      instead: place
        ? `write tcp: host:port and propose: ${failoverOf({ service, role, environment: environment.name })}`
        : `add it to services.${service}, or name another role`,
    });
    return undefined;
  }
  const { integration, target } = place;
  return {
    address: { kind: 'target', integration, target },
    part: { service, role, environment: environment.name },
  };
}

function environmentOf(
  name: string,
  written: Written & { readonly service: string },
  { settings, report }: WatchScope,
) {
  const { services } = settings.catalog;
  const path: Path = ['watch', name];
  const service = services.find((each) => each.name === written.service);
  if (!service) {
    report.error([...path, 'service'], {
      what: `watch.${name}.service is ${written.service}`,
      why: 'there is no such service',
      instead: didYouMean(
        written.service,
        services.map((each) => each.name),
        'name a service',
      ),
    });
    return undefined;
  }
  const { environments } = service;
  const [only] = environments;
  const found =
    written.environment === undefined && environments.length === 1
      ? only
      : environments.find((each) => each.name === written.environment);
  if (found) return found;
  const names = environments.map((each) => each.name);
  report.error([...path, 'environment'], {
    what:
      written.environment === undefined
        ? `watch.${name} names no environment`
        : `watch.${name}.environment is ${written.environment}`,
    why: `${written.service} has ${sayList(names)}`,
    instead: didYouMean(written.environment ?? '', names, 'name one of them'),
  });
  return undefined;
}

/** As a person would type it. */
export function failoverOf({ service, role, environment }: Part): string {
  return `failover ${service} ${role} env=${environment}`;
}
