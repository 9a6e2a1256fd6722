import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import { eventually } from '../../support/eventually.ts';
import { databases, freshDatabase, idsIn } from './disaster.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import {
  type BackupStage,
  backupStage,
  context,
  driverOf,
  followed,
  type Life,
  run,
  startedAt,
  stepsOf,
} from './stage.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(() => freshDatabase(server));
afterAll(async () => {
  await server?.stop();
});

const id = '20261126T030000Z-1a2b3c';
const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };
const later = { ...context, ...restoring };

it('a backup takes the place of what is in use within the same database, whoever holds it, and tables that came since are gone', async () => {
  const stage = await taken();
  await server.ask('DELETE FROM orders WHERE id > 10', 'checkout');
  await server.ask(
    `CREATE TABLE refunds (of_order int REFERENCES orders); CREATE VIEW few AS SELECT * FROM orders;
     ALTER DATABASE checkout SET work_mem = '7MB'`,
    'checkout',
  );
  const before = await oid();
  const life = stage.life();
  const plan = await drafted(life);
  expect(plan).toMatchObject({
    ok: true,
    risk: 'danger',
    quiet: { from: 's1', to: 's2' },
    warnings: [
      { code: 'RESTORE_NOT_VERIFIED' },
      { code: 'RESTORE_OVERWRITES' },
      { code: 'RESTORE_NOT_QUIET' },
    ],
    blast: { keeps: 'nothing of what is in use now but the safety backup' },
  });
  // Somebody holds what is replaced, and somebody else is in the middle of it.
  const holder = await server.session('checkout');
  await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  const [safety, into] = both(stepsOf(plan));
  await holder.query('COMMIT; BEGIN; INSERT INTO orders VALUES (77)');
  const kept = await run(life, safety, restoring);
  expect(kept).toMatchObject({ state: 'done', outputs: { backup: '20261126T040000Z-999999' } });
  expect(await run(life, into, restoring)).toMatchObject({ state: 'done' });

  expect((await idsIn(server, 'checkout')).size).toBe(2000);
  expect(await tables()).toEqual(['orders']);
  expect(await oid()).toBe(before);
  const [setting] = await server.ask('SHOW work_mem', 'checkout');
  expect(setting).toEqual({ work_mem: '7MB' });
  expect(await databases(server)).toEqual(['checkout', 'postgres']);
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    type: 'BackupRestored',
    id,
    aside: 'the backup taken before it',
  });
});

it('until it is committed everybody sees what was there, and a copy that is not what was signed is taken back whole', async () => {
  const stage = await taken();
  await server.ask('DELETE FROM orders WHERE id > 10', 'checkout');
  const [, into] = both(stepsOf(await drafted(stage.life())));
  const file = `${stage.folder}/checkout/production/database/${id}.dump`;
  const whole = readFileSync(file);

  truncateSync(file, whole.length - 200);
  expect(await run(stage.life(), into, restoring)).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_PROGRAM_FAILED' },
  });
  expect((await idsIn(server, 'checkout')).size).toBe(10);

  writeFileSync(file, whole);
  await server.ask(
    `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not on my watch'; END $$;
     CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION refuse()`,
    'checkout',
  );
  expect(await run(stage.life(), into, restoring)).toMatchObject({
    state: 'failed',
    problem: { facts: { program: 'psql', why: expect.stringContaining('not on my watch') } },
  });
  expect((await idsIn(server, 'checkout')).size).toBe(10);
  await server.ask('DROP EVENT TRIGGER refuse', 'checkout');

  // Nobody reads its last bytes but the checksum: all is restored and counted by then.
  writeFileSync(file, Buffer.concat([whole, Buffer.from('more')]));
  const ended = await run(stage.life(), into, restoring);
  expect(ended).toMatchObject({ state: 'failed', problem: { code: 'RESTORE_DIFFERS' } });
  expect((await idsIn(server, 'checkout')).size).toBe(10);
});

it('a process that dies in the middle of it has changed nothing, and the next one begins it anew, once', async () => {
  const stage = await taken();
  await server.ask('DELETE FROM orders WHERE id > 10', 'checkout');
  const [, into] = both(stepsOf(await drafted(stage.life())));
  const first = stage.life();
  const driver = driverOf(first, into);
  const checked = await driver.check(into, later);
  if (!checked.ok) throw new Error(checked.problem.code);
  expect(checked.token).toMatch(/^\d+ public\.orders$/);
  const sent = { ...later, token: checked.token, attempt: 1 };

  // What a dead process has left at work: it holds what is to be replaced, under the name of the operation.
  const left = await server.session('checkout');
  await left.query(`SET application_name = 'tocsin op-9999999999'`);
  await left.query('BEGIN; DROP TABLE orders');
  const next = stage.life();
  expect(await driverOf(next, into).probe(into, sent)).toBe('no');
  expect((await idsIn(server, 'checkout')).size).toBe(10);

  const applied = await driverOf(next, into).apply(into, sent);
  expect(applied).toMatchObject({ outcome: 'applied', outputs: { replaced: checked.token } });
  const outputs = { replaced: checked.token };
  expect(await followed(next, into, { ...restoring, outputs })).toMatchObject({ state: 'done' });
  expect((await idsIn(server, 'checkout')).size).toBe(2000);

  // Somebody works with it by now: it is found to be there, by whatever process, and never restored once more.
  await server.ask('INSERT INTO orders VALUES (5000)', 'checkout');
  const third = stage.life();
  expect(await driverOf(third, into).probe(into, sent)).toBe('yes');
  expect(await followed(third, into, { ...restoring, outputs })).toMatchObject({ state: 'done' });
  expect(await followed(stage.life(), into, restoring)).toMatchObject({ state: 'done' });
  expect((await idsIn(server, 'checkout')).size).toBe(2001);
});

it('it is stopped without a trace, and goes into a database from which everything is gone', async () => {
  const stage = await taken();
  const [, into] = both(stepsOf(await drafted(stage.life())));
  await server.ask('DROP TABLE orders', 'checkout');
  const life = stage.life();
  expect(await run(life, into, { ...restoring, stopped: true })).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_STOPPED' },
  });
  expect(await tables()).toEqual([]);
  expect(await run(stage.life(), into, restoring)).toMatchObject({ state: 'done' });
  expect((await idsIn(server, 'checkout')).size).toBe(2000);
  const [row] = await server.ask(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'tocsin%'`,
  );
  await eventually('nobody of ours is connected', () => row?.['n'] === 0);
});

it('a database that was made anew since the plan is another one', async () => {
  const stage = await taken();
  const [, into] = both(stepsOf(await drafted(stage.life())));
  await server.ask('DROP DATABASE checkout WITH (FORCE)');
  await server.ask('CREATE DATABASE checkout');
  expect(await run(stage.life(), into, restoring)).toMatchObject({
    state: 'failed',
    problem: { code: 'PLAN_STALE', facts: { observed: 'another checkout' } },
  });
});

function drafted(life: Life) {
  return life.draft('restore', { from: id, name: 'checkout', in: 'place' }, restoring.operation);
}

function both([one, two]: readonly Step[]): readonly [Step, Step] {
  if (!one || !two) throw new Error('a restore in place has two steps');
  return [one, two];
}

async function taken(): Promise<BackupStage> {
  const stage = backupStage(server);
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  await run(life, step);
  return stage;
}

async function tables(): Promise<readonly string[]> {
  const rows = await server.ask(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')`,
    'checkout',
  );
  return rows.map(({ name }) => String(name));
}

async function oid(): Promise<string> {
  const [row] = await server.ask(`SELECT oid FROM pg_database WHERE datname = 'checkout'`);
  return String(row?.['oid']);
}
