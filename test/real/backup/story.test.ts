import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { type LivingBot, startLivingBot } from '../../support/living-bot.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  await server.ask('CREATE DATABASE checkout');
  await server.ask(
    'CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 5000) n',
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
});

type Someone = Awaited<ReturnType<LivingBot['person']>>;

it('a backup is asked for, taken, listed, verified and restored; one that waits is stopped', async () => {
  const living = await startLivingBot(configuration(server));
  const ana = await living.person('ana');
  const incident = await declared(ana);
  const place = join(living.folder, 'backups/checkout/production/database');

  await ana.console.says(
    incident,
    'backup checkout database env=production reason="before the move"',
  );
  const page = await shown(ana, incident, />DONE</);
  expect(page).toContain('backup (pg_dump custom, not encrypted)');
  expect(page).toMatch(/copies checkout at 127\.0\.0\.1:\d+ \(PostgreSQL/);
  const [artefact = '', manifest = ''] = readdirSync(place).toSorted();
  expect([artefact, manifest]).toEqual([
    expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{6}\.dump$/),
    artefact.replace('.dump', '.manifest.json'),
  ]);
  const id = artefact.replace('.dump', '');

  const before = textOf(await ana.console.says(incident, 'backups checkout env=production'));
  expect(before).toContain(id);
  expect(before).toContain('not verified');
  await ana.console.says(incident, 'verify-backup checkout database env=production');
  await shown(ana, incident, /DONE[\s\S]*DONE/);
  const after = textOf(await ana.console.says(incident, 'backups checkout env=production'));
  expect(after).not.toContain('not verified');

  await server.ask('DELETE FROM orders', 'checkout');
  const [ben, cyn] = await Promise.all(['ben', 'cyn'].map((each) => living.person(each)));
  await ana.console.says(
    incident,
    `restore checkout database from=${id} name=checkout env=production reason="all orders are gone"`,
  );
  const plan = await shown(ana, incident, /approve op-\S+ [0-9a-f]{10}/);
  expect(plan).toContain('what is in use now, as checkout_before_');
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(plan) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);
  const done = await shown(ana, incident, /DONE[\s\S]*DONE[\s\S]*DONE/);
  expect(done, 'no alert ever fired here').not.toContain('The alert has stopped');
  const [restored] = await server.ask('SELECT count(*)::int AS n FROM orders', 'checkout');
  expect(restored).toEqual({ n: 5000 });

  const holder = await server.session('checkout');
  await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  const asked = await ana.console.says(incident, 'backup checkout database env=production');
  const [operation = ''] = /op-[0-9a-f]{10}/.exec(asked) ?? [];
  await eventually('the dump waits', async () => (await connected("wait_event_type = 'Lock'")) > 0);
  await ana.console.says(incident, `stop ${operation}`);
  await shown(ana, incident, /The backup was stopped before it was whole/);
  await eventually('its dump is gone', async () => (await connected()) === 0);
  await holder.query('ROLLBACK');
  // The first, and the safety backup of the restore.
  expect(readdirSync(place)).toHaveLength(4);
  expect(existsSync(join(place, manifest))).toBe(true);

  const doctor = await living.host('doctor');
  expect(doctor.stdout).toMatch(/backup\/checkout\/production\/database.*checkout at 127/);

  const verified = await living.host('journal', 'verify');
  expect(verified.code, verified.stderr).toBe(0);
});

async function connected(how = 'true'): Promise<number> {
  const [row] = await server.ask(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tocsin backup' AND ${how}`,
  );
  return Number(row?.['n']);
}

async function declared(ana: Someone): Promise<string> {
  const answer = await ana.console.says('', 'declare "a move is planned"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(answer) ?? [];
  expect(incident, answer).not.toBe('');
  return incident;
}

async function shown(ana: Someone, incident: string, wanted: RegExp): Promise<string> {
  let last = '';
  const raw = await eventually(
    `the thread shows ${wanted}`,
    async () => {
      last = await ana.console.page(`/incidents/${incident}`);
      return wanted.test(last) && last;
    },
    { withinMs: 60_000, say: () => textOf(last) },
  );
  return textOf(raw);
}

function configuration({ port, programs }: PostgresServer): string {
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { postgres: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: [backup, verify-backup] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets:
  pg-main:
    postgres:
      nodes: { one: { address: "127.0.0.1:${port}" } }
      username: admin
      application: { username: app }
      programs: ${programs}
backups:
  - { service: checkout, what: database, database: checkout, to: ./backups, query: "SELECT max(id) FROM orders" }
`;
}
