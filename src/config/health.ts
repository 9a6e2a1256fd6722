import { CHECKS_MAX, type HealthCheck } from '../core/health.ts';
import type { TargetRef } from '../core/ports/step.ts';
import { type Path, sayPath } from './error.ts';
import type { OpenReport } from './report.ts';
import type { Section } from './schema.ts';

type Written = NonNullable<Section<'services'>[string]['environments'][string]['health']>[number];

export interface HealthScope {
  readonly path: Path;
  /** Where the environment is measured, where it says so. */
  readonly telemetry: TargetRef | undefined;
  /** Every Prometheus of the configuration. */
  readonly prometheus: readonly string[];
  readonly report: OpenReport;
}

/** `health:` of an environment. What is refused is left out. */
export function readHealth(
  written: readonly Written[],
  scope: HealthScope,
): readonly HealthCheck[] {
  if (written.length > CHECKS_MAX) {
    scope.report.error(scope.path, {
      what: `${sayPath(scope.path)} has ${written.length} checks`,
      why: `all are looked at together, ${CHECKS_MAX} at most`,
      instead: 'keep those that say that people are served',
    });
  }
  return written.flatMap((each, index) => readCheck(each, [...scope.path, index], scope) ?? []);
}

function readCheck(written: Written, path: Path, scope: HealthScope): HealthCheck | undefined {
  const kinds = (['http', 'promql', 'tcp'] as const).filter((kind) => written[kind] !== undefined);
  const bounds = (['below', 'above'] as const).filter((side) => written[side] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    return refuse(path, scope, {
      why: `it has ${kinds.length === 0 ? 'none' : 'several'} of http, promql and tcp`,
      instead: 'write one check for each of them',
    });
  }
  if (bounds.length !== (kind === 'promql' ? 1 : 0)) {
    return refuse(path, scope, {
      why: kind === 'promql' ? 'nothing says which values are well' : `${kind} has no bound`,
      instead:
        kind === 'promql'
          ? 'write one of below: NUMBER and above: NUMBER'
          : `take ${bounds[0]} out`,
    });
  }
  if (written.http !== undefined) return { kind: 'http', url: written.http };
  return kind === 'tcp'
    ? readTcp(written.tcp ?? '', path, scope)
    : readPromql(written, path, scope);
}

function readTcp(written: string, path: Path, scope: HealthScope): HealthCheck | undefined {
  const [, six, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s/]+)):(\d+)$/.exec(written) ?? [];
  const host = six ?? plain;
  const port = Number(digits);
  if (host !== undefined && port > 0 && port < 65_536) return { kind: 'tcp', host, port };
  return refuse(path, scope, {
    why: 'tcp is no host with a port',
    instead: 'write for example tcp: pg-main.internal:5432',
  });
}

function readPromql(written: Written, path: Path, scope: HealthScope): HealthCheck | undefined {
  const { promql: expression = '', below, above } = written;
  const [only, ...more] = scope.prometheus;
  const prometheus = scope.telemetry?.target ?? (more.length === 0 ? only : undefined);
  if (prometheus === undefined) {
    return refuse(path, scope, {
      why:
        only === undefined
          ? 'there is no Prometheus to ask'
          : 'nothing says which Prometheus is asked',
      instead:
        only === undefined
          ? 'add targets: { prom: { prometheus: { url: … } } }'
          : `write telemetry: { prometheus: ${only} } beside health`,
    });
  }
  const side = below === undefined ? 'above' : 'below';
  return { kind: 'promql', expression, side, bound: below ?? above ?? 0, measuredBy: prometheus };
}

function refuse(
  path: Path,
  { report }: HealthScope,
  fault: { readonly why: string; readonly instead: string },
): undefined {
  report.error(path, { what: `${sayPath(path)} is no check`, ...fault });
  return undefined;
}
