import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { programs } from '../../../src/bot/programs.ts';
import type { Draft, StepDriver } from '../../../src/core/ports/step.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/patroni/index.ts';
import { copiesOf } from '../../../src/integrations/postgres/index.ts';
import { consoleClient } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { approvedBy, declaredBy, planIn, threadOf } from '../../support/thread.ts';
import { run, stageOf, stepsOf } from '../backup/stage.ts';
import {
  agreed,
  operator,
  type PatroniMember,
  type PatroniSet,
  startPatroniSet,
} from './patroni-servers.ts';
import { missingFrom, startWriter, takesWrites } from './writer.ts';

// One cluster for all of them, in this order: to make one costs as much as to use it.
let set: PatroniSet;
beforeAll(async () => {
  set = await startPatroniSet();
}, 120_000);
afterAll(() => set?.stop());

it('a switchover that two people approve loses no acknowledged write, though Tocsin is killed meanwhile', async () => {
  const [leader, other] = await roles();
  const env = { PATRONI_PASSWORD: operator.password };
  const living = await startLivingBot(configuration(), env);
  const [ana, ben, cyn] = await Promise.all([
    living.person('ana'),
    living.person('ben'),
    living.person('cyn'),
  ]);
  const writer = await writing();

  const thread = await declaredBy(ana, 'the disk of the leader is slow');
  const asked = await thread.says(
    'failover checkout database env=production reason="the host is replaced"',
  );
  const { text: page, line } = await planIn(thread, asked);
  expect(page).toContain(`leader ${leader.name} → ${other.name}`);
  expect(page).toContain(`No acknowledged write is lost when ${leader.name} hands over.`);
  expect(page).toContain('seconds without writes');
  await approvedBy([ben, cyn], thread, line);

  // Patroni was asked, and its answer never reaches anybody.
  await eventually('the leader hands over', async () => !(await isPrimary(leader)));
  await living.bot.signal('SIGKILL');
  const next = await living.again();
  const console = consoleClient(() => next.urls.console, ana.cookie);
  await threadOf({ console }, thread.incident).until('DONE');
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 50);
  await writer.stop();

  expect((await roles()).map(({ name }) => name)).toEqual([other.name, leader.name]);
  expect(await missingFrom(other.postgresPort, writer.acknowledged())).toBe(0);
  expect(await takesWrites(leader.postgresPort)).toBe(false);
});

it('the database behind it is backed up from whoever leads, and restored there', async () => {
  const [leader] = await roles();
  const ask = (sql: string, database = 'postgres') => asked(leader, database, sql);
  await ask('CREATE DATABASE orders');
  await ask('CREATE TABLE t (x int); INSERT INTO t SELECT generate_series(1, 100)', 'orders');
  const patroni = connect({
    target: 'pg-main',
    endpoints: set.members.map(({ url }) => url),
    timeoutMs: 5_000,
    actionTimeoutMs: 30_000,
  });
  onTestFinished(() => patroni.close());
  const copies = copiesOf(
    {
      target: 'pg-main',
      servers: patroni.leaders,
      database: 'postgres',
      login: { user: 'postgres', password: 'postgres' },
      timeoutMs: 5_000,
    },
    programs,
  );
  const source = { integration: 'patroni', target: 'pg-main', locator: { database: 'orders' } };
  const stage = stageOf('database', source, copies);
  const life = stage.life();
  const drafted = await life.draft('backup');
  expect(drafted).toMatchObject({
    blast: { copies: expect.stringContaining(`orders at 127.0.0.1:${leader.postgresPort} `) },
  });
  const [step] = stepsOf(drafted);
  if (!step) throw new Error('it has a step');
  const taken = await run(life, step);
  expect(taken).toMatchObject({ state: 'done' });
  await ask('DELETE FROM t WHERE x > 10', 'orders');
  const operation = 'op-9999999999';
  const from = 'outputs' in taken ? String(taken.outputs?.['backup']) : '';
  const plan = await life.draft('restore', { from, name: 'orders' }, operation);
  // A failover of the cluster waits for it.
  expect(plan).toMatchObject({ targets: [{}, { id: 'patroni/pg-main' }] });
  for (const each of stepsOf(plan)) {
    const ended = await run(life, each, { operation });
    expect(ended, `${each.id} ${JSON.stringify(ended)}`).toMatchObject({ state: 'done' });
  }
  expect(await ask('SELECT count(*)::int AS n FROM t', 'orders')).toEqual([{ n: 100 }]);
});

it('a paused cluster hands over to the member that is named, and the plan says that it is paused', async () => {
  const [leader, other] = await roles();
  await set.ask(leader, '/config', { method: 'PATCH', body: { pause: true } });
  const { planner, steps } = opened();
  const drafted = await eventually('the pause is seen', async () => {
    const plan = await planner.draft({ ...request, args: { to: other.name } });
    return plan.ok && plan.warnings.some(({ code }) => code === 'PATRONI_PAUSED') && plan;
  });
  await brought(steps, drafted);
  await set.ask(leader, '/config', { method: 'PATCH', body: { pause: null } });
  expect((await roles()).map(({ name }) => name)).toEqual([other.name, leader.name]);
});

it('a leader that is killed is replaced within the bound that the plan shows, and follows when it is back', async () => {
  const [leader, other] = await roles();
  const writer = await writing();
  const { planner, steps } = opened();
  // What Patroni knew of is as old as its loop, a second here; what came later may be lost.
  const safe = [...writer.acknowledged()];
  await pause(1_500);
  set.kill(leader);
  const drafted = await planner.draft(request);
  expect(drafted).toMatchObject({
    ok: true,
    steps: [{ kind: 'patroni.failover', params: { candidates: other.name } }],
  });
  const codes = drafted.ok ? drafted.warnings.map(({ code }) => code) : [];
  expect(codes).toEqual(['PATRONI_LOSS_BOUND', 'PATRONI_BY_ITSELF', 'PATRONI_SILENT']);
  expect(drafted).toMatchObject({ splitBrain: { old: leader.name } });
  await brought(steps, drafted);
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 50);
  await writer.stop();
  expect(await missingFrom(other.postgresPort, safe)).toBe(0);

  set.revive(leader);
  expect((await roles()).map(({ name }) => name)).toEqual([other.name, leader.name]);
  expect(await takesWrites(leader.postgresPort)).toBe(false);
});

const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'patroni', target: 'pg-main', locator: {}, bounds: {}, show: [] },
  args: {},
};

function opened() {
  const integration = connect({
    target: 'pg-main',
    endpoints: set.members.map(({ url }) => url),
    basic: { username: operator.username, password: new Secret(operator.password) },
    timeoutMs: 3_000,
    actionTimeoutMs: 60_000,
  });
  onTestFinished(() => integration.close());
  return { planner: integration.planner, steps: integration.openWriter().steps };
}

/** Its one step, to the end. */
async function brought(steps: Readonly<Record<string, StepDriver>>, drafted: Draft): Promise<void> {
  const step = drafted.ok ? drafted.steps[0] : undefined;
  const driver = step && steps[step.kind];
  if (!step || !driver) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
  const checked = await driver.check(step, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const applied = await driver.apply(step, { ...context, token: checked.token, attempt: 1 });
  expect(applied).toMatchObject({ outcome: 'applied' });
  let seen = '';
  await eventually(
    'it is verified',
    async () => {
      const observed = await driver.observe(step, context);
      seen = JSON.stringify(observed);
      expect(observed.state).not.toBe('failed');
      return observed.state === 'done';
    },
    { withinMs: 60_000, say: () => seen },
  );
}

async function asked(member: PatroniMember, database: string, sql: string) {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: member.postgresPort,
    user: 'postgres',
    database,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Who leads, then the other. */
async function roles(): Promise<readonly [PatroniMember, PatroniMember]> {
  await agreed(set);
  const [first, second] = set.members;
  if (!first || !second) throw new Error('there are two members');
  return (await isPrimary(first)) ? [first, second] : [second, first];
}

async function isPrimary(member: PatroniMember): Promise<boolean> {
  return (await set.ask(member, '/primary')).status === 200;
}

async function writing() {
  const writer = await startWriter(set.members.map(({ postgresPort }) => postgresPort));
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 100);
  return writer;
}

function configuration(): string {
  const endpoints = set.members.map(({ url }) => `"${url}"`).join(', ');
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { patroni: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets: { pg-main: { patroni: { endpoints: [${endpoints}], basic: { username: ${operator.username}, password: "\${env:PATRONI_PASSWORD}" } } } }
`;
}
