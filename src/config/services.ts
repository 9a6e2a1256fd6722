import type { Catalog, Service, ServiceEnvironment } from '../core/catalog.ts';
import type { TargetRef } from '../core/ports/step.ts';
import type { Group } from '../core/settings.ts';
import { didYouMean, type Path } from './error.ts';
import { readHealth } from './health.ts';
import { meansOf } from './means.ts';
import { checkGroup } from './people.ts';
import { checkPage, covers, wayOf } from './routes.ts';
import type { Section } from './schema.ts';
import { readPlace, roles, type TargetScope, type Targets } from './targets.ts';

type Written = Section<'services'>;
type WrittenService = Written[string];

export interface ServiceScope extends TargetScope {
  readonly groups: readonly Group[];
  /** Ways to page: `main/payments`. */
  readonly pages: readonly string[];
}

export function readServices(written: Written, targets: Targets, scope: ServiceScope): Catalog {
  const { groups, report } = scope;
  const all = Object.entries(written);
  const services = all.map(([name, service], index): Service => {
    const match = service.match ?? {};
    const { also, parent } = service;
    checkParent(name, written, report);
    if (Object.keys(match).length === 0 && !also) {
      report.warn(['services', name], `services.${name} has no match: no alert is ever about it`);
    }
    checkNames(all, index, report);
    const environments = readEnvironments(name, service, { targets, scope });
    const onCall = service.on_call;
    if (onCall !== undefined) {
      checkGroup(onCall, { path: ['services', name, 'on_call'], groups, report });
    }
    const { changes } = service;
    checkPage(changes, { path: ['services', name], key: 'changes', pages: scope.pages, report });
    return {
      name,
      match,
      ...(also && { also }),
      ...(parent !== undefined && { parent }),
      environments,
      ...(onCall !== undefined && { onCall }),
      ...(service.links !== undefined && { links: service.links }),
      ...(changes !== undefined && { changes: wayOf(changes) }),
    };
  });
  warnIdle(services, targets, scope);
  return { services };
}

/** A parent is another service, and nobody's own ancestor. */
function checkParent(name: string, written: Written, report: ServiceScope['report']): void {
  const parent = written[name]?.parent;
  if (parent === undefined) return;
  const path = ['services', name, 'parent'];
  const what = `services.${name}.parent is ${parent}`;
  if (written[parent] === undefined) {
    const others = Object.keys(written).filter((other) => other !== name);
    const instead = didYouMean(parent, others, 'name a service');
    report.error(path, { what, why: 'there is no such service', instead });
    return;
  }
  const seen = new Set<string>();
  for (
    let up: string | undefined = parent;
    up !== undefined && !seen.has(up);
    up = written[up]?.parent
  ) {
    if (up === name) {
      const why = 'it would depend on itself';
      report.error(path, { what, why, instead: 'take one of these parents out' });
      return;
    }
    seen.add(up);
  }
}

/** By no name of its own is it found when an earlier service has that name, or a wider one. */
function checkNames(
  all: readonly (readonly [string, WrittenService])[],
  index: number,
  report: ServiceScope['report'],
): void {
  const [name = '', service] = all[index] ?? [];
  const before = all.slice(0, index);
  const namesOf = ({ match = {}, also = [] }: WrittenService) => [match, ...also];
  const taker = (names: Readonly<Record<string, string>>) =>
    before.find(([, earlier]) => namesOf(earlier).some((each) => covers(each, names)));
  const instead = 'write the narrower service first, or a label that tells them apart';
  for (const [at, names] of (service ? namesOf(service) : []).entries()) {
    const key = at === 0 ? 'match' : `also[${at - 1}]`;
    const path = at === 0 ? ['services', name, 'match'] : ['services', name, 'also', at - 1];
    const earlier = taker(names);
    if (earlier) {
      const why = `every alert it matches is about ${earlier[0]}, which stands before it`;
      report.error(path, { what: `services.${name}.${key} never decides`, why, instead });
    } else if (at > 0 && Object.keys(names).length === 0) {
      const why = 'it names nothing';
      report.error(path, { what: `services.${name}.${key} is empty`, why, instead: 'take it out' });
    }
  }
}

function readEnvironments(
  name: string,
  service: WrittenService,
  { targets, scope }: { targets: Targets; scope: TargetScope },
): readonly ServiceEnvironment[] {
  const all = Object.entries(service.environments);
  const base: Path = ['services', name, 'environments'];
  if (all.length === 0) {
    scope.report.error(base, {
      what: `services.${name} has no environment`,
      why: 'every command acts on a service in an environment',
      instead: 'write environments: { production: { … } }',
    });
  }
  return all.map(([environment, written], index) => {
    const match = written.match ?? {};
    const path: Path = [...base, environment];
    const twin = all.slice(0, index).find(([, before]) => same(before.match ?? {}, match));
    if (twin && Object.keys(match).length > 0) {
      scope.report.error([...path, 'match'], {
        what: `${environment} of ${name} has the match of ${twin[0]}`,
        why: 'an alert could not be told to be about one of them',
        instead: 'write a label that tells them apart',
      });
    }
    if (all.length > 1 && Object.keys(match).length === 0) {
      scope.report.warn(
        path,
        `${environment} of ${name} has no match: an alert does not say it is about it, commands must name it`,
      );
    }
    const places: Record<string, TargetRef> = {};
    for (const role of roles) {
      const part = written[role];
      if (part === undefined) continue;
      const place = readPlace(part, { path: [...path, role], role, targets, scope });
      if (place) places[role] = { ...place, show: service.show_env };
    }
    const health = readHealth(written.health ?? [], {
      path: [...path, 'health'],
      telemetry: places['telemetry'],
      prometheus: targets.prometheus.map(({ target }) => target),
      report: scope.report,
    });
    const { objectives } = written;
    return {
      name: environment,
      targets: places,
      match,
      ...(health.length > 0 && { health }),
      ...(objectives && { objectives: { rtoMs: objectives.rto, rpoMs: objectives.rpo } }),
    };
  });
}

function warnIdle(services: readonly Service[], targets: Targets, { report }: TargetScope): void {
  const used = new Set(
    services.flatMap(({ environments }) =>
      environments.flatMap((environment) =>
        Object.values(environment.targets).map(({ target }) => target),
      ),
    ),
  );
  for (const { name } of meansOf(targets)) used.add(name);
  for (const [name, kind] of targets.kinds) {
    // Where something is measured may be said by a source as well: see `readTelemetry`.
    if (!used.has(name) && kind !== 'prometheus') {
      report.warn(['targets', name], `targets.${name} is used by no service`);
    }
  }
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
