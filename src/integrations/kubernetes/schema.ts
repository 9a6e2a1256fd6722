import type { Facts } from '../../core/problem.ts';

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

export const workloadKinds: readonly WorkloadKind[] = ['deployment', 'statefulset', 'daemonset'];

/** Exactly one workload in one namespace; undefined for anything else. A name that is a path is no name. */
export function locatorOf(facts: Facts): Locator | undefined {
  const { namespace, ...rest } = facts;
  const [named, ...more] = Object.entries(rest);
  const kind = workloadKinds.find((candidate) => candidate === named?.[0]);
  const name = named?.[1];
  return kind !== undefined && more.length === 0 && isName(name) && isName(namespace)
    ? { namespace, kind, name }
    : undefined;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 253 &&
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value)
  );
}
