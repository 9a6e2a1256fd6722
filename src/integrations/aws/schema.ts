import type { Facts } from '../../core/problem.ts';

/** One region of one account: `targets: { aws-eu: { aws: { region: eu-west-1 } } }`. */
export interface AwsConfig {
  /** The name under `targets:`. */
  readonly target: string;
  readonly region: string;
  /** Absent: as the SDK finds them (environment, web identity, instance). */
  readonly credentials?: AwsCredentials;
  /** Where requests go instead of AWS. */
  readonly endpoint?: string;
  /** Of one request. */
  readonly timeoutMs: number;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where in the account a role of a service lives; exactly one of them. */
export type Place =
  | { readonly kind: 'cluster'; readonly cluster: string }
  | { readonly kind: 'instance'; readonly instance: string }
  | { readonly kind: 'service'; readonly cluster: string; readonly service: string }
  | { readonly kind: 'record'; readonly record: RecordPlace }
  | { readonly kind: 'topic'; readonly topic: string };

/** A record, and what it says when traffic comes here. */
export interface RecordPlace {
  readonly zone: string;
  /** With its last dot. */
  readonly name: string;
  readonly type: string;
  /** Addresses or names, or one `alias ZONE NAME`. */
  readonly values: readonly string[];
  readonly ttl: number;
}

export function placeOf(locator: Facts): Place | undefined {
  const text = (name: string) => {
    const value = locator[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [cluster, instance, topic] = [text('cluster'), text('instance'), text('topic')];
  const [ecsCluster, service] = [text('ecs_cluster'), text('ecs_service')];
  const [zone, name, type] = [text('hosted_zone'), text('record'), text('type')];
  if (cluster) return { kind: 'cluster', cluster };
  if (instance) return { kind: 'instance', instance };
  if (topic) return { kind: 'topic', topic };
  if (ecsCluster && service) return { kind: 'service', cluster: ecsCluster, service };
  if (zone && name && type) {
    const values = (text('value') ?? '').split(', ').filter((value) => value !== '');
    const record = { zone, name: dotted(name), type, values, ttl: Number(locator['ttl'] ?? 60) };
    return { kind: 'record', record };
  }
  return undefined;
}

/** As Route 53 itself says names: small letters and a dot at the end. */
export function dotted(name: string): string {
  const small = name.toLowerCase();
  return small.endsWith('.') ? small : `${small}.`;
}
