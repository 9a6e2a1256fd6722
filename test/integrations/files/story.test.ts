import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { createArchives } from '../../../src/integrations/files/index.ts';
import type { FilesConfig } from '../../../src/integrations/files/schema.ts';
import { type BackupStage, run, stageOf, startedAt, stepsOf } from '../../real/backup/stage.ts';
import { configOf, folderOf } from './given.ts';

const id = '20261126T030000Z-1a2b3c';
const verifying = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };

function etc(): string {
  const at = join(folderOf(), 'checkout');
  mkdirSync(join(at, 'conf.d'), { recursive: true });
  writeFileSync(join(at, 'checkout.yaml'), 'workers: 4\n');
  writeFileSync(join(at, 'conf.d', 'tls.yaml'), 'tls: true\n');
  return at;
}

function stageWith(config: FilesConfig): BackupStage {
  const source = { integration: 'files', target: config.target, locator: {} };
  return stageOf('config', source, { backup: createArchives(config) });
}

async function one(stage: BackupStage, verb: string, more = {}) {
  const life = stage.life();
  const [step] = stepsOf(await life.draft(verb));
  if (!step) throw new Error('it has a step');
  return run(life, step, more);
}

const kept = ({ folder }: BackupStage) => join(folder, 'checkout', 'production', 'config');
const leftOver = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-files-${process.pid}-`));

it('a backup of files is taken, signed, listed by what it holds, and verified', async () => {
  const at = etc();
  const stage = stageWith(configOf([at]));
  const drafted = await stage.life().draft('backup');
  expect(drafted).toMatchObject({
    ok: true,
    blast: {
      copies: expect.stringContaining(`${at} on `),
      size: expect.stringMatching(/^at most/),
    },
  });
  expect(await one(stage, 'backup')).toMatchObject({ state: 'done', outputs: { backup: id } });
  expect(readdirSync(kept(stage)).toSorted()).toEqual([`${id}.manifest.json`, `${id}.tar.zst`]);
  const signed = signedManifestIn(readFileSync(join(kept(stage), `${id}.manifest.json`), 'utf8'));
  expect(signed?.manifest).toMatchObject({
    artefact: { encoding: 'tar, zstd' },
    source: { target: 'files/checkout-etc' },
    content: { counts: { [at]: 4 }, trees: { [at]: { bytes: 21 } }, uncounted: 0 },
  });
  expect(await one(stage, 'verify-backup', verifying)).toMatchObject({ state: 'done' });
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    type: 'BackupVerified',
    ok: true,
    checks: [
      { name: 'signature', ok: true },
      { name: 'record', ok: true },
      { name: 'checksum', ok: true },
      { name: 'readable', ok: true },
      { name: 'restored', ok: true },
      {
        name: 'files',
        ok: true,
        says: '4 files, folders and links, 21 B, byte for byte as they were read',
      },
    ],
  });
  expect(leftOver()).toEqual([]);
});

const flip = (file: string) => {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);
};

it.each<[string, (file: string) => void]>([
  ['that was cut', (file) => truncateSync(file, 100)],
  ['with one bit turned', flip],
  ['that is empty', (file) => writeFileSync(file, '')],
  ['that is something else', (file) => writeFileSync(file, 'no archive at all')],
])('an archive %s is found out, and never unpacked', async (_, harm) => {
  const stage = stageWith(configOf([etc()]));
  await one(stage, 'backup');
  harm(join(kept(stage), `${id}.tar.zst`));
  expect(await one(stage, 'verify-backup', verifying)).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_INVALID' },
  });
  const event = JSON.stringify(stage.journal.all.at(-1)?.event);
  expect(event).toContain('"checksum","ok":false');
  expect(event).not.toContain('"restored"');
  expect(leftOver()).toEqual([]);
});

it('one that another process swapped for an archive of its own is not unpacked', async () => {
  const [mine, other] = [stageWith(configOf([etc()])), stageWith(configOf([etc()]))];
  await one(mine, 'backup');
  await one(other, 'backup');
  for (const name of readdirSync(kept(other))) {
    writeFileSync(join(kept(mine), name), readFileSync(join(kept(other), name)));
  }
  expect(await one(mine, 'verify-backup', verifying)).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_INVALID', facts: { found: expect.stringContaining('record') } },
  });
});
