import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { programs } from '../../../src/bot/programs.ts';
import { createSnapshots } from '../../../src/integrations/redis/backup/index.ts';
import type { RedisConfig } from '../../../src/integrations/redis/schema.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { type RedisClusterSet, startRedisCluster } from '../redis/redis-cluster.ts';
import { grantAsThePageSays, logins, openRedisProcesses } from '../redis/redis-processes.ts';
import {
  type BackupStage,
  context,
  driverOf,
  followed,
  run,
  stageOf,
  startedAt,
  stepsOf,
} from './stage.ts';

// One cluster for all of them, in this order: each leaves it as the next one finds it.
let set: RedisClusterSet;
let nodes: readonly number[];
beforeAll(async () => {
  set = await startRedisCluster();
  nodes = [...set.masters, ...set.replicas];
  await grantAsThePageSays(set.client, nodes);
  for (const [at, port] of set.masters.entries()) {
    const client = set.client(port);
    const own: Promise<unknown>[] = [];
    // As many as come to lie there: a key of another master is refused.
    for (let key = 0; key < 300; key += 1)
      own.push(client.set(`key:${key}`, `${at}`).catch(() => ''));
    await Promise.all(own);
    await client.wait(1, 5_000);
  }
}, 120_000);
afterAll(() => set?.stop());

const id = '20261126T030000Z-1a2b3c';
const verifying = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };
const slots = ['1: slots 0-5460', '2: slots 5461-10921', '3: slots 10922-16383'];

it('each master of a cluster is copied from its replica into one tar, and every slot is in it', async () => {
  const stage = stageWith();
  const life = stage.life();
  const drafted = await life.draft('backup');
  const by = set.replicas.map((port) => `127.0.0.1:${port}`).join(', ');
  expect(drafted).toMatchObject({
    ok: true,
    blast: {
      copies: expect.stringContaining(`3 masters, each at a moment of its own, by ${by} (Redis `),
    },
  });
  const [step] = stepsOf(drafted);
  if (!step) throw new Error('it has a step');
  expect(await run(life, step)).toMatchObject({ state: 'done', outputs: { backup: id } });
  const file = copyIn(stage);
  const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
  expect(names).toEqual(['slots.txt', '1.rdb', '2.rdb', '3.rdb']);
  execFileSync('tar', ['-xf', file, '-C', stage.folder]);
  expect(readFileSync(join(stage.folder, 'slots.txt'), 'utf8')).toBe(
    '1.rdb 0-5460\n2.rdb 5461-10921\n3.rdb 10922-16383\n',
  );
  for (const name of names.slice(1)) {
    execFileSync('redis-check-rdb', [join(stage.folder, name)], { stdio: 'ignore' });
  }
  const sizes = await Promise.all(set.masters.map((port) => set.client(port).dbsize()));
  expect(sizes.reduce((sum, each) => sum + each)).toBe(300);
  const signed = signedManifestIn(readFileSync(file.replace('.tar', '.manifest.json'), 'utf8'));
  const counts = Object.fromEntries(slots.map((name, at) => [name, sizes[at]]));
  expect(signed?.manifest).toMatchObject({
    artefact: { encoding: 'RDBs in a tar' },
    content: { counts, atMost: counts, uncounted: 0 },
  });

  const [verification] = stepsOf(await life.draft('verify-backup'));
  if (!verification) throw new Error('it has a step');
  expect(await run(life, verification, verifying)).toMatchObject({ state: 'done' });
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    type: 'BackupVerified',
    ok: true,
    checks: expect.arrayContaining([
      {
        name: 'rows',
        ok: true,
        says: '300 keys in 3 parts, within what was counted while it was copied',
      },
    ]),
  });
  expect(leftOver()).toEqual([]);

  truncateSync(file, 2_000);
  const ended = await run(life, verification, { ...verifying, operation: 'op-3333333333' });
  expect(ended).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_INVALID' } });
  expect(JSON.stringify(stage.journal.all.at(-1)?.event)).toContain('tar: it is cut');
  expect(leftOver()).toEqual([]);
});

it('slots that are on their way are waited for, and those that move while masters are copied fail it', async () => {
  const [first = 0, second = 0] = set.masters;
  const [from, to] = await Promise.all(
    [first, second].map(async (port) => String(await set.client(port).call('CLUSTER', 'MYID'))),
  );
  await set.client(first).call('CLUSTER', 'SETSLOT', '0', 'MIGRATING', to ?? '');
  expect(await stageWith().life().draft('backup')).toMatchObject({
    ok: false,
    problem: {
      code: 'REDIS_BACKUP_SLOTS_MOVE',
      facts: { why: `1 of 127.0.0.1:${first} are on their way` },
    },
  });
  await set.client(first).call('CLUSTER', 'SETSLOT', '0', 'STABLE');

  const stage = stageWith();
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const replica = set.client(set.replicas[1] ?? 0);
  // Whoever asks for a copy waits for so long.
  await replica.config('SET', 'repl-diskless-sync-delay', '60');
  await driverOf(life, step).apply(step, { ...context, token: id, attempt: 1 });
  await eventually('the second copy is waited for', async () =>
    /flags=S/.test(String(await replica.client('LIST'))),
  );
  await moved(0, to ?? '');
  await replica.config('SET', 'repl-diskless-sync-delay', '0');
  expect(await followed(life, step)).toMatchObject({
    state: 'failed',
    problem: {
      code: 'REDIS_BACKUP_SLOTS_MOVE',
      facts: { why: expect.stringContaining('changed') },
    },
  });
  expect([readdirSync(at(stage)), leftOver()]).toEqual([[], []]);
  await moved(0, from ?? '');
});

it('one that is stopped ends its program, and its temporary files with it', async () => {
  const stage = stageWith();
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const replica = set.client(set.replicas[2] ?? 0);
  await replica.config('SET', 'repl-diskless-sync-delay', '60');
  const driver = driverOf(life, step);
  await driver.apply(step, { ...context, token: id, attempt: 1 });
  const copying = async () => /flags=S/.test(String(await replica.client('LIST')));
  await eventually('the third copy is waited for', copying);
  const stopped = await driver.observe(step, { ...context, stopped: true });
  expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
  await eventually('nobody waits for one', async () => !(await copying()));
  await replica.config('SET', 'repl-diskless-sync-delay', '0');
  expect([readdirSync(at(stage)), leftOver()]).toEqual([[], []]);
});

it('a copy is brought into another cluster by the tools of Redis, as the page says', async () => {
  const stage = stageWith();
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  await run(life, step);
  execFileSync('tar', ['-xf', copyIn(stage), '-C', stage.folder]);
  const keys = async () => {
    const sizes = await Promise.all(set.masters.map((port) => set.client(port).dbsize()));
    return sizes.reduce((sum, each) => sum + each);
  };
  await Promise.all(set.masters.map((port) => set.client(port).flushall()));
  expect(await keys()).toBe(0);
  const by = openRedisProcesses();
  onTestFinished(() => by.stop());
  const into = `127.0.0.1:${set.masters[0]}`;
  for (const [index, port] of (await freePorts(3)).entries()) {
    by.start(port, 'redis', [`dir ${stage.folder}`, `dbfilename ${index + 1}.rdb`, 'save ""']);
    await by.client(port).ping();
    const args = ['--cluster', 'import', into, '--cluster-from', `127.0.0.1:${port}`];
    execFileSync('redis-cli', [...args, '--cluster-copy'], { stdio: 'ignore' });
  }
  expect(await keys()).toBe(300);
});

it('a cluster that lacks slots is not copied, for its copy would lack them', async () => {
  await Promise.all(nodes.map((port) => set.client(port).call('CLUSTER', 'DELSLOTS', '1', '2')));
  await eventually('all of them know', async () => {
    const drafted = await stageWith().life().draft('backup');
    return !drafted.ok && drafted.problem.code === 'REDIS_BACKUP_SLOTS_MISSING';
  });
});

/** Told to every node, as `redis-cli --cluster reshard` does once a slot is empty. */
async function moved(slot: number, to: string): Promise<void> {
  for (const port of set.masters) {
    await set.client(port).call('CLUSTER', 'SETSLOT', String(slot), 'NODE', to);
  }
  await eventually('every node knows', async () => {
    const told = await Promise.all(
      nodes.map(async (port) => String(await set.client(port).call('CLUSTER', 'NODES'))),
    );
    return told.every((text) => {
      const own = text.split('\n').find((line) => line.startsWith(to)) ?? '';
      return / 0(?:[ -]|$)/.test(own.slice(own.indexOf('connected')));
    });
  });
}

function stageWith(): BackupStage {
  const config: RedisConfig = {
    kind: 'cluster',
    target: 'cache-main',
    nodes: nodes.map((port) => ({ host: '127.0.0.1', port })),
    ...logins,
    sentinelLogin: {},
    timeoutMs: 3_000,
  };
  const source = { integration: 'redis', target: 'cache-main', locator: {} };
  return stageOf('cache', source, { backup: createSnapshots(config, programs) });
}

const at = ({ folder }: BackupStage) => join(folder, 'checkout/production/cache');
const copyIn = (stage: BackupStage) => join(at(stage), `${id}.tar`);
const leftOver = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-rdb-${process.pid}-`));
