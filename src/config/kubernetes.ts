// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

import type { TargetRef } from '../core/ports/step.ts';
import type { KubernetesAccess, KubernetesConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { kubernetesTarget, kubernetesWorkload } from './schema.ts';
import type { TargetScope } from './targets.ts';

type WrittenAccess = (typeof kubernetesTarget)['_output']['read'];

/** `targets.<name>.kubernetes`. Undefined when it was refused. */
export function readKubernetesTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): KubernetesConfig | undefined {
  const path: Path = ['targets', name, 'kubernetes'];
  const parsed = kubernetesTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { read, write, request_timeout, response_limit, lands_within } = parsed.data;
  const reads = readAccess(read, [...path, 'read'], scope);
  const writes = write && readAccess(write, [...path, 'write'], scope);
  if (!write)
    scope.report.warn(
      path,
      `targets.${name} has no write credential: nothing there can be changed`,
    );
  if (!reads || (write && !writes)) return undefined;
  if (lands_within < request_timeout) {
    scope.report.error([...path, 'lands_within'], {
      what: `targets.${name}.kubernetes.lands_within is shorter than request_timeout`,
      why: 'a request may still land while it is waited for',
      instead: 'write at least the request_timeout',
    });
  }
  return {
    target: name,
    read: reads,
    ...(writes && { write: writes }),
    timeoutMs: request_timeout,
    bytesMax: response_limit,
    landsWithinMs: lands_within,
  };
}

const workloads = ['deployment', 'statefulset', 'daemonset'] as const;

/** `workload: { kubernetes: eu-1, namespace: shop, deployment: checkout, min: 2, max: 12 }`, without its first key. */
export function readKubernetesWorkload(
  written: unknown,
  path: Path,
  scope: TargetScope,
): Pick<TargetRef, 'locator' | 'bounds'> | undefined {
  const parsed = kubernetesWorkload.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { min, max, namespace } = parsed.data;
  const [kind, ...others] = workloads.filter((word) => parsed.data[word] !== undefined);
  const workload = kind && parsed.data[kind];
  if (!kind || workload === undefined || others.length > 0) {
    scope.report.error(path, {
      what: `${sayPath(path)} names ${others.length > 0 ? `a ${[kind, ...others].join(' and a ')}` : 'nothing that runs'}`,
      why: 'a workload is one Deployment, StatefulSet or DaemonSet',
      instead: 'write one of deployment, statefulset and daemonset',
    });
    return undefined;
  }
  if (kind === 'daemonset' && (min !== undefined || max !== undefined)) {
    scope.report.error([...path, min === undefined ? 'max' : 'min'], {
      what: `${sayPath(path)} is a daemonset with min or max`,
      why: 'a DaemonSet runs one pod per node and is not scaled',
      instead: 'take min and max out',
    });
  }
  if (min !== undefined && max !== undefined && min > max) {
    scope.report.error([...path, 'min'], {
      what: `${sayPath([...path, 'min'])} is ${min} and max is ${max}`,
      why: 'no number of replicas is inside',
      instead: 'write a min that is not above max',
    });
  }
  return {
    locator: { namespace, [kind]: workload },
    bounds: { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
  };
}

function readAccess(
  written: WrittenAccess,
  path: Path,
  scope: TargetScope,
): KubernetesAccess | undefined {
  const { kubeconfig, context, server, token, in_cluster, proxy } = written;
  const { report } = scope;
  const where = sayPath(path);
  const chosen = [kubeconfig, server, in_cluster === true || undefined].filter(
    (way) => way !== undefined,
  );
  if (chosen.length !== 1) {
    report.error(path, {
      what: `${where} has ${chosen.length === 0 ? 'no credential' : 'more than one credential'}`,
      why: 'exactly one says how to reach the cluster',
      instead: 'write kubeconfig, server with token, or in_cluster: true',
    });
    return undefined;
  }
  if (hasIdle(written, path, scope)) return undefined;
  const way = proxy === undefined ? {} : { proxy };
  if (kubeconfig !== undefined) {
    const named = context === undefined ? {} : { context };
    return { kind: 'kubeconfig', path: scope.absolute(kubeconfig), ...named, ...way };
  }
  if (server === undefined) return { kind: 'in-cluster', ...way };
  if (token === undefined) {
    report.error(path, {
      what: `${where} has a server and no token`,
      why: 'the API server would refuse every request',
      instead: 'write token: ${env:NAME}',
    });
    return undefined;
  }
  const ca = readAuthority(written, path, scope);
  return { kind: 'server', server, token, ...(ca !== undefined && { ca }), ...way };
}

/** Keys that only mean something beside another one. */
function hasIdle(written: WrittenAccess, path: Path, { report }: TargetScope): boolean {
  const pairs = [
    { key: 'context', beside: 'kubeconfig' },
    { key: 'token', beside: 'server' },
    { key: 'ca', beside: 'server' },
  ] as const;
  const idle = pairs.filter(
    ({ key, beside }) => written[key] !== undefined && written[beside] === undefined,
  );
  for (const { key, beside } of idle) {
    report.error([...path, key], {
      what: `${sayPath([...path, key])} is written without ${beside}`,
      why: 'it would have no effect',
      instead: `take ${key} out, or write ${beside}`,
    });
  }
  return idle.length > 0;
}

/** The certificates in the file that `ca` names, as PEM text. */
export function readAuthority(
  { ca }: { readonly ca?: string | undefined },
  path: Path,
  { report, absolute, files }: Pick<TargetScope, 'report' | 'absolute' | 'files'>,
): string | undefined {
  if (ca === undefined) return undefined;
  let text = '';
  try {
    text = files.read(absolute(ca));
  } catch {
    text = '';
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  report.error([...path, 'ca'], {
    what: `${sayPath([...path, 'ca'])} is ${ca}`,
    why: 'no certificate can be read there',
    instead: 'write the path of a PEM file that tocsin may read',
  });
  return undefined;
}
