import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createArchiveReader } from '../../../src/integrations/mongodb/backup/archive.ts';
import { createCrc } from '../../../src/integrations/mongodb/backup/crc.ts';
import { contentOf } from '../../../src/integrations/mongodb/backup/dump.ts';
import type { MongodbConfig } from '../../../src/integrations/mongodb/schema.ts';
import { type FakeSet, startReplicaSet } from '../../fakes/mongodb/replica-set.ts';
import { toolsFolder } from '../../fakes/mongodb/tools.ts';
import { context, driverOf, run, stepsOf } from '../../real/backup/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { leftOver, one, stageWith, tellBackupStory } from './backup-story.ts';

const password = 'a: "pass" word';
let set: FakeSet;
let trying: FakeSet;
beforeAll(async () => {
  set = await startReplicaSet({ users: { tocsin: password } });
  trying = await startReplicaSet({ set: 'rs-scratch' });
});
afterAll(async () => {
  await set?.close();
  await trying?.close();
});

const addressOf = (name: string) => {
  const [host = '', port = ''] = name.split(':');
  return { host, port: Number(port) };
};

function configOf(more: Partial<MongodbConfig> = {}): MongodbConfig {
  return {
    target: 'orders-db',
    set: 'rs0',
    members: set.members.map(({ name }) => addressOf(name)),
    username: 'tocsin',
    password,
    authSource: 'admin',
    timeoutMs: 2_000,
    programs: toolsFolder(),
    ...more,
  };
}

function hold(documents: Readonly<Record<string, Readonly<Record<string, number>>>>): void {
  set.documents.clear();
  for (const [database, collections] of Object.entries(documents)) {
    const held = Object.entries(collections).map(([name, count]) => {
      const all = Array.from({ length: count }, (_, n) => ({ _id: n, text: `number ${n}` }));
      return [name, all] as const;
    });
    set.documents.set(database, new Map(held.map(([name, all]) => [name, [...all]])));
  }
}

describe('a backup of a MongoDB, by the stand-in of its tools', () => {
  tellBackupStory(async () => ({
    config: configOf(),
    hold: async (documents) => hold(documents),
    count: async (database, collection) => {
      const held = set.documents.get(database);
      return held && (held.get(collection)?.length ?? 0);
    },
  }));
});

it('with a scratch server a copy is restored there under another name, and dropped again', async () => {
  hold({ shop: { orders: 40, items: 2 } });
  const scratch: MongodbConfig = {
    target: 'scratch',
    set: 'rs-scratch',
    members: trying.members.map(({ name }) => addressOf(name)),
    authSource: 'admin',
    timeoutMs: 2_000,
    programs: toolsFolder(),
  };
  const stage = stageWith(configOf(), { database: 'shop', scratch });
  await one(stage, 'backup');
  // What a process that died left there is not counted.
  trying.documents.set('tocsin_scratch_orders_db_shop', new Map([['orders', [{ _id: 1 }]]]));
  trying.documents.set('somebody_elses', new Map([['x', [{ _id: 1 }]]]));
  const verifying = { operation: 'op-2222222222', startedAt: 0 };
  const ended = await one(stage, 'verify-backup', verifying);
  expect(ended, JSON.stringify([ended, stage.journal.all.at(-1)])).toMatchObject({ state: 'done' });
  expect(stage.journal.all.at(-1)?.event).toMatchObject({
    checks: [
      ...['signature', 'record', 'checksum', 'readable'].map((name) => ({ name, ok: true })),
      { name: 'restored', ok: true },
      { name: 'rows', ok: true, says: '42 documents in 2 collections, as they were' },
    ],
  });
  expect([...trying.documents.keys()]).toEqual(['somebody_elses']);
});

it('a secondary that is late is not copied', async () => {
  hold({ shop: { orders: 1 } });
  const secondaries = set.members.filter(({ state }) => state === 'SECONDARY');
  for (const each of secondaries) each.lagMs = 60_000;
  onTestFinished(() => {
    for (const each of secondaries) each.lagMs = 0;
  });
  const drafted = await stageWith(configOf(), { database: 'shop' }).life().draft('backup');
  expect(drafted).toMatchObject({ blast: { copies: expect.stringMatching(/^shop of primary /) } });
});

it('a password is in no argument, in no environment, and nowhere afterwards', async () => {
  hold({ shop: { orders: 1 } });
  const spy = join(toolsFolder(), 'seen');
  const programs = toolsFolder({
    mongodump: `case "$1" in --version) echo "mongodump version: 100.13.0"; exit;; esac
(echo "$@"; env; stat -c %a "\${1#--config=}" "$(dirname "\${1#--config=}")"; cat "\${1#--config=}") > ${spy}
echo "auth error: unable to authenticate" >&2; exit 1`,
  });
  const stage = stageWith(configOf({ programs }), { database: 'shop' });
  const ended = await one(stage, 'backup');
  expect(ended).toMatchObject({
    state: 'failed',
    problem: {
      code: 'BACKUP_PROGRAM_FAILED',
      facts: { why: expect.stringContaining('auth error') },
    },
  });
  const [arguments_ = '', ...rest] = readFileSync(spy, 'utf8').split('\n');
  expect(arguments_).toMatch(/^--config=\/\S+ --db=shop --archive$/);
  const file = rest.findIndex((line) => line.startsWith('uri: '));
  expect(rest.slice(0, file).join('\n')).not.toContain('pass');
  expect(rest.slice(0, file)).toEqual(expect.arrayContaining(['600', '700']));
  expect(rest[file + 1]).toBe(`password: ${JSON.stringify(password)}`);
  expect(existsSync(/--config=(\S+)/.exec(arguments_)?.[1] ?? '')).toBe(false);
  expect(JSON.stringify([ended, stage.journal.all])).not.toContain('pass');
  expect(leftOver()).toEqual([]);
});

it('one that is stopped ends its program with what that started, and leaves nothing', async () => {
  hold({ shop: { orders: 1 } });
  const mark = join(toolsFolder(), 'pids');
  const programs = toolsFolder({
    mongodump: `case "$1" in --version) echo "mongodump version: 100.13.0"; exit;; esac
sleep 600 & echo $! $$ > ${mark}; wait`,
  });
  const stage = stageWith(configOf({ programs }), { database: 'shop' });
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  const driver = driverOf(life, step);
  await driver.apply(step, { ...context, token: '', attempt: 1 });
  await eventually('it runs', () => existsSync(mark) && readFileSync(mark, 'utf8').includes('\n'));
  const pids = readFileSync(mark, 'utf8').trim().split(' ').map(Number);
  expect(await driver.observe(step, { ...context, stopped: true })).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_STOPPED' },
  });
  await eventually('nothing of it runs', () => pids.every((pid) => !isAlive(pid)));
  expect(leftOver()).toEqual([]);
  expect(
    readdirSync(stage.folder, { recursive: true }).filter((n) => String(n).includes('archive')),
  ).toEqual([]);
});

it.each([
  ['that are not there', 'exit 127', undefined],
  [
    'that are too old to read a password from a file',
    'echo "mongodump version: 100.2.1"',
    '100.3.0',
  ],
])('tools %s are said, with what to install', async (_, script, says) => {
  hold({ shop: { orders: 1 } });
  const programs =
    says === undefined ? join(tmpdir(), 'no-such-folder') : toolsFolder({ mongodump: script });
  const drafted = await stageWith(configOf({ programs }), { database: 'shop' })
    .life()
    .draft('backup');
  expect(drafted).toMatchObject({
    ok: false,
    problem: {
      code: 'BACKUP_PROGRAM_MISSING',
      facts: {
        program: 'mongodump',
        why: expect.stringContaining(says ?? 'MongoDB Database Tools'),
      },
    },
  });
});

it('a tool that ends well in the middle of a copy is not believed', async () => {
  hold({ shop: { orders: 1 } });
  const programs = toolsFolder({
    mongodump: `case "$1" in --version) echo "mongodump version: 100.13.0"; exit;; esac
printf '\\155\\342\\231\\201'`,
  });
  const stage = stageWith(configOf({ programs }), { database: 'shop' });
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  expect(await run(life, step)).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_PROGRAM_FAILED' },
  });
});

it('a checksum is that of the catalogue, however it is fed', () => {
  const crc = createCrc();
  for (const part of ['1', '2345', '', '6789']) crc.update(Buffer.from(part));
  // https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-xz
  expect(crc.value()).toBe(0x995dc9bbdf1939fan);
});

it('fewer documents than there were before and after are said', () => {
  expect(
    contentOf({ 'shop.orders': 8 }, [{ 'shop.orders': 10 }, { 'shop.orders': 9 }]).notes,
  ).toEqual(['shop.orders has 8 documents and had 9 before and after']);
  expect(
    contentOf({ 'shop.orders': 9 }, [{ 'shop.orders': 10 }, { 'shop.orders': 9 }]).notes,
  ).toBeUndefined();
});

/* Archives by hand: magic, header, metadata, then blocks. */
const magic = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
const stop = Buffer.alloc(4, 0xff);
const doc = (fields: BSON.Document) => Buffer.from(BSON.serialize(fields));
const prelude = [magic, doc({ version: '0.1' }), doc({ db: 'a', collection: 'b' }), stop];
const head = (more: BSON.Document = {}) =>
  doc({ db: 'a', collection: 'b', EOF: false, CRC: BSON.Long.ZERO, ...more });
const body = doc({ _id: 1 });
const sum = createCrc();
sum.update(body);
const CRC = BSON.Long.fromBigInt(BigInt.asIntN(64, sum.value()));
const whole = [...prelude, head(), body, stop, head({ EOF: true, CRC }), stop];
const swap = (at: number, part: Buffer) => whole.map((each, index) => (index === at ? part : each));

function read(parts: readonly Buffer[], size = 7) {
  const reader = createArchiveReader({
    sums: true,
    parse: (bytes) => BSON.deserialize(bytes, { promoteLongs: false }),
  });
  const bytes = Buffer.concat(parts);
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  return reader.end();
}

describe('an archive', () => {
  it('is counted, in parts of any size', () => {
    for (const size of [1, 3, 7, 100_000]) expect(read(whole, size)).toEqual({ 'a.b': 1 });
  });

  it('that was cut anywhere is found out', () => {
    const bytes = Buffer.concat(whole);
    for (let at = 0; at < bytes.length; at += 1) {
      // Behind the prelude nothing has begun yet: what was to come is held against the manifest.
      if (at === Buffer.concat(prelude).length) continue;
      expect(() => read([bytes.subarray(0, at)]), String(at)).toThrow();
    }
  });

  it.each<[string, readonly Buffer[], string]>([
    ['of another kind', [Buffer.from('BSON'), ...whole.slice(1)], 'does not begin'],
    ['of another version', swap(1, doc({ version: '0.2' })), 'version'],
    ['with another document', swap(5, doc({ _id: 2 })), 'checksum'],
    ['with a document less', whole.filter((_, index) => index !== 5), 'checksum'],
    ['with a document more', [...whole.slice(0, 6), body, ...whole.slice(6)], 'checksum'],
    ['with a sum that is none', swap(7, head({ EOF: true, CRC: 'x' })), 'checksum'],
    ['with a size that is too large', swap(5, Buffer.from([0xff, 0xff, 0xff, 0x7f])), 'no size'],
    ['with a size that is too small', swap(5, Buffer.from([4, 0, 0, 0])), 'no size'],
    ['with a document without its end', swap(5, Buffer.from([5, 0, 0, 0, 1])), 'does not end'],
    ['with two ends', [...whole, stop], 'no beginning'],
    ['with a collection that goes on', [...whole, head(), body, stop], 'behind its end'],
    ['with documents behind an end', [...whole.slice(0, 8), body, stop], 'behind its end'],
    ['with a block of nobody', swap(4, doc({ EOF: false })), 'whose it is'],
    [
      'with a header that is none',
      swap(4, Buffer.from([8, 0, 0, 0, 9, 9, 9, 0])),
      'cannot be read',
    ],
    ['without the last block', whole.slice(0, 7), 'before a.b'],
  ])('%s is refused', (_, parts, says) => {
    expect(() => read(parts)).toThrow(says);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
