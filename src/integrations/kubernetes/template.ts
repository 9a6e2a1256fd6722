import { createHmac } from 'node:crypto';
import { at, canonical, isRecord, type Json, record } from './json.ts';

/** Added by the Deployment controller to a ReplicaSet's copy of the template; no part of what was deployed. */
const hashLabel = 'pod-template-hash';

/** Names what it digests without telling it: keyed, because a template holds passwords that can be guessed. */
export type Digest = (value: unknown) => string;

export function keyedDigest(key: Uint8Array): Digest {
  return (value) => createHmac('sha256', key).update(canonical(value)).digest('hex');
}

/** Enough to compare two by eye. */
export function short(digest: string): string {
  return digest.slice(0, 10);
}

/** The template as the workload has it: without the hash label, the patch directive and the null timestamp. */
export function bareTemplate(template: unknown): Json {
  const { $patch: _directive, metadata, ...rest } = record(template);
  const { creationTimestamp: _stamp, labels, ...others } = record(metadata);
  const { [hashLabel]: _hash, ...kept } = record(labels);
  return {
    ...rest,
    metadata: {
      ...others,
      ...(isRecord(labels) && Object.keys(kept).length > 0 ? { labels: kept } : {}),
    },
  };
}

export function imagesOf(template: unknown): readonly string[] {
  const containers = at(template, 'spec', 'containers');
  return Array.isArray(containers)
    ? containers.map((container) => String(at(container, 'image') ?? ''))
    : [];
}
