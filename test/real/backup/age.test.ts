import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/age/index.ts';
import { large } from '../../contracts/artefact-store.ts';
import { bucketName, credentials, startS3 } from '../../fakes/s3/server.ts';
import { commandOf } from '../../provision/command.ts';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { backupStage, run, stepsOf } from './stage.ts';

const age = commandOf('age');
let folder: string;
let key: string;
let identity: string;
let recipient: string;
let server: PostgresServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-age-'));
  key = join(folder, 'age.key');
  execFileSync(join(dirname(age), 'age-keygen'), ['-o', key], { stdio: 'pipe' });
  [identity = ''] = /^AGE-SECRET-KEY-.*$/m.exec(readFileSync(key, 'utf8')) ?? [];
  [recipient = ''] = /age1\w+/.exec(readFileSync(key, 'utf8')) ?? [];
  server = await startPostgres();
  await server.ask('CREATE DATABASE checkout');
  await server.ask(
    'CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 5000) n',
    'checkout',
  );
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the age program', () => {
  it('opens what is sealed here, and seals what is opened here', async () => {
    const cipher = connect({ recipients: [recipient], identities: [identity] });
    for (const length of [0, 65_536, 200_001]) {
      const { bytes, whole } = large(length);
      const file = join(folder, `${length}.age`);
      writeFileSync(file, await all(cipher.seal(bytes)));
      expect(execFileSync(age, ['--decrypt', '--identity', key, file]).equals(whole)).toBe(true);
      const theirs = execFileSync(age, ['--recipient', recipient], { input: whole });
      expect((await all(cipher.open(once(theirs)))).equals(whole)).toBe(true);
    }
  });

  it('opens a backup of a database, which is verified and restored where the key is and nowhere else', async () => {
    const stage = backupStage(server);
    const encrypt = { recipients: [recipient], identities: [new Secret(identity)] };
    const life = stage.life({ encrypt });
    const [take] = stepsOf(await life.draft('backup'));
    expect(await run(life, take ?? never())).toMatchObject({ state: 'done' });
    const id = '20261126T030000Z-1a2b3c';
    const file = join(stage.folder, 'checkout/production/database', `${id}.dump.age`);
    const dump = execFileSync(age, ['--decrypt', '--identity', key, file]);
    const listed = execFileSync(join(server.programs, 'pg_restore'), ['--list'], { input: dump });
    expect(listed.toString()).toContain('TABLE DATA public orders');

    const [verify] = stepsOf(await life.draft('verify-backup'));
    expect(await run(life, verify ?? never())).toMatchObject({ state: 'done' });

    const asked = { from: id, name: 'checkout' };
    const without = stage.life({ encrypt: { ...encrypt, identities: [] } });
    expect(await without.draft('restore', asked)).toMatchObject({
      ok: false,
      problem: { code: 'BACKUP_NO_KEY' },
    });
    await server.ask('DELETE FROM orders', 'checkout');
    const steps = stepsOf(await life.draft('restore', asked, 'op-5e6f7a8b9c'));
    // Whoever goes on without the key stops before anything is touched.
    expect(await run(without, steps[1] ?? never())).toMatchObject({
      state: 'failed',
      problem: { code: 'BACKUP_NO_KEY' },
    });
    for (const step of steps) {
      const done = await run(life, step, { operation: 'op-5e6f7a8b9c' });
      expect(done).toMatchObject({ state: 'done' });
    }
    const [row] = await server.ask('SELECT count(*)::int AS n FROM orders', 'checkout');
    expect(row).toEqual({ n: 5000 });
  });
});

it('a backup that is asked for lies encrypted in a bucket, is listed from there, and verified', async () => {
  const s3 = await startS3();
  try {
    const living = await startLivingBot(configuration(s3.url));
    const ana = await living.person('ana');
    await ana.console.says('', 'backup checkout database env=production');
    const lists = () => ana.console.says('', 'backups checkout env=production');
    await eventually('it is listed', async () => (await lists()).includes('not verified'), {
      withinMs: 60_000,
    });
    const names = [...s3.bucket.objects.keys()].toSorted();
    expect(names).toEqual([
      expect.stringMatching(/^tocsin\/checkout\/production\/database\/\w+-\w+\.dump\.age$/),
      expect.stringMatching(/\.manifest\.json$/),
    ]);
    await ana.console.says('', 'verify-backup checkout database env=production');
    const isVerified = async () => /(?<!not )verified /.test(textOf(await lists()));
    await eventually('it is verified', isVerified, { withinMs: 60_000 });
    const { stdout } = await living.host('doctor');
    expect(stdout).toMatch(/ok {4}s3:\/\/company-backups\/tocsin: store.*overwrites refused/);
    expect(stdout).toMatch(/ok {4}backup\/checkout\/production\/database: encryption/);
  } finally {
    await s3.close();
  }
});

function configuration(endpoint: string): string {
  const secret = join(folder, 'secret');
  writeFileSync(secret, credentials.secretAccessKey);
  return `console: { listen: 127.0.0.1:0 }
limits: { person_per_minute: 1000 }
people: [ { id: ana } ]
groups: { sre: { members: [ana] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { postgres: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: [backup, verify-backup], risk: change }, requesters: [sre], approvals: [] }
targets:
  pg-main:
    postgres:
      nodes: { one: { address: "127.0.0.1:${server.port}" } }
      username: admin
      application: { username: app }
      programs: ${server.programs}
backups:
  - service: checkout
    what: database
    database: checkout
    to: s3://${bucketName}/tocsin
    encrypt: { recipients: [ ${recipient} ], identity: \${file:${key}} }
stores:
  ${bucketName}: { endpoint: "${endpoint}", access_key_id: ${credentials.accessKeyId}, secret_access_key: \${file:${secret}} }
`;
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}

function never(): never {
  throw new Error('there is one');
}
