import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketName, credentials, startS3 } from '../../fakes/s3/server.ts';
import { fill, take } from './large.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

const mebibyte = 1024 * 1024;

describe.runIf(process.env['TOCSIN_FULL'])('a gibibyte on its way into a bucket', () => {
  let server: PostgresServer;
  let recipient: string;
  beforeAll(async () => {
    recipient = await identityToRecipient(await generateX25519Identity());
    server = await startPostgres();
    await fill(server, 1024);
  }, 300_000);
  afterAll(async () => {
    await server?.stop();
  });

  it.each([
    ['as it is', /\.dump$/, () => ''],
    ['encrypted', /\.dump\.age$/, () => `, encrypt: { recipients: [${recipient}] }`],
  ])('%s takes no more memory than a kibibyte', { timeout: 900_000 }, async (_, name, more) => {
    const s3 = await startS3();
    try {
      const { before, most, bytes } = await take(server, {
        entry: `to: "s3://${bucketName}/tocsin"${more()}`,
        more: `stores: { ${bucketName}: { endpoint: "${s3.url}" } }\n`,
        // Found by the SDK, as in the pod of a role.
        env: {
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        },
        manifest: () =>
          [...s3.bucket.objects]
            .find(([key]) => key.endsWith('.manifest.json'))?.[1]
            .bytes.toString(),
      });
      expect(bytes).toBeGreaterThan(300 * mebibyte);
      expect([...s3.bucket.objects.keys()].toSorted()[0]).toMatch(name);
      expect((most - before) / mebibyte).toBeLessThanOrEqual(80);
    } finally {
      await s3.close();
    }
  });
});
