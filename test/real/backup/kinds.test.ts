import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { judgeContent } from '../../../src/core/backup/compare.ts';
import { createCopies } from '../../../src/integrations/postgres/backup/copies.ts';
import type { DumpPlace } from '../../../src/integrations/postgres/backup/place.ts';
import { giveToServer, type PostgresServer, startPostgres } from './postgres-server.ts';
import { type BackupStage, backupStage, reachOf, run, startedAt, stepsOf } from './stage.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.ask('CREATE DATABASE checkout OWNER app');
  await server.ask('CREATE ROLE "odd role"');
  await server.ask(
    `CREATE TABLE orders (id int PRIMARY KEY, what text);
     INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 5000) n;
     CREATE TABLE "Odd name" (x text); INSERT INTO "Odd name" VALUES (E'\\\\.\\nGRANT ALL TO nobody;');
     ALTER TABLE orders OWNER TO app; GRANT SELECT ON orders TO "odd role"`,
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
});

const isFull = process.env['TOCSIN_FULL'] === '1';
const id = '20261126T030000Z-1a2b3c';
const at = 'checkout/production/database';
const query = 'SELECT count(*), max(what) FROM orders';
const later = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };

describe.each([
  { as: 'plain', extension: 'sql.gz', encoding: 'pg_dump plain, gzip' },
  { as: 'base', extension: 'tar.zst', encoding: 'pg_basebackup tar, zstd' },
])('a backup of a PostgreSQL as $as', ({ as, extension, encoding }) => {
  const file = (stage: BackupStage) => join(stage.folder, at, `${id}.${extension}`);

  async function taken(): Promise<BackupStage> {
    const stage = backupStage(server, { as });
    const life = stage.life({ query });
    const [step] = stepsOf(await life.draft('backup'));
    if (!step) throw new Error('it has a step');
    const ended = await run(life, step);
    expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'done', outputs: { backup: id } });
    return stage;
  }

  async function verified(stage: BackupStage) {
    const life = stage.life({ query });
    const [step] = stepsOf(await life.draft('verify-backup'));
    if (!step) throw new Error('it has a step');
    return run(life, step, later);
  }

  it('is taken whole, comes up elsewhere with what it held, and is not valid once it was harmed', async () => {
    const stage = await taken();
    const beside = readFileSync(join(stage.folder, at, `${id}.manifest.json`), 'utf8');
    expect(signedManifestIn(beside)?.manifest).toMatchObject({
      artefact: { encoding },
      content: {
        counts: { 'public.orders': 5000, 'public."Odd name"': 1 },
        query: { asked: query },
      },
    });
    const ended = await verified(stage);
    expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'done' });
    expect(stage.journal.all.at(-1)?.event).toMatchObject({
      type: 'BackupVerified',
      ok: true,
      checks: ['signature', 'record', 'checksum', 'readable', 'restored', 'rows', 'query'].map(
        (name) => ({ name, ok: true }),
      ),
    });
    expect(scratchLeft()).toEqual([]);

    // What was harmed since is found out by its checksum, and by whoever reads it to its end.
    const whole = readFileSync(file(stage));
    for (const [how, bytes] of Object.entries({
      'it was cut': whole.subarray(0, whole.length - 100),
      'one bit is turned': flipped(whole),
      'it is empty': Buffer.alloc(0),
      'it was swapped': Buffer.from('of somebody else'),
    })) {
      writeFileSync(file(stage), bytes);
      const ended = await verified(stage);
      expect(ended, how).toMatchObject({
        state: 'failed',
        problem: { code: 'BACKUP_INVALID', facts: { found: expect.stringContaining('checksum') } },
      });
      const copy = { bytes: chunked(bytes), server: 'PostgreSQL 15', encoding };
      const reading = createCopies(reachOf(server)).read(copy, new AbortController().signal);
      await expect(reading, how).rejects.toMatchObject({
        problem: { code: 'BACKUP_PROGRAM_FAILED' },
      });
    }
  });

  // A whole server is put back in every run as well, as of a moment: moment.test.ts.
  it.runIf(as !== 'base' || isFull)(
    'takes the place of what is in use, with the owners and rights that it had',
    async () => {
      const stage = await taken();
      await server.ask('DELETE FROM orders WHERE id > 10', 'checkout');
      const life = stage.life({ query });
      const operation = 'op-9999999999';
      const plan = await life.draft('restore', { from: id, name: 'checkout' }, operation);
      for (const step of stepsOf(plan)) {
        const ended = await run(life, step, { ...later, operation });
        expect(ended, `${step.id} ${JSON.stringify(ended)}`).toMatchObject({ state: 'done' });
      }
      const [held] = await server.ask(
        `SELECT count(*)::int AS rows, has_table_privilege('odd role', 'orders', 'SELECT') AS reads,
         (SELECT tableowner FROM pg_tables WHERE tablename = 'orders') AS owner FROM orders`,
        'checkout',
      );
      expect(held).toEqual({ rows: 5000, reads: true, owner: 'app' });
      await server.ask('DROP DATABASE checkout_before_999999 WITH (FORCE)');
    },
  );
});

it('a dump is tried in a database of its own on another server, where the configuration names one, and is gone there', async () => {
  const asked: string[] = [];
  await server.ask('CREATE ROLE tries LOGIN CREATEDB');
  const scratch = {
    target: 'pg-tries',
    place: async () => ({ ...placeOf('tries'), database: 'postgres' }),
  };
  const copies = createCopies({ ...reachOf(server), folder: server.programs, scratch });
  const locator = { database: 'checkout' };
  expect((await copies.scratch({ locator })).place).toBe('a database of its own on pg-tries');
  expect((await copies.scratch({ locator: { as: 'base' } })).place).toContain(
    'a server of its own',
  );
  const signal = new AbortController().signal;
  const { bytes, content } = await copies.open({ locator, query }, signal);
  const kept: Uint8Array[] = [];
  for await (const chunk of bytes) kept.push(chunk);
  const held = await content;
  const copy = { server: 'PostgreSQL 15', encoding: 'pg_dump custom' };
  const names = async () =>
    (await server.ask('SELECT datname AS name FROM pg_database')).map(({ name }) => String(name));
  async function* watched() {
    asked.push(...(await names()));
    yield Buffer.concat(kept);
  }
  const found = await copies.rehearse({ ...copy, bytes: watched() }, { locator, query }, signal);
  expect(judgeContent(held, found).every(({ ok }) => ok)).toBe(true);
  expect(asked.filter((name) => /^tocsin_verify_[0-9a-f]{12}$/.test(name))).toHaveLength(1);
  // What is cut is found out there as well, and leaves nothing either.
  const cut = chunked(Buffer.concat(kept).subarray(0, -100));
  await expect(copies.rehearse({ ...copy, bytes: cut }, { locator }, signal)).rejects.toMatchObject(
    {
      problem: { code: 'BACKUP_PROGRAM_FAILED' },
    },
  );
  // An older server says nothing of a copy that it cannot read.
  const newer = { ...copy, server: 'PostgreSQL 99', bytes: chunked(Buffer.from('')) };
  await expect(copies.rehearse(newer, { locator }, signal)).rejects.toMatchObject({
    problem: { code: 'POSTGRES_SCRATCH_FAILED' },
  });
  expect((await names()).filter((name) => name.startsWith('tocsin_verify_'))).toEqual([]);
});

it('a base backup is refused where the user may not replicate or one stream cannot hold it', async () => {
  const stage = backupStage(server, { as: 'base' });
  const asApp = { ...reachOf(server), place: async () => placeOf('app') };
  const survey = () => createCopies(asApp).survey({ locator: { as: 'base' } });
  expect(await survey()).toMatchObject({
    ok: false,
    problem: { code: 'POSTGRES_BASE_UNFIT', facts: { why: 'app may not replicate' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-space-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  onTestFinished(async () => {
    await server.ask('DROP TABLESPACE elsewhere');
  });
  giveToServer(folder);
  await server.ask(`CREATE TABLESPACE elsewhere LOCATION '${folder}'`);
  expect(await stage.life().draft('backup')).toMatchObject({
    ok: false,
    problem: { facts: { why: 'it has tablespaces, and one stream holds one' } },
  });
});

it('a plain backup is SQL that psql reads, with a first line that names the roles it needs', async () => {
  const stage = backupStage(server, { as: 'plain' });
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  await run(life, step);
  const sql = gunzipSync(readFileSync(join(stage.folder, at, `${id}.sql.gz`))).toString('utf8');
  expect(sql.split('\n')[0]).toBe(
    '-- tocsin: the roles that owners and rights in it name: ["admin","app","odd role"]',
  );
  expect(sql).toContain('CREATE TABLE public.orders');

  // One of an older pg_dump does not keep psql from commands that hide in a name.
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-name-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const trap = `-- Name: x\n\\! /usr/bin/touch ${folder}/ran\n-- PostgreSQL database dump complete\n`;
  const older = sql.split('\n').filter((line) => !/^\\(un)?restrict /.test(line));
  const bytes = gzipSync(`${older.join('\n')}\n${trap}`);
  const copy = { bytes: chunked(bytes), server: 'PostgreSQL 15', encoding: 'pg_dump plain, gzip' };
  const rehearsed = createCopies(reachOf(server)).rehearse(
    copy,
    { locator: {} },
    new AbortController().signal,
  );
  await expect(rehearsed).rejects.toMatchObject({
    problem: {
      code: 'BACKUP_PROGRAM_FAILED',
      facts: { why: expect.stringContaining('restricted') },
    },
  });
  expect(readdirSync(folder)).toEqual([]);
});

function placeOf(username: string): DumpPlace {
  return { host: '127.0.0.1', port: server.port, database: 'checkout', username, timeoutMs: 5_000 };
}

function flipped(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes;
}

async function* chunked(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let n = 0; n < bytes.length; n += 10_000) yield bytes.subarray(n, n + 10_000);
}

function scratchLeft(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-scratch-${process.pid}-`));
}
