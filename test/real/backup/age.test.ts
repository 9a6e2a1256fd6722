import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/age/index.ts';
import { large } from '../../contracts/artefact-store.ts';
import { commandOf } from '../../provision/command.ts';
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
