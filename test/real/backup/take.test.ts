import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { statementOf } from '../../../src/core/backup/manifest.ts';
import { eventually } from '../../support/eventually.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { backupStage, context, driverOf, followed, run, signer, stepsOf } from './stage.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.ask('CREATE DATABASE checkout');
  await server.ask(
    `CREATE TABLE orders (id int PRIMARY KEY, what text);
     INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 5000) n;
     CREATE TABLE "Odd name" (x int); INSERT INTO "Odd name" VALUES (1)`,
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
});

const at = 'checkout/production/database';
const id = '20261126T030000Z-1a2b3c';

describe('a backup of a PostgreSQL', () => {
  it('is planned with its size, the room there is, and that it is not encrypted', async () => {
    const drafted = await backupStage(server).life().draft('backup');
    expect(drafted).toMatchObject({
      ok: true,
      risk: 'change',
      warnings: [{ code: 'BACKUP_NOT_ENCRYPTED' }],
      targets: [{ id: `backup/${at}`, identity: 'postgres/pg-main' }],
      blast: {
        copies: expect.stringMatching(/^checkout at 127.0.0.1:\d+ \(PostgreSQL \d+.*, by pg_dump/),
        size: expect.stringMatching(/^at most \d\S* MiB, which is what it holds$/),
        free: expect.stringMatching(/iB in \//),
        takes: 'not known yet, 1 min at most',
      },
    });
  });

  it('lies whole under its name beside a manifest that is signed, and is on the record', async () => {
    const stage = backupStage(server);
    const life = stage.life({ query: 'SELECT max(id) FROM orders' });
    const [step] = stepsOf(await life.draft('backup'));
    if (!step) throw new Error('it has a step');
    const ended = await run(life, step);
    expect(ended).toMatchObject({ state: 'done', outputs: { backup: id } });

    const folder = join(stage.folder, at);
    expect(readdirSync(folder).toSorted()).toEqual([`${id}.dump`, `${id}.manifest.json`]);
    const bytes = readFileSync(join(folder, `${id}.dump`));
    expect(bytes.subarray(0, 5).toString()).toBe('PGDMP');
    expect(statSync(join(folder, `${id}.dump`)).mode & 0o777).toBe(0o600);
    const signed = signedManifestIn(
      readFileSync(join(folder, `${id}.manifest.json`)).toString('utf8'),
    );
    expect(signed?.manifest).toMatchObject({
      artefact: {
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        encoding: 'pg_dump custom',
      },
      operation: context.operation,
      content: {
        counts: { 'public.orders': 5000, 'public."Odd name"': 1 },
        uncounted: 0,
        query: { asked: 'SELECT max(id) FROM orders', answered: '[["5000"]]' },
      },
    });
    expect(signed && signer.sign(statementOf(signed.manifest))).toBe(signed?.signature);
    expect(stage.journal.all.map(({ stream, event }) => [stream, event.type])).toEqual([
      [`backup/${at}`, 'BackupTaken'],
    ]);
    // The next plan knows from it.
    expect(await life.draft('backup')).toMatchObject({
      blast: {
        size: expect.stringMatching(/as the last one$/),
        takes: 'about 1 min, 1 min at most',
      },
    });
  });

  it('that is stopped ends the dump and leaves nothing', async () => {
    const stage = backupStage(server);
    const life = stage.life();
    const [step] = stepsOf(await life.draft('backup'));
    if (!step) throw new Error('it has a step');
    const holder = await server.session('checkout');
    await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const driver = driverOf(life, step);
    await driver.apply(step, { ...context, token: id, attempt: 1 });
    await eventually('pg_dump waits for the lock', async () => (await dumping()) > 1);
    expect(await driver.observe(step, context)).toMatchObject({ state: 'progress' });
    const stopped = await driver.observe(step, { ...context, stopped: true });
    expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
    expect(filesBelow(stage.folder)).toEqual([]);
    await eventually('nothing of it is connected', async () => (await dumping()) === 0);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(stage.journal.all.map(({ event }) => event.type)).toEqual(['BackupFailed']);

    // At whatever moment of its beginning it comes.
    for (const turns of [0, 1, 5, 20, 60]) {
      const now = { ...context, operation: `op-stopped${turns}` };
      await driver.apply(step, { ...now, token: id, attempt: 1 });
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      await driver.observe(step, { ...now, stopped: true });
    }
    await eventually('nothing of those is connected', async () => (await dumping()) === 0);
  });

  it('that somebody died over is begun anew, and what was left is gone', async () => {
    const stage = backupStage(server);
    const [step] = stepsOf(await stage.life().draft('backup'));
    if (!step) throw new Error('it has a step');
    const first = stage.life();
    await run(first, step);
    const folder = join(stage.folder, at);
    const { unlinkSync } = await import('node:fs');
    unlinkSync(join(folder, `${id}.manifest.json`));
    writeFileSync(join(folder, `${id}.dump`), 'half of it');
    writeFileSync(join(folder, `.${id}.dump.part`), 'half of it');
    const second = stage.life();
    const driver = driverOf(second, step);
    expect(await driver.probe(step, { ...context, token: id, attempt: 1 })).toBe('no');
    expect(await followed(second, step)).toMatchObject({ state: 'done' });
    expect(readdirSync(folder).toSorted()).toEqual([`${id}.dump`, `${id}.manifest.json`]);
    expect(
      readFileSync(join(folder, `${id}.dump`))
        .subarray(0, 5)
        .toString(),
    ).toBe('PGDMP');
    expect(await driver.probe(step, { ...context, token: id, attempt: 1 })).toBe('yes');
    // A third life finds it done.
    expect(await followed(stage.life(), step)).toMatchObject({ state: 'done' });
  });

  it('that cannot be whole is none: a question that fails, a time that is up', async () => {
    const stage = backupStage(server);
    for (const [more, code] of [
      [{ query: 'SELECT nothing FROM nowhere' }, 'POSTGRES_BACKUP_REFUSED'],
      [{ timeoutMs: 1 }, 'BACKUP_TOOK_TOO_LONG'],
    ] as const) {
      const life = stage.life(more);
      const [step] = stepsOf(await life.draft('backup'));
      if (!step) throw new Error('it has a step');
      const ended = await run(life, step);
      expect(ended).toMatchObject({ state: 'failed', problem: { code } });
      expect(filesBelow(stage.folder)).toEqual([]);
    }
  });
});

async function dumping(): Promise<number> {
  const [row] = await server.ask(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'tocsin backup%' OR application_name = 'pg_dump'",
  );
  return Number(row?.['n']);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
