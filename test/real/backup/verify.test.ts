import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { statementOf } from '../../../src/core/backup/manifest.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { eventually } from '../../support/eventually.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import {
  type BackupStage,
  backupStage,
  context,
  driverOf,
  run,
  sha256,
  startedAt,
  stepsOf,
} from './stage.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.ask('CREATE DATABASE checkout');
  await server.ask(
    `CREATE TABLE orders (id int PRIMARY KEY, what text);
     INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 5000) n;
     CREATE TABLE "Odd name" (x int); INSERT INTO "Odd name" VALUES (1);
     CREATE VIEW few AS SELECT * FROM orders LIMIT 3;
     GRANT SELECT ON orders TO app; ALTER TABLE "Odd name" OWNER TO app`,
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
});

const query = 'SELECT count(*), max(what) FROM orders';
const id = '20261126T030000Z-1a2b3c';
const verifying = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };

it('a backup that is whole is restored elsewhere and holds what it held', async () => {
  const stage = await taken();
  const life = stage.life({ query });
  const drafted = await life.draft('verify-backup');
  expect(drafted).toMatchObject({
    ok: true,
    warnings: [],
    blast: {
      restoresInto: expect.stringMatching(/^a server of its own in .*, gone afterwards$/),
      verified: 'never before',
    },
  });
  const [step] = stepsOf(drafted);
  if (!step) throw new Error('it has a step');
  expect(await run(life, step, verifying)).toMatchObject({ state: 'done' });
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    type: 'BackupVerified',
    id,
    operation: verifying.operation,
    ok: true,
    checks: [
      { name: 'signature', ok: true },
      { name: 'record', ok: true },
      { name: 'checksum', ok: true },
      { name: 'readable', ok: true },
      { name: 'restored', ok: true },
      { name: 'rows', ok: true, says: '5001 rows in 2 tables, as they were' },
      { name: 'query', ok: true },
    ],
  });
  expect(scratchLeft()).toEqual([]);
  // Whoever comes after a crash finds that it is verified.
  const driver = driverOf(stage.life({ query }), step);
  expect(await driver.observe(step, { ...context, ...verifying })).toMatchObject({ state: 'done' });
});

const dump = (stage: BackupStage) =>
  join(stage.folder, 'checkout/production/database', `${id}.dump`);
const beside = (stage: BackupStage) =>
  join(stage.folder, 'checkout/production/database', `${id}.manifest.json`);

it.each<[string, string, (stage: BackupStage) => void]>([
  ['that was cut by a hundred bytes', 'checksum', (stage) => truncateSync(dump(stage), 16_000)],
  ['with one bit turned', 'checksum', (stage) => flip(dump(stage))],
  ['that is empty', 'checksum', (stage) => writeFileSync(dump(stage), '')],
  [
    'that was swapped, with a fresh checksum in its manifest',
    'signature',
    (stage) => {
      writeFileSync(dump(stage), 'PGDMP of somebody else');
      rewrite(stage, (text) => text.replace(/"sha256": "\w+"/, `"sha256": "${sumOf(stage)}"`));
    },
  ],
  [
    'that was swapped and signed by somebody else',
    'signature',
    (stage) => {
      writeFileSync(dump(stage), 'PGDMP of somebody else');
      rewrite(stage, (text) => {
        const signed = signedManifestIn(text);
        if (!signed) throw new Error('it can be read');
        const artefact = { ...signed.manifest.artefact, sha256: sumOf(stage) };
        const manifest = { ...signed.manifest, artefact };
        const { publicKey, sign } = signerFrom('22'.repeat(32));
        return JSON.stringify({ manifest, publicKey, signature: sign(statementOf(manifest)) });
      });
    },
  ],
  ['whose manifest is gone', 'signature', (stage) => writeFileSync(beside(stage), '{}')],
])('a backup %s is found out', async (_, check, harm) => {
  const stage = await taken();
  harm(stage);
  const life = stage.life({ query });
  const [step] = stepsOf(await life.draft('verify-backup'));
  if (!step) throw new Error('it has a step');
  const ended = await run(life, step, verifying);
  expect(ended).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_INVALID' } });
  expect(ended.state === 'failed' && ended.problem.facts['found']).toContain(check);
  const { event } = stage.journal.all.at(-1) ?? {};
  expect(event).toMatchObject({ type: 'BackupVerified', ok: false });
  // What nobody vouches for is never restored.
  expect(JSON.stringify(event)).not.toContain('"restored"');
});

it('a verification that is stopped leaves no server behind', async () => {
  const stage = await taken();
  const life = stage.life({ query });
  const [step] = stepsOf(await life.draft('verify-backup'));
  if (!step) throw new Error('it has a step');
  const driver = driverOf(life, step);
  const now = { ...context, ...verifying };
  await driver.apply(step, { ...now, token: id, attempt: 1 });
  await eventually('its server is being made', () => scratchLeft().length > 0);
  const stopped = await driver.observe(step, { ...now, stopped: true });
  expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
  expect(scratchLeft()).toEqual([]);
});

async function taken(): Promise<BackupStage> {
  const stage = backupStage(server);
  const life = stage.life({ query });
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const ended = await run(life, step);
  if (ended.state !== 'done') throw new Error(JSON.stringify(ended));
  return stage;
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function rewrite(stage: BackupStage, change: (text: string) => string): void {
  const text = readFileSync(beside(stage), 'utf8');
  const changed = change(text);
  if (sha256(changed) === sha256(text)) throw new Error('nothing was changed');
  writeFileSync(beside(stage), changed);
}

function sumOf(stage: BackupStage): string {
  return createHash('sha256')
    .update(readFileSync(dump(stage)))
    .digest('hex');
}

function scratchLeft(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-scratch-${process.pid}-`));
}
