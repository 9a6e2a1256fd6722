import type { TargetRef } from '../core/ports/step.ts';
import {
  readAwsDatabase,
  readAwsNotice,
  readAwsTarget,
  readAwsTraffic,
  readAwsWorkload,
} from './aws.ts';
import type {
  AwsConfig,
  DockerConfig,
  FilesConfig,
  HaproxyConfig,
  KubernetesConfig,
  MongodbConfig,
  PatroniConfig,
  PostgresConfig,
  PrometheusConfig,
  RedisConfig,
} from './config.ts';
import { readDockerTarget } from './docker.ts';
import type { ReadDocument } from './document.ts';
import { didYouMean, type Path, sayList, sayPath } from './error.ts';
import { readFilesTarget } from './files.ts';
import { readHaproxyTarget } from './haproxy.ts';
import { readKubernetesTarget, readKubernetesWorkload } from './kubernetes.ts';
import { checkMeans } from './means.ts';
import { readMongodbTarget } from './mongodb.ts';
import { readPatroniTarget } from './patroni.ts';
import { readPostgresTarget } from './postgres.ts';
import { readPrometheusTarget } from './prometheus.ts';
import { readRedisTarget } from './redis.ts';
import type { Files } from './reference.ts';
import type { Fault, OpenReport } from './report.ts';
import type { Section } from './schema.ts';
import { wholeOf } from './whole-target.ts';

export interface TargetScope {
  readonly document: ReadDocument;
  readonly report: OpenReport;
  /** A path of the file, seen from the file's folder. */
  readonly absolute: (path: string) => string;
  readonly files: Files;
  readonly validateTarget: ValidateTarget;
}

/** What an integration itself has to say of a target of its kind; nothing when it is fine. */
export type ValidateTarget = (
  integration: string,
  target: KubernetesConfig,
) => readonly (Fault & { readonly path: Path })[];

export interface Targets {
  /** Name → integration, also of targets that were refused, so that one fault is said once. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly kubernetes: readonly KubernetesConfig[];
  readonly prometheus: readonly PrometheusConfig[];
  readonly patroni: readonly PatroniConfig[];
  readonly aws: readonly AwsConfig[];
  readonly mongodb: readonly MongodbConfig[];
  readonly redis: readonly RedisConfig[];
  readonly postgres: readonly PostgresConfig[];
  readonly haproxy: readonly HaproxyConfig[];
  readonly docker: readonly DockerConfig[];
  readonly files: readonly FilesConfig[];
}

export type Role = (typeof roles)[number];
export const roles = [
  'workload',
  'database',
  'cache',
  'config',
  'logs',
  'traffic',
  'telemetry',
  'notice',
] as const;

type PlaceReader = (
  written: unknown,
  path: Path,
  scope: TargetScope,
) => Pick<TargetRef, 'locator' | 'bounds'> | undefined;

/** What this build operates: integration → role → how a service says where it lives in such a target. */
const places: Readonly<Record<string, Partial<Record<Role, PlaceReader>>>> = {
  kubernetes: { workload: readKubernetesWorkload },
  prometheus: { telemetry: wholeOf('a Prometheus is asked as a whole') },
  patroni: { database: wholeOf('a Patroni cluster is failed over as a whole') },
  mongodb: { database: wholeOf('a replica set is failed over as a whole') },
  aws: {
    database: readAwsDatabase,
    workload: readAwsWorkload,
    traffic: readAwsTraffic,
    notice: readAwsNotice,
  },
  redis: { cache: wholeOf('a Redis is failed over as a whole') },
  postgres: { database: wholeOf('a PostgreSQL is failed over as a whole') },
  haproxy: {},
  docker: {},
  files: {
    config: wholeOf('its paths are copied together'),
    logs: wholeOf('its paths are copied together'),
  },
};

/** Systems of the grammar that this build does not operate, so that the refusal can say so. */
const others = ['nginx'];

export function readTargets(written: Section<'targets'>, scope: TargetScope): Targets {
  const kinds = new Map<string, string>();
  for (const [name, target] of Object.entries(written)) {
    const integration = kindOf(name, target, scope);
    if (integration !== undefined) kinds.set(name, integration);
  }
  const all = <T>(kind: string, read: TargetReader<T>): readonly T[] =>
    [...kinds].flatMap(([name, integration]) => {
      const found = integration === kind ? read(name, written[name]?.[kind], scope) : undefined;
      return found === undefined ? [] : [found];
    });
  const read: Targets = {
    kinds,
    kubernetes: all('kubernetes', readCluster),
    prometheus: all('prometheus', readPrometheusTarget),
    postgres: all('postgres', readPostgresTarget),
    patroni: all('patroni', readPatroniTarget),
    aws: all('aws', readAwsTarget),
    mongodb: all('mongodb', readMongodbTarget),
    redis: all('redis', readRedisTarget),
    haproxy: all('haproxy', readHaproxyTarget),
    docker: all('docker', readDockerTarget),
    files: all('files', readFilesTarget),
  };
  checkMeans(read, scope.report);
  return read;
}

/** `targets.<name>.<kind>`; undefined when it was refused. */
type TargetReader<T> = (name: string, written: unknown, scope: TargetScope) => T | undefined;

function readCluster(
  name: string,
  written: unknown,
  scope: TargetScope,
): KubernetesConfig | undefined {
  const read = readKubernetesTarget(name, written, scope);
  const faults = read ? scope.validateTarget('kubernetes', read) : [];
  for (const { path, ...fault } of faults) {
    scope.report.error(['targets', name, 'kubernetes', ...path], fault);
  }
  return read;
}

/** Where one role of a service lives. Undefined when it was refused. */
export function readPlace(
  written: Readonly<Record<string, unknown>>,
  { path, role, targets, scope }: { path: Path; role: Role; targets: Targets; scope: TargetScope },
): Pick<TargetRef, 'integration' | 'target' | 'locator' | 'bounds'> | undefined {
  const { report } = scope;
  const [integration = '', ...more] = Object.keys(written).filter(
    (key) => Object.hasOwn(places, key) || others.includes(key),
  );
  const able = Object.keys(places).filter((kind) => places[kind]?.[role] !== undefined);
  const read = places[integration]?.[role];
  if (!read || more.length > 0) {
    const reason =
      more.length > 0
        ? 'a role lives in one target'
        : `this build has no ${integration} ${role}`.replace(
            'no  ',
            'no target named here for the ',
          );
    report.error(path, {
      what: `${sayPath(path)} names ${integration === '' ? 'no target' : sayList([integration, ...more])}`,
      why: integration === '' ? 'its first key says which system it lives in' : reason,
      instead: able.length === 0 ? 'take it out' : `write ${sayList(able, 'or')}: TARGET first`,
    });
    return undefined;
  }
  const { [integration]: target, ...rest } = written;
  const known = [...targets.kinds].filter(([, kind]) => kind === integration).map(([name]) => name);
  if (typeof target !== 'string' || !known.includes(target)) {
    report.error([...path, integration], {
      what: `${sayPath([...path, integration])} is ${JSON.stringify(target)}`,
      why: `targets has no ${integration} target of that name`,
      instead: didYouMean(String(target), known, `add it to targets as { ${integration}: { … } }`),
    });
  }
  const place = read(rest, path, scope);
  return place && typeof target === 'string' ? { integration, target, ...place } : undefined;
}

function kindOf(
  name: string,
  target: Readonly<Record<string, unknown>>,
  { report }: TargetScope,
): string | undefined {
  const [integration, ...more] = Object.keys(target);
  const known = Object.keys(places);
  if (integration !== undefined && more.length === 0 && known.includes(integration))
    return integration;
  const one = `write { ${known[0]}: { … } }`;
  if (integration === undefined || more.length > 0) {
    report.error(['targets', name], {
      what: `targets.${name} names ${more.length > 0 ? sayList([integration ?? '', ...more]) : 'no system'}`,
      why: 'a target is one system',
      instead: one,
    });
    return undefined;
  }
  report.error(['targets', name, integration], {
    what: `targets.${name} is a ${integration} target`,
    why: others.includes(integration)
      ? `this build does not operate ${integration}`
      : `this build operates ${sayList(known)}`,
    instead: others.includes(integration) ? 'take it out' : didYouMean(integration, known, one),
  });
  return undefined;
}
