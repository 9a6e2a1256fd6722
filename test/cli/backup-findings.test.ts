import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, it, onTestFinished } from 'vitest';
import { backupFindings } from '../../src/cli/backups.ts';
import type { BackupRule } from '../../src/core/backup/rule.ts';
import { Secret } from '../../src/core/secret.ts';
import { memorySource } from '../fakes/backups.ts';
import { bucketName, credentials, startS3 } from '../fakes/s3/server.ts';

const place = 'backup/checkout/production/database';

it('doctor says of each backup where it goes, whether that can be used, and whether it could be opened here', async () => {
  const [identity, other] = [await generateX25519Identity(), await generateX25519Identity()];
  const recipients = [await identityToRecipient(identity)];
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-findings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

  const fits = await findings(folder, { recipients, identities: [new Secret(identity)] });
  expect(fits.map(({ about, check, problem }) => [about, check, problem?.code])).toEqual([
    [place, 'backup', undefined],
    [place, 'encryption', undefined],
  ]);
  const none = await findings(folder, { recipients, identities: [] });
  expect(none.at(-1)).toMatchObject({ facts: { identity: 'none here' } });
  const elsewhere = await findings(folder, { recipients, identities: [new Secret(other)] });
  expect(elsewhere.at(-1)).toMatchObject({ problem: { code: 'AGE_IDENTITY_ELSEWHERE' } });
});

it('doctor says of each bucket once what can be done there', async () => {
  const s3 = await startS3();
  onTestFinished(() => s3.close());
  const to = `s3://${bucketName}/tocsin`;
  const { accessKeyId, secretAccessKey } = credentials;
  const store = {
    ...{ to, bucket: bucketName, prefix: 'tocsin', region: 'eu-central-1', endpoint: s3.url },
    ...{ pathStyle: true, timeoutMs: 5_000, accessKeyId },
    secretAccessKey: new Secret(secretAccessKey),
  };
  const found = await findings(to, undefined, [store]);
  expect(found).toMatchObject([
    { about: place, facts: { to } },
    { about: to, check: 'store', facts: { overwrites: 'refused' } },
  ]);
  expect(found[0]?.facts).not.toHaveProperty('free');
});

function findings(
  to: string,
  encrypt: BackupRule['encrypt'],
  stores: Parameters<typeof backupFindings>[2] = [],
) {
  const rule: BackupRule = {
    subject: { service: 'checkout', environment: 'production', what: 'database' },
    source: { integration: 'postgres', target: 'pg-main', locator: {} },
    ...{ to, where: 'tocsin.yaml:9', timeoutMs: 3_600_000, lateAfterMs: 3_600_000 },
    ...(encrypt && { encrypt }),
  };
  const target = {
    ...{ name: 'postgres/pg-main', backup: memorySource(), health: () => 'ok' as const },
    ...{ doctor: async () => [], close: () => undefined },
  };
  return backupFindings({ backups: [rule] }, [target], stores);
}
