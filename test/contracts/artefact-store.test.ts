import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connect } from '../../src/integrations/objectstore/index.ts';
import { bucketName, credentials, startS3 } from '../fakes/s3/server.ts';
import { artefactStoreContract } from './artefact-store.ts';

artefactStoreContract('a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    store: connect(folder),
    async dieHalfWay(name) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, dirname(name), `.${basename(name)}.part`), 'half');
    },
    halves: async () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
        each.endsWith('.part'),
      ).length,
  };
});

for (const [title, manner] of Object.entries({
  'a bucket': {},
  'a bucket whose server knows neither conditions nor checksums': {
    conditions: false,
    checksums: false,
    pageSize: 2,
  },
})) {
  artefactStoreContract(title, async () => {
    const s3 = await startS3(manner);
    onTestFinished(() => s3.close());
    const store = connect(
      {
        ...{ to: `s3://${bucketName}/tocsin`, bucket: bucketName, prefix: 'tocsin' },
        ...{ region: 'eu-central-1', endpoint: s3.url, pathStyle: true, timeoutMs: 5_000 },
        credentials,
      },
      { clock: { now: () => 1_000_000 }, pause: async () => undefined },
    );
    onTestFinished(() => store.close());
    return {
      store,
      async dieHalfWay(name) {
        const asked = { key: `tocsin/${name}`, query: new URLSearchParams(), headers: {} };
        s3.bucket.begin({ ...asked, body: Buffer.alloc(0) });
      },
      halves: async () => s3.bucket.uploads.size,
    };
  });
}
