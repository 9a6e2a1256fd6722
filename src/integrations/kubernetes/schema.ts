import { type Facts, type Problem, problem } from '../../core/problem.ts';
import { isRecord, type Json } from './json.ts';

/** One cluster: `targets: { eu-1: { kubernetes: { read: …, write: … } } }`. */
export interface KubernetesConfig {
  /** The name under `targets:`. */
  readonly target: string;
  readonly read: CredentialConfig;
  /** Without it the cluster can be looked at, and nothing can be planned. */
  readonly write?: CredentialConfig;
  /** Of one request, connecting included. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** How long after a lost answer a write may still land: the API server gives up on a request after 60 s. */
  readonly landsWithinMs: number;
}

export type CredentialConfig = { readonly proxy?: string } & (
  | { readonly kind: 'kubeconfig'; readonly path: string; readonly context?: string }
  | { readonly kind: 'in-cluster' }
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly token?: string;
      readonly ca?: string;
    }
);

export type WorkloadKind = 'deployment' | 'statefulset' | 'daemonset';

/** Where a service's workload lives: `{ namespace: shop, deployment: checkout }`. */
export interface Locator {
  readonly namespace: string;
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** What is wrong in a piece of configuration, and where in it: `write.context`. */
export interface Misfit {
  readonly path: string;
  readonly problem: Problem;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly misfits: readonly Misfit[] };

export const workloadKinds: readonly WorkloadKind[] = ['deployment', 'statefulset', 'daemonset'];

const defaults = { timeoutMs: 10_000, bytesMax: 8 * 1024 * 1024, landsWithinMs: 90_000 };

/** Reads what stands below `kubernetes:` in a target. */
export function parseTarget(target: string, raw: unknown): Parsed<KubernetesConfig> {
  if (!isRecord(raw))
    return { ok: false, misfits: [misfit('', 'a mapping with `read` and `write`')] };
  const misfits: Misfit[] = unknownKeys(raw, '', [
    'read',
    'write',
    'timeout_ms',
    'bytes_max',
    'lands_within_ms',
  ]);
  const read = parseCredential(raw['read'], 'read');
  const write = raw['write'] === undefined ? undefined : parseCredential(raw['write'], 'write');
  const timeoutMs = bounded(raw['timeout_ms'], defaults.timeoutMs, 100, 120_000);
  const bytesMax = bounded(raw['bytes_max'], defaults.bytesMax, 64 * 1024, 64 * 1024 * 1024);
  const landsWithinMs = bounded(raw['lands_within_ms'], defaults.landsWithinMs, 0, 900_000);
  if (!read.ok) misfits.push(...read.misfits);
  if (write && !write.ok) misfits.push(...write.misfits);
  if (timeoutMs === undefined) misfits.push(misfit('timeout_ms', 'a number from 100 to 120000'));
  if (bytesMax === undefined) misfits.push(misfit('bytes_max', 'a number from 65536 to 67108864'));
  if (landsWithinMs === undefined) misfits.push(misfit('lands_within_ms', 'a number up to 900000'));
  if (
    misfits.length > 0 ||
    !read.ok ||
    timeoutMs === undefined ||
    bytesMax === undefined ||
    landsWithinMs === undefined
  ) {
    return { ok: false, misfits };
  }
  const value = { target, read: read.value, timeoutMs, bytesMax, landsWithinMs };
  return { ok: true, value: write?.ok ? { ...value, write: write.value } : value };
}

/** Reads a service's `workload:` without the key that names the target: `{ namespace, deployment, min, max }`. */
export function parseLocator(raw: unknown): Parsed<Locator> {
  if (!isRecord(raw)) {
    return { ok: false, misfits: [misfit('', 'a mapping with `namespace` and one workload')] };
  }
  const misfits: Misfit[] = unknownKeys(raw, '', ['namespace', ...workloadKinds]);
  const { namespace } = raw;
  if (!isName(namespace)) misfits.push(misfit('namespace', 'the name of a namespace'));
  const named = workloadKinds.filter((kind) => raw[kind] !== undefined);
  const [kind, ...more] = named;
  if (kind === undefined || more.length > 0) {
    misfits.push(misfit('', `exactly one of ${workloadKinds.join(', ')}`));
    return { ok: false, misfits };
  }
  const name = raw[kind];
  if (!isName(name)) misfits.push(misfit(kind, `the name of a ${kind}`));
  if (misfits.length > 0 || !isName(name) || !isName(namespace)) return { ok: false, misfits };
  return { ok: true, value: { namespace, kind, name } };
}

/** The locator of a target or step; `undefined` for one that was never checked. */
export function locatorOf(facts: Facts): Locator | undefined {
  const parsed = parseLocator(facts);
  return parsed.ok ? parsed.value : undefined;
}

function parseCredential(raw: unknown, path: string): Parsed<CredentialConfig> {
  const wanted = '`kubeconfig`, `in_cluster: true` or `server`';
  if (!isRecord(raw)) return { ok: false, misfits: [misfit(path, `a mapping with ${wanted}`)] };
  const kinds = ['kubeconfig', 'in_cluster', 'server'].filter((key) => raw[key] !== undefined);
  if (kinds.length !== 1) return { ok: false, misfits: [misfit(path, `exactly one of ${wanted}`)] };
  const allowed = credentialKeys[kinds[0] ?? ''] ?? [];
  const misfits = unknownKeys(raw, `${path}.`, [...kinds, ...allowed]);
  const optional = (key: string): Record<string, string> => {
    const value = raw[key];
    if (value === undefined || !allowed.includes(key)) return {};
    if (typeof value === 'string' && value !== '') return { [key]: value };
    misfits.push(misfit(`${path}.${key}`, 'a text'));
    return {};
  };
  const proxy = optional('proxy');
  if (
    proxy['proxy'] !== undefined &&
    !isUrl(proxy['proxy'], ['http:', 'https:', 'socks5:', 'socks5h:'])
  ) {
    misfits.push(misfit(`${path}.proxy`, 'the URL of an HTTP or SOCKS5 proxy'));
  }
  const value = credentialOf(raw, optional, proxy);
  if (value === undefined)
    misfits.push(misfit(`${path}.${kinds[0] ?? ''}`, credentialWords[kinds[0] ?? ''] ?? ''));
  return misfits.length > 0 || value === undefined ? { ok: false, misfits } : { ok: true, value };
}

const credentialKeys: Readonly<Record<string, readonly string[]>> = {
  kubeconfig: ['context', 'proxy'],
  in_cluster: ['proxy'],
  server: ['token', 'ca', 'proxy'],
};

const credentialWords: Readonly<Record<string, string>> = {
  kubeconfig: 'the path of a kubeconfig file',
  in_cluster: '`true`',
  server: 'the http or https URL of the API server',
};

function credentialOf(
  raw: Json,
  optional: (key: string) => Record<string, string>,
  proxy: Record<string, string>,
): CredentialConfig | undefined {
  const { kubeconfig, in_cluster: inCluster, server } = raw;
  if (inCluster !== undefined)
    return inCluster === true ? { kind: 'in-cluster', ...proxy } : undefined;
  if (server !== undefined) {
    if (typeof server !== 'string' || !isUrl(server, ['http:', 'https:'])) return undefined;
    return { kind: 'server', server, ...optional('token'), ...optional('ca'), ...proxy };
  }
  if (typeof kubeconfig !== 'string' || kubeconfig === '') return undefined;
  return { kind: 'kubeconfig', path: kubeconfig, ...optional('context'), ...proxy };
}

function unknownKeys(raw: Json, path: string, known: readonly string[]): Misfit[] {
  return Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: `${path}${key}`,
      problem: problem('K8S_CONFIG', { key, wanted: `only ${known.join(', ')}` }),
    }));
}

function misfit(path: string, wanted: string): Misfit {
  return { path, problem: problem('K8S_CONFIG', { key: path, wanted }) };
}

function bounded(value: unknown, otherwise: number, min: number, max: number): number | undefined {
  if (value === undefined) return otherwise;
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? value
    : undefined;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 253 &&
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value)
  );
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}
