import type { Service } from '../core/catalog.ts';
import type { TargetRef } from '../core/ports/step.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Written = Section<'backups'>[number];

/** What an entry of `backups:` is about. */
export interface CopiedPlace {
  readonly environment: string;
  /** `isOwn`: it makes copies and keeps them by itself. */
  readonly target: Pick<TargetRef, 'integration' | 'target' | 'locator'> & {
    readonly isOwn: boolean;
  };
}

interface At {
  readonly path: Path;
  readonly report: Report;
}

/** Systems whose databases keep copies by themselves. */
export const keepers: readonly string[] = ['aws'];

/** A CronJob that makes the copies: `by: { kubernetes: eu-1, namespace: shop, cronjob: dump }`. */
export function jobOf(
  { by, environment: named }: Written,
  service: Service,
  { path, report, kinds }: At & { readonly kinds: ReadonlyMap<string, string> },
): CopiedPlace | undefined {
  const clusters = [...kinds].filter(([, kind]) => kind === 'kubernetes').map(([name]) => name);
  if (!by) return undefined;
  const { kubernetes: target, namespace, cronjob } = by;
  if (!clusters.includes(target)) {
    report.error([...path, 'by', 'kubernetes'], {
      what: `by of backups[${path[1]}] names ${target}`,
      why: 'targets has no kubernetes target of that name',
      instead: didYouMean(target, clusters, 'add it to targets as { kubernetes: { … } }'),
    });
    return undefined;
  }
  const names = service.environments.map(({ name }) => name);
  const environment = named ?? (names.length === 1 ? names[0] : undefined);
  if (environment === undefined) {
    report.error(path, {
      what: `backups does not say which environment of ${service.name} it is about`,
      why: `it has ${sayList(names)}`,
      instead: `write environment: ${names[0]}`,
    });
    return undefined;
  }
  if (!names.includes(environment)) {
    report.error([...path, 'environment'], {
      what: `backups names the environment "${environment}" of ${service.name}`,
      why: 'there is none of that name',
      instead: didYouMean(environment, names, 'name one that there is'),
    });
    return undefined;
  }
  const locator = { namespace, cronjob };
  return { environment, target: { integration: 'kubernetes', target, locator, isOwn: true } };
}

/** What is written of a copy that never comes through here would have no effect. */
export function checkOwn(
  entry: Written,
  { path, report, target }: At & Pick<CopiedPlace, 'target'>,
): void {
  const isJob = entry.by !== undefined;
  const keeper = isJob ? `the CronJob ${entry.by?.cronjob}` : `a database of ${target.integration}`;
  const idle: readonly (readonly [keyof Written, string])[] = [
    ['to', 'keeps its copies by itself'],
    ['encrypt', 'keeps its copies by itself'],
    ['database', 'is copied as a whole'],
    ['as', 'is copied as it copies itself'],
    ['stops', 'is restored beside what is in use'],
    ['wal', 'keeps its log of writes by itself'],
    ['query', 'is asked nothing when it is copied'],
    ['verify', 'makes copies that cannot be read from here'],
    ...(isJob ? [['keep', 'alone knows what it has made, and removes it'] as const] : []),
  ];
  for (const [key, why] of idle) {
    if (entry[key] === undefined) continue;
    report.error([...path, key], {
      what: `${key} of backups[${path[1]}] would have no effect`,
      why: `${keeper} ${why}`,
      instead: 'take it out',
    });
  }
}
