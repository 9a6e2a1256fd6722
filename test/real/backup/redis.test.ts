import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { programs } from '../../../src/bot/programs.ts';
import { createSnapshots } from '../../../src/integrations/redis/backup/index.ts';
import type { RedisConfig } from '../../../src/integrations/redis/schema.ts';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import {
  grantAsThePageSays,
  logins,
  openRedisProcesses,
  type RedisProcesses,
  serverLines,
} from '../redis/redis-processes.ts';
import { type BackupStage, context, driverOf, run, stageOf, startedAt, stepsOf } from './stage.ts';

let processes: RedisProcesses;
let ports: readonly number[];
beforeAll(async () => {
  processes = openRedisProcesses();
  ports = await freePorts(2);
  const [master = 0, replica = 0] = ports;
  processes.start(master, 'redis', serverLines(master));
  processes.start(replica, 'redis', [...serverLines(replica), `replicaof 127.0.0.1 ${master}`]);
  await eventually(
    'the replica follows',
    async () => /state=online/.test(await processes.client(master).info('replication')),
    { withinMs: 30_000 },
  );
  await grantAsThePageSays(processes.client, ports);
  const client = processes.client(master);
  await client.mset(
    Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key:${n}`, `${n}`])),
  );
  await client.multi().select(3).rpush('list', 'a', 'b').select(0).exec();
  await client.wait(1, 5_000);
});
afterAll(() => processes?.stop());

const id = '20261126T030000Z-1a2b3c';
const verifying = { operation: 'op-2222222222', startedAt: startedAt + 3_600_000 };

it('a backup of a Redis is taken from the replica, and its copy holds what was counted', async () => {
  const stage = stageWith();
  const life = stage.life();
  const drafted = await life.draft('backup');
  expect(drafted).toMatchObject({
    ok: true,
    blast: {
      copies: expect.stringMatching(
        new RegExp(`^replica 127.0.0.1:${ports[1]} \\(Redis \\d.*, by redis-cli \\d`),
      ),
    },
  });
  const [step] = stepsOf(drafted);
  if (!step) throw new Error('it has a step');
  // Its time is over before anybody verifies the copy that holds it.
  const client = processes.client(ports[0] ?? 0);
  await client.set('short', 'of life', 'PX', 2_000);
  await client.wait(1, 5_000);
  expect(await run(life, step)).toMatchObject({ state: 'done', outputs: { backup: id } });
  expect(readdirSync(at(stage)).toSorted()).toEqual([`${id}.manifest.json`, `${id}.rdb`]);
  // What the wire puts behind it is no part of it.
  expect(readFileSync(copyIn(stage)).at(-9)).toBe(0xff);
  const signed = signedManifestIn(readFileSync(join(at(stage), `${id}.manifest.json`), 'utf8'));
  expect(signed?.manifest).toMatchObject({
    artefact: { encoding: 'RDB' },
    content: { counts: { db0: 501, db3: 1 }, atMost: { db0: 501, db3: 1 }, uncounted: 0 },
  });
  await eventually('a key runs out', async () => (await client.exists('short')) === 0);
  const [verification] = stepsOf(await life.draft('verify-backup'));
  if (!verification) throw new Error('it has a step');
  expect(await run(life, verification, verifying)).toMatchObject({ state: 'done' });
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    type: 'BackupVerified',
    ok: true,
    checks: [
      { name: 'signature', ok: true },
      { name: 'record', ok: true },
      { name: 'checksum', ok: true },
      { name: 'readable', ok: true },
      { name: 'restored', ok: true },
      {
        name: 'rows',
        ok: true,
        says: '502 keys in 2 databases, within what was counted while it was copied',
      },
    ],
  });
  expect(leftOver()).toEqual([]);
  expect(await life.draft('restore', { from: id, name: 'cache' })).toMatchObject({
    ok: false,
    problem: { code: 'RESTORE_CANNOT_BE_DONE' },
  });
});

it.each<[string, string, (file: string) => void]>([
  ['that was cut', 'it does not end', (file) => truncateSync(file, 600)],
  ['with one bit turned', 'redis-check-rdb', flip],
  ['that is empty', 'it does not begin', (file) => writeFileSync(file, '')],
])(
  'a copy of a Redis %s is found out, by its checksum and by what reads it',
  async (_, says, harm) => {
    const stage = stageWith();
    const life = stage.life();
    const [step] = stepsOf(await life.draft('backup'));
    if (!step) throw new Error('it has a step');
    const made = await run(life, step);
    expect(made, JSON.stringify(made)).toMatchObject({ state: 'done' });
    harm(copyIn(stage));
    const [verification] = stepsOf(await life.draft('verify-backup'));
    if (!verification) throw new Error('it has a step');
    const ended = await run(life, verification, verifying);
    expect(ended).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_INVALID' } });
    const event = JSON.stringify(stage.journal.all.at(-1)?.event);
    expect(event).toContain('"checksum","ok":false');
    expect(event).toContain(says);
    expect(event).not.toContain('"restored"');
    expect(leftOver()).toEqual([]);
  },
);

it('a password that is wrong leaves nothing behind, and is not told', async () => {
  const servers = { username: 'tocsin', password: 'not-the-one' };
  const stage = stageWith({ servers });
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const ended = await run(life, step);
  expect(ended).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_PROGRAM_FAILED', facts: { why: expect.stringContaining('AUTH') } },
  });
  expect(JSON.stringify([ended, stage.journal.all])).not.toContain(servers.password);
  expect(filesBelow(stage.folder)).toEqual([]);
});

it('the server that a process left behind when it died is ended by the next verification', async () => {
  // No process has a number so high: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-rdb-4194305-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const args = ['--port', '0', '--unixsocket', join(folder, 's'), '--save', '', '--dir', folder];
  const server = spawn(commandOf('redis'), args, { stdio: 'ignore' });
  onTestFinished(() => void server.kill('SIGKILL'));
  await eventually('it listens', () => existsSync(join(folder, 's')));
  const stage = stageWith();
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  await run(life, step);
  const [verification] = stepsOf(await life.draft('verify-backup'));
  if (!verification) throw new Error('it has a step');
  expect(await run(life, verification, verifying)).toMatchObject({ state: 'done' });
  await eventually('it has ended', () => server.exitCode === 0);
  expect(existsSync(folder)).toBe(false);
});

it('one that is stopped ends its program and leaves nothing', async () => {
  const stage = stageWith();
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const replica = processes.client(ports[1] ?? 0);
  // Whoever asks for a copy waits for so long.
  await replica.config('SET', 'repl-diskless-sync-delay', '60');
  const driver = driverOf(life, step);
  await driver.apply(step, { ...context, token: id, attempt: 1 });
  const copying = async () => /flags=S/.test(String(await replica.client('LIST')));
  await eventually('a copy is waited for', copying);
  const stopped = await driver.observe(step, { ...context, stopped: true });
  expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
  await eventually('nobody waits for one', async () => !(await copying()));
  expect(filesBelow(stage.folder)).toEqual([]);
});

function stageWith(more: Partial<Pick<RedisConfig, 'servers'>> = {}): BackupStage {
  const config: RedisConfig = {
    kind: 'servers',
    target: 'cache-main',
    nodes: ports.map((port) => ({ host: '127.0.0.1', port })),
    ...logins,
    sentinelLogin: {},
    timeoutMs: 3_000,
    ...more,
  };
  const source = { integration: 'redis', target: 'cache-main', locator: {} };
  return stageOf('cache', source, { backup: createSnapshots(config, programs) });
}

const at = ({ folder }: BackupStage) => join(folder, 'checkout/production/cache');
const copyIn = (stage: BackupStage) => join(at(stage), `${id}.rdb`);
const leftOver = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`tocsin-rdb-${process.pid}-`));

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
