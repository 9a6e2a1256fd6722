import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { programs } from '../../../src/bot/programs.ts';
import type { Step } from '../../../src/core/operation/plan.ts';
import { createSnapshots } from '../../../src/integrations/redis/backup/index.ts';
import { createRestorer } from '../../../src/integrations/redis/backup/restorer.ts';
import type { RedisConfig } from '../../../src/integrations/redis/schema.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import {
  grantAsThePageSays,
  logins,
  openRedisProcesses,
  type RedisProcesses,
  serverLines,
} from '../redis/redis-processes.ts';
import { startPlainWriter } from '../redis/writer.ts';
import { digestsOf, filledWith, fillWithEverything, keysOf, sizeOf } from './redis-keys.ts';
import {
  type BackupStage,
  context,
  driverOf,
  followed,
  type Life,
  run,
  stageOf,
  startedAt,
  stepsOf,
} from './stage.ts';

// One master and its replica for all of them; each begins with an empty one.
let processes: RedisProcesses;
let ports: readonly number[];
beforeAll(async () => {
  processes = openRedisProcesses();
  ports = await freePorts(2);
  const [first = 0, second = 0] = ports;
  const lines = (port: number) => [...serverLines(port), 'enable-debug-command yes'];
  processes.start(first, 'redis', lines(first));
  processes.start(second, 'redis', [...lines(second), `replicaof 127.0.0.1 ${first}`]);
  await follows();
  await grantAsThePageSays(processes.client, ports);
});
beforeEach(async () => {
  await processes.client(ports[0] ?? 0).flushall();
});
afterEach(async () => {
  await processes.client(ports[0] ?? 0).config('SET', 'maxmemory', '0');
});
afterAll(() => processes?.stop());

const id = '20261126T030000Z-1a2b3c';
const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };
const later = { ...context, ...restoring };

it('every kind of key comes back with its expiry, in one moment, and what was in use is kept', async () => {
  const client = master();
  await fillWithEverything(client);
  await client.multi().select(3).set('in three', 'x').select(0).exec();
  const before = await digestsOf(client, 0);
  const expiry = await client.pexpiretime('for a day');
  await client.set('short', 'of life', 'PX', 2_500);
  const stage = await taken();
  expect(await client.exists('short')).toBe(1);
  await client.del('list', 'big hash', 'for a day');
  await client.multi().select(5).set('came later', 'x').select(0).exec();
  await eventually('one key runs out', async () => (await client.exists('short')) === 0);

  const life = stage.life();
  expect(await drafted(life, { name: 'cache' })).toMatchObject({
    ok: false,
    problem: { code: 'RESTORE_NAME_NOT_TYPED', facts: { name: 'cache-main' } },
  });
  const plan = await drafted(life);
  const aside = 'before_999999 (db0 in db15, db3 in db14, db5 in db13)';
  expect(plan).toMatchObject({
    ok: true,
    risk: 'danger',
    targets: [{ id: 'backup/checkout/production/cache' }, { id: 'redis/cache-main' }],
    blast: {
      keeps: `what is in use now, as ${aside}`,
      interrupts: expect.stringContaining('whoever uses db0, db3, db5 sees the other keys at once'),
      needs: expect.stringContaining('no maxmemory'),
    },
  });
  const writer = startPlainWriter([client]);
  onTestFinished(() => writer.stop());
  await eventually('writes are acknowledged', () => writer.acknowledged().length > 20);
  await carried(life, stepsOf(plan));
  const atSwap = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > atSwap + 20);
  await writer.stop();

  const written = writer.acknowledged();
  const inOld = new Set(await keysOf(client, 15));
  const inNew = new Set(await keysOf(client, 0));
  expect(written.filter((key) => !inOld.has(key) && !inNew.has(key))).toEqual([]);
  expect(written.filter((key) => inNew.has(key)).length).toBeGreaterThan(10);
  expect(await digestsOf(client, 0, (key) => !key.startsWith('row:'))).toEqual(before);
  expect(Math.abs((await client.pexpiretime('for a day')) - expiry)).toBeLessThan(100);
  expect((await client.xpending('stream', 'group'))[0]).toBe(1);
  expect([await keysOf(client, 3), await keysOf(client, 5)]).toEqual([['in three'], []]);
  expect(inOld.has('list')).toBe(false);
  expect((await keysOf(client, 13)).toSorted()).toEqual(['came later', 'tocsin:before']);
  expect(stage.journal.all.map(({ event }) => event.type)).toEqual([
    'BackupTaken',
    'BackupTaken',
    'BackupRestored',
  ]);
  // The replica has all of it, the exchange included.
  await client.wait(1, 5_000);
  const replica = processes.client(ports[1] ?? 0);
  expect(await replica.call('DEBUG', 'DIGEST')).toBe(await client.call('DEBUG', 'DIGEST'));

  // What is kept is not taken for something in use by the next one, and is not written over.
  const next = await drafted(life, {}, 'op-8888888888');
  expect(JSON.stringify(next)).toContain('before_888888 (db0 in db12, db3 in db11)');
});

it('whoever died while keys were carried begins anew, and whoever died over the exchange finds it done or not', async () => {
  const client = master();
  await client.mset({ a: '1', b: '2' });
  const stage = await taken();
  await client.set('a', 'another');
  const [safety, into, swap] = three(stepsOf(await drafted(stage.life())));
  await run(stage.life(), safety, restoring);
  await client
    .multi()
    .select(15)
    .mset({ 'tocsin:restored': '999999 half', c: '3' })
    .select(0)
    .exec();
  expect(await run(stage.life(), into, restoring)).toMatchObject({ state: 'done' });
  expect((await keysOf(client, 15)).toSorted()).toEqual(['a', 'b', 'tocsin:restored']);

  const driver = driverOf(stage.life(), swap);
  const checked = await driver.check(swap, later);
  if (!checked.ok) throw new Error(checked.problem.code);
  const applying = { ...later, token: checked.token, attempt: 1 };
  expect(await driver.probe(swap, applying)).toBe('cannot-know');
  expect(await driver.apply(swap, applying)).toMatchObject({ outcome: 'applied' });
  const next = driverOf(stage.life(), swap);
  expect(await next.probe(swap, applying)).toBe('yes');
  // A second one finds no mark.
  expect(await next.apply(swap, { ...applying, attempt: 2 })).toMatchObject({ outcome: 'moved' });
  expect(await next.observe(swap, later)).toMatchObject({ state: 'done' });
  expect([await client.get('a'), (await keysOf(client, 0)).toSorted()]).toEqual(['1', ['a', 'b']]);

  // What is kept is never dropped by the way out of a plan.
  const [discard] = swap.onFailure === 'stop' ? [] : swap.onFailure.compensate;
  if (!discard) throw new Error('it has a way out');
  expect(await run(stage.life(), discard, restoring)).toMatchObject({ state: 'done' });
  expect((await keysOf(client, 15)).toSorted()).toEqual(['a', 'b', 'tocsin:before']);
});

it('one that is stopped while keys are carried leaves its spare database empty', async () => {
  const client = master();
  await filledWith(client, 40_000, 50);
  const stage = await taken();
  const [, into] = three(stepsOf(await drafted(stage.life())));
  const life = stage.life();
  const driver = driverOf(life, into);
  await driver.apply(into, { ...later, token: id, attempt: 1 });
  await eventually('keys are carried', async () => (await sizeOf(client, 15)) > 1_000, {
    withinMs: 60_000,
  });
  const stopped = await driver.observe(into, { ...later, stopped: true });
  expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
  expect([await sizeOf(client, 15), await sizeOf(client, 0)]).toEqual([0, 40_000]);
});

it('it is refused where the server would throw keys away for it, before and while keys are carried', async () => {
  const client = master();
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await filledWith(client, 20_000, 500);
  const stage = await taken();
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  await client.config('SET', 'maxmemory', String(used + 5_000_000));
  expect(await drafted(stage.life())).toMatchObject({
    ok: false,
    problem: {
      code: 'REDIS_RESTORE_NO_MEMORY',
      facts: { limit: expect.stringMatching(/MiB \(maxmemory, allkeys-lru\)$/) },
    },
  });
  await client.config('SET', 'maxmemory', '0');
  const [, into] = three(stepsOf(await drafted(stage.life())));
  await client.config('SET', 'maxmemory', String(used + 5_000_000));
  const ended = await run(stage.life(), into, restoring);
  expect(ended).toMatchObject({ state: 'failed', problem: { code: 'REDIS_RESTORE_NO_MEMORY' } });
  expect([await sizeOf(client, 0), await sizeOf(client, 15)]).toEqual([20_000, 0]);
  expect(await client.info('stats')).toContain('evicted_keys:0');
});

it('a server whose databases are all in use is told how to come by one', async () => {
  const client = master();
  for (let each = 0; each < 9; each += 1) await client.multi().select(each).set('x', 'x').exec();
  await client.select(0);
  const stage = await taken();
  expect(await drafted(stage.life())).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_RESTORE_NO_DATABASE', facts: { needed: 9 } },
  });
});

it.each<[string, number, string, string]>([
  ['the spare database', 15, 'REDIS_RESTORE_SPARE_TAKEN', ''],
  ['another database', 7, 'PLAN_STALE', 'another cache-main'],
])(
  'where %s came into use since the plan, nothing changes and what was written there stays',
  async (_, database, code, observed) => {
    const client = master();
    await client.set('a', '1');
    const stage = await taken();
    await client.set('a', '2');
    const steps = stepsOf(await drafted(stage.life()));
    await client.multi().select(database).set('theirs', 'x').select(0).exec();
    const problem = await firstProblem(stage.life(), steps.slice(1));
    expect(problem).toMatchObject({ code, ...(observed && { facts: { observed } }) });
    expect([await client.get('a'), await keysOf(client, database)]).toEqual(['2', ['theirs']]);
  },
);

it('a key too many in the spare database is found out, and all of it is taken away', async () => {
  const client = master();
  await filledWith(client, 40_000, 50);
  const stage = await taken();
  const [, into] = three(stepsOf(await drafted(stage.life())));
  const life = stage.life();
  await driverOf(life, into).apply(into, { ...later, token: id, attempt: 1 });
  await eventually('keys are carried', async () => (await sizeOf(client, 15)) > 1_000);
  await client.multi().select(15).set('theirs', 'x').select(0).exec();
  expect(await followed(life, into, restoring)).toMatchObject({
    state: 'failed',
    problem: {
      code: 'REDIS_RESTORE_BROKE',
      facts: { why: expect.stringContaining('db0 has 40000 keys') },
    },
  });
  expect([await sizeOf(client, 15), await sizeOf(client, 0)]).toEqual([0, 40_000]);
});

it('databases that the plan does not know of are not left behind in silence', async () => {
  const client = master();
  await client.multi().select(3).set('in three', 'x').select(0).set('a', '1').exec();
  const stage = await taken();
  const bytes = createReadStream(join(stage.folder, `checkout/production/cache/${id}.rdb`));
  const name = 'restored_999999 (db0 in db15)';
  const going = createRestorer(config(), programs).into(
    { bytes, server: 'Redis 7.0', encoding: 'RDB' },
    { locator: {}, name },
    new AbortController().signal,
  );
  await expect(going).rejects.toMatchObject({
    problem: { code: 'REDIS_RESTORE_MORE', facts: { found: 'db3' } },
  });
  expect(await sizeOf(client, 15)).toBe(0);
});

it('a master that was promoted since keys were carried makes the plan stale, and its way out empties the spare one there', async () => {
  const client = master();
  await client.set('a', '1');
  const stage = await taken();
  await client.set('a', '2');
  const [, into, swap] = three(stepsOf(await drafted(stage.life())));
  await run(stage.life(), into, restoring);
  await client.wait(1, 5_000);
  const [old = 0, promoted = 0] = ports;
  await client.call('FAILOVER', 'TO', '127.0.0.1', String(promoted), 'TIMEOUT', '5000');
  await eventually('the other one is master', async () =>
    String(await processes.client(promoted).call('ROLE')).startsWith('master'),
  );
  onTestFinished(async () => {
    await processes.client(promoted).call('REPLICAOF', '127.0.0.1', String(old));
    await processes.client(old).call('REPLICAOF', 'NO', 'ONE');
    await follows();
  });
  await eventually('the old one follows', async () =>
    String(await processes.client(old).call('ROLE')).includes('connected'),
  );
  const checked = await driverOf(stage.life(), swap).check(swap, later);
  expect(checked).toMatchObject({ ok: false, problem: { code: 'PLAN_STALE' } });
  const [discard] = swap.onFailure === 'stop' ? [] : swap.onFailure.compensate;
  if (!discard) throw new Error('it has a way out');
  expect(await run(stage.life(), discard, restoring)).toMatchObject({ state: 'done' });
  const now = processes.client(promoted);
  expect([await now.get('a'), await now.info('keyspace')]).toEqual([
    '2',
    expect.not.stringContaining('db15'),
  ]);
});

it('a cluster is refused in words', async () => {
  const restorer = createRestorer({ ...config(), kind: 'cluster' }, programs);
  await expect(restorer.nameOf({ locator: {} })).rejects.toMatchObject({
    problem: { code: 'REDIS_RESTORE_CLUSTER' },
  });
});

function config(): RedisConfig & { readonly kind: 'servers' | 'cluster' } {
  return {
    kind: 'servers',
    target: 'cache-main',
    nodes: ports.map((port) => ({ host: '127.0.0.1', port })),
    ...logins,
    sentinelLogin: {},
    timeoutMs: 3_000,
  };
}

/** A backup of what is there now. */
async function taken(): Promise<BackupStage> {
  await master().wait(1, 5_000);
  const source = { integration: 'redis', target: 'cache-main', locator: {} };
  const stage = stageOf('cache', source, {
    backup: createSnapshots(config(), programs),
    restorer: createRestorer(config(), programs),
  });
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const ended = await run(life, step);
  expect(ended, JSON.stringify(ended)).toMatchObject({ state: 'done' });
  return stage;
}

function drafted(life: Life, more: Readonly<Record<string, string>> = {}, by?: string) {
  const args = { from: id, name: 'cache-main', ...more };
  return life.draft('restore', args, by ?? restoring.operation);
}

async function carried(life: Life, steps: readonly Step[]): Promise<void> {
  const problem = await firstProblem(life, steps);
  expect(problem).toBeUndefined();
}

async function firstProblem(life: Life, steps: readonly Step[]) {
  for (const step of steps) {
    const ended = await run(life, step, restoring);
    if (ended.state === 'failed') return ended.problem;
  }
  return undefined;
}

function three([one, two, last]: readonly Step[]): readonly [Step, Step, Step] {
  if (!one || !two || !last) throw new Error('a restore has three steps');
  return [one, two, last];
}

const master = () => processes.client(ports[0] ?? 0);

function follows(): Promise<unknown> {
  const [first = 0] = ports;
  return eventually(
    'the replica follows',
    async () => /state=online/.test(await processes.client(first).info('replication')),
    { withinMs: 30_000 },
  );
}
