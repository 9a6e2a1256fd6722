import { appendFileSync, truncateSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import { eventually } from '../../support/eventually.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import {
  type BackupStage,
  backupStage,
  context,
  driverOf,
  type Life,
  run,
  startedAt,
  stepsOf,
} from './stage.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  for (const name of await names()) {
    if (name !== 'postgres') await server.ask(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  await server.ask('CREATE DATABASE checkout OWNER app');
  await server.ask(
    `CREATE TABLE orders (id int PRIMARY KEY);
     INSERT INTO orders SELECT generate_series(1, 5000); ALTER TABLE orders OWNER TO app`,
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
});

const id = '20261126T030000Z-1a2b3c';
const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };
const later = { ...context, ...restoring };

it('a backup takes the place of what is in use, under its connections, and what was in use is kept', async () => {
  const stage = await taken();
  await server.ask('DELETE FROM orders WHERE id > 10', 'checkout');
  const life = stage.life();
  expect(await drafted(life, { name: 'chekout' })).toMatchObject({
    ok: false,
    problem: {
      code: 'RESTORE_NAME_NOT_TYPED',
      facts: { line: expect.stringMatching(/^restore checkout database from=.* name=checkout$/) },
    },
  });
  const plan = await drafted(life);
  expect(plan).toMatchObject({
    ok: true,
    risk: 'danger',
    targets: [{ id: 'backup/checkout/production/database' }, { id: 'postgres/pg-main' }],
    warnings: [{ code: 'RESTORE_NOT_VERIFIED' }, { code: 'RESTORE_LOSES' }],
  });
  // An application that is connected, and comes back at once whenever it is let go.
  const writer = stubborn();
  for (const step of stepsOf(plan)) {
    const ended = await run(life, step, restoring);
    expect(ended, `${step.id} ${JSON.stringify(ended)}`).toMatchObject({ state: 'done' });
  }
  await writer.stop();
  expect(writer.seen().has(10) && writer.seen().has(5000)).toBe(true);
  expect(await rowsOf('checkout')).toBe(5000);
  expect(await rowsOf('checkout_before_999999')).toBe(10);
  expect(await ownerOf('checkout')).toBe('app');
  expect(stage.journal.all.map(({ event }) => event.type)).toEqual([
    'BackupTaken',
    'BackupTaken',
    'BackupRestored',
  ]);
});

it('whoever died while it was restored begins that anew; whoever died over the names finds them changed or not', async () => {
  const stage = await taken();
  const [safety, into, swap] = three(stepsOf(await drafted(stage.life())));
  await run(stage.life(), safety, restoring);
  await server.ask('CREATE DATABASE tocsin_restored_999999');
  await server.ask('CREATE TABLE half (x int)', 'tocsin_restored_999999');
  expect(await run(stage.life(), into, restoring)).toMatchObject({ state: 'done' });
  expect(await rowsOf('tocsin_restored_999999')).toBe(5000);

  const driver = driverOf(stage.life(), swap);
  expect(await driver.probe(swap, { ...later, token: '1', attempt: 1 })).toBe('cannot-know');
  const checked = await driver.check(swap, later);
  if (!checked.ok) throw new Error(checked.problem.code);
  await driver.apply(swap, { ...later, token: checked.token, attempt: 1 });
  const next = driverOf(stage.life(), swap);
  expect(await next.probe(swap, { ...later, token: checked.token, attempt: 1 })).toBe('yes');
  // A second one is refused: the names are those of another database.
  const again = await next.apply(swap, { ...later, token: checked.token, attempt: 2 });
  expect(again.outcome).toBe('moved');
  expect(await next.observe(swap, later)).toMatchObject({ state: 'done' });
});

it('what was changed since it was taken is not restored, and nothing in use is touched', async () => {
  const stage = await taken();
  const [, into, swap] = three(stepsOf(await drafted(stage.life())));
  const file = `${stage.folder}/checkout/production/database/${id}.dump`;
  appendFileSync(file, 'more');
  const longer = await run(stage.life(), into, restoring);
  expect(longer).toMatchObject({ state: 'failed', problem: { code: 'RESTORE_DIFFERS' } });
  expect(await names()).toEqual(['checkout', 'postgres']);
  truncateSync(file, 1000);
  const ended = await run(stage.life(), into, restoring);
  expect(ended).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_PROGRAM_FAILED' } });
  expect(await names()).toEqual(['checkout', 'postgres']);

  // The way out of a plan that fails over the names.
  await server.ask('CREATE DATABASE tocsin_restored_999999');
  const [discard] = swap.onFailure === 'stop' ? [] : swap.onFailure.compensate;
  if (!discard) throw new Error('it has a way out');
  expect(await run(stage.life(), discard, restoring)).toMatchObject({ state: 'done' });
  expect(await names()).toEqual(['checkout', 'postgres']);
  expect(await rowsOf('checkout')).toBe(5000);
});

function drafted(life: Life, more: Readonly<Record<string, string>> = {}) {
  return life.draft('restore', { from: id, name: 'checkout', ...more }, restoring.operation);
}

function three([one, two, last]: readonly Step[]): readonly [Step, Step, Step] {
  if (!one || !two || !last) throw new Error('a restore has three steps');
  return [one, two, last];
}

async function taken(): Promise<BackupStage> {
  const stage = backupStage(server);
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  await run(life, step);
  return stage;
}

async function rowsOf(database: string): Promise<number> {
  const [row] = await server.ask('SELECT count(*)::int AS n FROM orders', database);
  return Number(row?.['n']);
}

async function ownerOf(database: string): Promise<string> {
  const [row] = await server.ask(
    `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = '${database}'`,
  );
  return String(row?.['owner']);
}

async function names(): Promise<readonly string[]> {
  const rows = await server.ask(
    'SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1',
  );
  return rows.map(({ name }) => String(name));
}

/** Asks again and again how many rows there are, over a connection that it opens anew as soon as it is gone. */
function stubborn() {
  const seen = new Set<number>();
  const state = { stopped: false };
  const running = (async () => {
    while (!state.stopped) {
      await eventually('it is connected again', async () => {
        try {
          const client = await server.session('checkout');
          while (!state.stopped) {
            const { rows } = await client.query('SELECT count(*)::int AS n FROM orders');
            seen.add(rows[0].n);
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
          await client.end();
          return true;
        } catch {
          return state.stopped;
        }
      });
    }
  })();
  return {
    seen: () => seen,
    async stop() {
      await eventually('it has seen what was restored', () => seen.has(5000) || undefined);
      state.stopped = true;
      await running;
    },
  };
}
