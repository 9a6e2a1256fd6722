import type { Catalog } from '../core/catalog.ts';
import type { TargetRef } from '../core/ports/step.ts';
import type { PrometheusConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { prometheusTarget, type Section } from './schema.ts';
import { readPlace, type TargetScope, type Targets } from './targets.ts';

/** `targets.<name>.prometheus`. Undefined when it was refused. */
export function readPrometheusTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): PrometheusConfig | undefined {
  const path: Path = ['targets', name, 'prometheus'];
  const parsed = prometheusTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { url, bearer, basic, proxy, timeout, response_limit } = parsed.data;
  if (bearer && basic) {
    scope.report.error(path, {
      what: `${sayPath(path)} has bearer and basic`,
      why: 'a request carries one of them',
      instead: 'take one out',
    });
  }
  const ca = readAuthority(parsed.data, path, scope);
  return {
    target: name,
    url,
    timeoutMs: timeout,
    bytesMax: response_limit,
    ...(bearer && { bearer }),
    ...(basic && { basic }),
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
  };
}

/** Where the alerts of each source were measured, by `alertmanager/main`. */
export function readTelemetry(
  { alertmanager = {} }: Section<'sources'>,
  {
    catalog,
    targets,
    scope,
  }: { readonly catalog: Catalog; readonly targets: Targets; readonly scope: TargetScope },
): Readonly<Record<string, TargetRef>> {
  const found = Object.entries(alertmanager).flatMap(([name, { telemetry }]) => {
    if (!telemetry) return [];
    const path: Path = ['sources', 'alertmanager', name, 'telemetry'];
    const place = readPlace(telemetry, { path, role: 'telemetry', targets, scope });
    return place ? [[`alertmanager/${name}`, { ...place, show: [] }] as const] : [];
  });
  const used = new Set([
    ...found.map(([, { target }]) => target),
    ...catalog.services.flatMap(({ environments }) =>
      environments.flatMap(({ targets: places, health = [] }) => [
        ...(places['telemetry'] ? [places['telemetry'].target] : []),
        ...health.flatMap((check) => (check.kind === 'promql' ? [check.measuredBy] : [])),
      ]),
    ),
  ]);
  for (const { target } of targets.prometheus) {
    if (used.has(target)) continue;
    scope.report.warn(
      ['targets', target],
      `targets.${target} is asked by nobody: write telemetry: { prometheus: ${target} } in an environment or in a source`,
    );
  }
  return Object.fromEntries(found);
}
