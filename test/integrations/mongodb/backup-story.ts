import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { programs } from '../../../src/bot/programs.ts';
import { createDumps } from '../../../src/integrations/mongodb/backup/dump.ts';
import { createRestorer } from '../../../src/integrations/mongodb/backup/restorer.ts';
import { createConnections } from '../../../src/integrations/mongodb/connection.ts';
import type { MongodbConfig } from '../../../src/integrations/mongodb/schema.ts';
import { type BackupStage, run, stageOf, startedAt, stepsOf } from '../../real/backup/stage.ts';

export interface BackupWorld {
  readonly config: MongodbConfig;
  /** Databases that are there, and how many documents their collections hold: `tocsin_shop` → `orders` → 500. */
  hold(documents: Readonly<Record<string, Readonly<Record<string, number>>>>): Promise<void>;
  /** How many documents a collection holds now; undefined where there is no such database. */
  count(database: string, collection: string): Promise<number | undefined>;
}

const id = '20261126T030000Z-1a2b3c';
const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };
const verifying = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };

export function stageWith(
  config: MongodbConfig,
  { database, scratch }: { readonly database?: string; readonly scratch?: MongodbConfig } = {},
): BackupStage {
  const reach = { config, connections: createConnections(config), programs };
  const trying = scratch && { config: scratch, connections: createConnections(scratch) };
  const locator = database === undefined ? {} : { database };
  return stageOf(
    'database',
    { integration: 'mongodb', target: config.target, locator },
    {
      backup: createDumps({ ...reach, ...(trying && { scratch: trying }) }),
      restorer: createRestorer(reach),
    },
  );
}

export async function one(stage: BackupStage, verb: string, more = {}) {
  const life = stage.life();
  const [step] = stepsOf(await life.draft(verb));
  if (!step) throw new Error('it has a step');
  return run(life, step, more);
}

const kept = ({ folder }: BackupStage) => join(folder, 'checkout', 'production', 'database');
const copyIn = (stage: BackupStage) => join(kept(stage), `${id}.archive.gz`);
export const leftOver = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-mongodb-${process.pid}-`));

/** Told of the stand-in and of real servers with the real tools. */
export function tellBackupStory(worldOf: () => Promise<BackupWorld>): void {
  it('one database is copied from a secondary, and each document is counted in the copy', async () => {
    const { config, hold } = await worldOf();
    await hold({ tocsin_shop: { orders: 500, items: 3, none: 0 }, tocsin_other: { things: 7 } });
    const stage = stageWith(config, { database: 'tocsin_shop' });
    const drafted = await stage.life().draft('backup');
    expect(drafted).toMatchObject({
      ok: true,
      blast: {
        copies: expect.stringMatching(/^tocsin_shop of secondary .*, by mongodump \d+\.\d+/),
      },
    });
    expect(await one(stage, 'backup')).toMatchObject({ state: 'done', outputs: { backup: id } });
    expect(readdirSync(kept(stage)).toSorted()).toEqual([
      `${id}.archive.gz`,
      `${id}.manifest.json`,
    ]);
    const signed = signedManifestIn(readFileSync(join(kept(stage), `${id}.manifest.json`), 'utf8'));
    expect(signed?.manifest).toMatchObject({
      artefact: { encoding: 'mongodump, gzip' },
      content: {
        counts: { 'tocsin_shop.orders': 500, 'tocsin_shop.items': 3 },
        counted: 'documents',
        uncounted: 0,
      },
    });
    expect(leftOver()).toEqual([]);
    const verification = await stage.life().draft('verify-backup');
    expect(verification).toMatchObject({ ok: true, warnings: [{ code: 'BACKUP_ONLY_READ' }] });
    expect(await one(stage, 'verify-backup', verifying)).toMatchObject({ state: 'done' });
    const checks = JSON.stringify(stage.journal.all.at(-1)?.event);
    expect(checks).toMatch(/503 documents in \d collections, as they were/);
    // It was restored nowhere, and nobody says that it was.
    expect(checks).not.toContain('restored');
  });

  it('all databases are copied with what is written meanwhile', async () => {
    const { config, hold } = await worldOf();
    await hold({ tocsin_shop: { orders: 20 }, tocsin_other: { things: 7 } });
    const stage = stageWith(config);
    expect(await one(stage, 'backup')).toMatchObject({ state: 'done' });
    const signed = signedManifestIn(readFileSync(join(kept(stage), `${id}.manifest.json`), 'utf8'));
    expect(signed?.manifest).toMatchObject({
      artefact: { encoding: 'mongodump with oplog, gzip' },
      content: {
        counts: { 'tocsin_shop.orders': 20, 'tocsin_other.things': 7, oplog: expect.any(Number) },
      },
    });
    expect(await one(stage, 'verify-backup', verifying)).toMatchObject({ state: 'done' });
  });

  it('a copy that was harmed is found out, by its checksum and by what is in it', async () => {
    const { config, hold } = await worldOf();
    await hold({ tocsin_shop: { orders: 50 } });
    const stage = stageWith(config, { database: 'tocsin_shop' });
    await one(stage, 'backup');
    const sound = readFileSync(copyIn(stage));
    const harms: readonly ((file: string) => void)[] = [
      (file) => truncateSync(file, 200),
      flip,
      flipInside,
      (file) => writeFileSync(file, ''),
    ];
    for (const [index, harm] of harms.entries()) {
      writeFileSync(copyIn(stage), sound);
      harm(copyIn(stage));
      const by = { ...verifying, operation: `op-222222222${index}` };
      expect(await one(stage, 'verify-backup', by), String(index)).toMatchObject({
        state: 'failed',
        problem: { code: 'BACKUP_INVALID' },
      });
      const event = JSON.stringify(stage.journal.all.at(-1)?.event);
      expect(event).toContain('"checksum","ok":false');
      expect(event).toContain('"readable","ok":false');
    }
  });

  it('a copy is restored beside what stays in use, under a name of its own', async () => {
    const { config, hold, count } = await worldOf();
    await hold({ tocsin_shop: { orders: 30 } });
    const stage = stageWith(config, { database: 'tocsin_shop' });
    await one(stage, 'backup');
    await hold({ tocsin_shop: { orders: 1 } });
    const life = stage.life();
    const asked = { from: id, name: 'tocsin_shop' };
    expect(
      await life.draft('restore', { ...asked, name: 'shop' }, restoring.operation),
    ).toMatchObject({
      ok: false,
      problem: { code: 'RESTORE_NAME_NOT_TYPED' },
    });
    const plan = await life.draft('restore', asked, restoring.operation);
    const next = 'tocsin_shop_restored_999999';
    expect(plan).toMatchObject({
      ok: true,
      risk: 'danger',
      targets: [{ id: `mongodb/${config.target}` }],
      warnings: [
        { code: 'RESTORE_NOT_VERIFIED' },
        { code: 'RESTORE_ONLY_BESIDE', facts: { next } },
      ],
    });
    const [step, ...more] = stepsOf(plan);
    if (!step || more.length > 0) throw new Error('it has one step');
    // A process that died half-way is followed by one that begins anew.
    await hold({ tocsin_shop: { orders: 1 }, [next]: { orders: 3, half: 1 } });
    const ended = await run(life, step, restoring);
    expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'done' });
    expect(await count(next, 'orders')).toBe(30);
    expect(await count(next, 'half')).toBe(0);
    expect(await count('tocsin_shop', 'orders')).toBe(1);
    expect(stage.journal.all.at(-1)?.event).toMatchObject({
      type: 'BackupRestored',
      aside: 'tocsin_shop',
    });
    // What was harmed since is not left there.
    truncateSync(copyIn(stage), 300);
    const again = await run(life, step, { ...restoring, operation: 'op-8888888888' });
    expect(again).toMatchObject({ state: 'failed' });
    expect(await count(next, 'orders')).toBeUndefined();
  });

  it('a copy of all databases is restored by hand', async () => {
    const { config, hold } = await worldOf();
    await hold({ tocsin_shop: { orders: 1 } });
    const stage = stageWith(config);
    await one(stage, 'backup');
    const asked = { from: id, name: 'tocsin_shop' };
    expect(await stage.life().draft('restore', asked, restoring.operation)).toMatchObject({
      ok: false,
      problem: { code: 'MONGODB_WHOLE_COPY' },
    });
  });

  it('a database that is not there is no empty backup', async () => {
    const { config, hold } = await worldOf();
    await hold({ tocsin_shop: { orders: 1 } });
    const stage = stageWith(config, { database: 'tocsin_shp' });
    expect(await stage.life().draft('backup')).toMatchObject({
      ok: false,
      problem: { code: 'MONGODB_NO_DATABASE' },
    });
  });
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);
}

/** What gzip has no complaint about, since it is packed again. */
function flipInside(file: string): void {
  const bytes = gunzipSync(readFileSync(file));
  const at = bytes.lastIndexOf(Buffer.from('number 7'));
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  writeFileSync(file, gzipSync(bytes));
}
