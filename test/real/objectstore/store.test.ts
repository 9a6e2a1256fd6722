import { randomUUID } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type S3Config } from '../../../src/integrations/objectstore/index.ts';
import { artefactStoreContract, of } from '../../contracts/artefact-store.ts';

/*
 * Against a bucket of the machine's own: TOCSIN_TEST_S3_ENDPOINT=http://127.0.0.1:9000 TOCSIN_TEST_S3_BUCKET=tocsin-test, with
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. There is no such server in Debian, so it is skipped where none is given; the
 * workflow of the repository starts one.
 */

const endpoint = process.env['TOCSIN_TEST_S3_ENDPOINT'];
const bucket = process.env['TOCSIN_TEST_S3_BUCKET'] ?? 'tocsin-test';
const region = process.env['AWS_REGION'] ?? 'us-east-1';

describe.skipIf(endpoint === undefined)('a bucket (TOCSIN_TEST_S3_ENDPOINT)', () => {
  artefactStoreContract('a bucket of a real server', async () => {
    const config = configOf();
    const store = connect(config);
    const client = new S3Client({ endpoint: endpoint ?? '', region, forcePathStyle: true });
    onTestFinished(() => {
      store.close();
      client.destroy();
    });
    const keys = [`${config.prefix}/checkout/production/database/b1.dump`];
    return {
      store,
      async dieHalfWay(name) {
        const key = `${config.prefix}/${name}`;
        keys.push(key);
        await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
      },
      // Some servers list the uploads of one whole name only.
      async halves() {
        let all = 0;
        for (const key of keys) {
          const asked = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key });
          const { Uploads: uploads = [] } = await client.send(asked);
          all += uploads.filter(({ Key: of }) => of === key).length;
        }
        return all;
      },
    };
  });

  it('is found fit by doctor, and refuses to be written over', async () => {
    const store = connect(configOf());
    onTestFinished(() => store.close());
    const never = new AbortController().signal;
    await store.put('checkout/production/database/b1.dump', of('x'), never);
    expect(await store.doctor()).toMatchObject([
      { check: 'store', facts: { overwrites: 'refused', removing: 'allowed', uploads: 'swept' } },
    ]);
  });
});

function configOf(): S3Config {
  const prefix = `tocsin-${randomUUID()}`;
  return {
    ...{ to: `s3://${bucket}/${prefix}`, bucket, prefix, region },
    ...{ endpoint: endpoint ?? '', pathStyle: true, timeoutMs: 30_000 },
  };
}
