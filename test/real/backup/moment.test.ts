import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { giveToServer, type PostgresServer, startPostgres } from './postgres-server.ts';
import { type BackupStage, backupStage, run, startedAt, stepsOf } from './stage.ts';

let server: PostgresServer;
let wal: string;
beforeAll(async () => {
  wal = mkdtempSync(join(tmpdir(), 'tocsin-wal-'));
  chmodSync(wal, 0o755);
  giveToServer(wal);
  server = await startPostgres({
    archive_mode: 'on',
    archive_command: `test ! -f ${wal}/%f && cp %p ${wal}/%f`,
  });
  await server.ask('CREATE DATABASE checkout OWNER app');
  await server.ask('CREATE TABLE orders (id int PRIMARY KEY)', 'checkout');
});
afterAll(async () => {
  await server?.stop();
  if (wal) rmSync(wal, { recursive: true, force: true });
});

const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };

it('a database is brought back to a moment: what was written before it is there, and nothing that was written after', async () => {
  await write(1, 100);
  const early = await clock();
  const stage = backupStage(server, { as: 'base', wal });
  await taken(stage);
  await write(101, 200);
  const moment = await clock();
  await write(201, 300);
  await server.ask('DELETE FROM orders WHERE id <= 50', 'checkout');
  await archived();
  const end = await clock();

  // What cannot be reached is refused, with what can be, before anything is changed.
  expect(await drafted(stage, 'yesterday')).toMatchObject({
    ok: false,
    problem: { code: 'RESTORE_MOMENT_UNREADABLE' },
  });
  expect(await drafted(stage, early)).toMatchObject({
    ok: false,
    problem: {
      code: 'RESTORE_MOMENT_OUT_OF_REACH',
      facts: { why: expect.stringMatching(/^the oldest backup .* ended at 2/) },
    },
  });
  expect(await drafted(stage, end)).toMatchObject({
    ok: false,
    problem: {
      code: 'RESTORE_MOMENT_OUT_OF_REACH',
      facts: {
        why: expect.stringMatching(/^from the newest backup .* to 2.*, where the archive ends$/),
      },
    },
  });
  expect(await drafted(stage, moment, { name: 'chekout' })).toMatchObject({
    problem: {
      code: 'RESTORE_NAME_NOT_TYPED',
      facts: { line: expect.stringContaining(` at=${moment} `) },
    },
  });
  expect(await drafted(stage, moment, { in: 'place' })).toMatchObject({
    problem: { code: 'RESTORE_NOT_IN_PLACE' },
  });

  const plan = await drafted(stage, moment);
  expect(plan).toMatchObject({
    ok: true,
    risk: 'danger',
    warnings: [
      { code: 'RESTORE_NOT_VERIFIED' },
      { code: 'RESTORE_LOSES', facts: { since: moment } },
    ],
    blast: {
      goesOn: `by the archived log, to ${moment}`,
      reaches: expect.stringMatching(/^from the end of .* to 2/),
    },
  });
  for (const step of stepsOf(plan)) {
    const ended = await run(stage.life(), step, restoring);
    expect(ended, `${step.id} ${JSON.stringify(ended)}`).toMatchObject({ state: 'done' });
  }
  expect(await held('checkout')).toEqual({ rows: 200, first: 1, last: 200 });
  expect(await held('checkout_before_999999')).toEqual({ rows: 250, first: 51, last: 300 });
});

it('an archive that lacks what follows on the backup, or lies behind another server, is told before anything is changed', async () => {
  const stage = backupStage(server, { as: 'base', wal });
  await taken(stage);
  await write(1_001, 1_100);
  const moment = await clock();
  await write(1_101, 1_200);
  await archived();
  const names = readdirSync(wal)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .toSorted();
  for (const name of names.slice(-2)) renameSync(join(wal, name), join(wal, `${name}.away`));
  const drafts = await drafted(stage, moment);
  for (const name of names.slice(-2)) renameSync(join(wal, `${name}.away`), join(wal, name));
  expect(drafts).toMatchObject({ ok: false });
  expect(JSON.stringify(drafts)).toMatch(/POSTGRES_WAL_BROKEN|RESTORE_MOMENT_OUT_OF_REACH/);
  expect(await drafted(backupStage(server, { as: 'base' }), moment)).toMatchObject({
    problem: { code: 'RESTORE_MOMENT_NO_BASE' },
  });
});

function drafted(stage: BackupStage, at: string, more: Readonly<Record<string, string>> = {}) {
  const args = { at, name: 'checkout', ...more };
  return stage.life().draft('restore', args, restoring.operation);
}

async function taken(stage: BackupStage): Promise<void> {
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const ended = await run(life, step);
  expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'done' });
}

async function write(from: number, to: number): Promise<void> {
  await server.ask(`INSERT INTO orders SELECT generate_series(${from}, ${to})`, 'checkout');
}

/** A moment by the clock of the server, in whole milliseconds, behind all that was committed and before all that will be. */
async function clock(): Promise<string> {
  const [row] = await server.ask(
    'SELECT pg_sleep(0.005), ceil(extract(epoch FROM clock_timestamp()) * 1000)::text AS at',
  );
  await server.ask('SELECT pg_sleep(0.005)');
  return new Date(Number(row?.['at'])).toISOString();
}

async function archived(): Promise<void> {
  const [row] = await server.ask('SELECT pg_walfile_name(pg_switch_wal()) AS name');
  await eventually('the log is archived', () => readdirSync(wal).includes(String(row?.['name'])));
}

async function held(database: string) {
  const [row] = await server.ask(
    'SELECT count(*)::int AS rows, min(id) AS first, max(id) AS last FROM orders',
    database,
  );
  return row;
}
