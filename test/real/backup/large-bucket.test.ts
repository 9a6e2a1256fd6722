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
    ['as it is', 80, /\.dump$/, () => ''],
    // Each 64 KiB becomes a new piece of memory, and the engine lets some 64 MiB of those pile up before it looks for them.
    ['encrypted', 120, /\.dump\.age$/, () => `, encrypt: { recipients: [${recipient}] }`],
  ])('%s takes at most %i MiB', { timeout: 900_000 }, async (_, most, name, more) => {
    const s3 = await startS3();
    try {
      const {
        before,
        most: reached,
        bytes,
      } = await take(server, {
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
      expect((reached - before) / mebibyte).toBeLessThanOrEqual(most);
    } finally {
      await s3.close();
    }
  });
});
