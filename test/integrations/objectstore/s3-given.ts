import { onTestFinished } from 'vitest';
import type { S3Config } from '../../../src/integrations/objectstore/index.ts';
import { connect } from '../../../src/integrations/objectstore/index.ts';
import type { Manner } from '../../fakes/s3/bucket.ts';
import { bucketName, credentials, type FakeS3, startS3 } from '../../fakes/s3/server.ts';

/** A server of our own, and a store in its bucket. Pauses take no time, and are written down. */
export async function given(more: Partial<S3Config> = {}, manner: Partial<Manner> = {}) {
  const s3 = await startS3(manner);
  onTestFinished(() => s3.close());
  return { s3, ...storeAt(s3, more) };
}

export function storeAt(
  s3: Pick<FakeS3, 'url'>,
  more: Partial<S3Config> = {},
  limits: { readonly partsMax?: number } = {},
) {
  const pauses: number[] = [];
  const store = connect(configOf(s3.url, more), {
    ...limits,
    clock: { now: () => 1_000_000 },
    pause: async (ms) => void pauses.push(ms),
  });
  onTestFinished(() => store.close());
  return { store, pauses };
}

export function configOf(endpoint: string, more: Partial<S3Config> = {}): S3Config {
  return {
    to: `s3://${bucketName}/tocsin`,
    bucket: bucketName,
    prefix: 'tocsin',
    region: 'eu-central-1',
    endpoint,
    pathStyle: true,
    timeoutMs: 5_000,
    credentials,
    ...more,
  };
}

/** A store without credentials of its own. */
export function nobodyAt(s3: Pick<FakeS3, 'url'>) {
  const { credentials: _, ...config } = configOf(s3.url);
  const store = connect(config, { clock: { now: () => 1_000_000 }, pause: async () => undefined });
  onTestFinished(() => store.close());
  return { store };
}
