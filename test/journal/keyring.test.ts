import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring } from '../../src/journal/keyring.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-keyring-'));
  path = join(folder, 'keyring.json');
});
afterEach(() => rm(folder, { recursive: true }));

const secret = Buffer.from('the seed of an app');

describe('a keyring', () => {
  it('gives back what was put in, to whoever opens it next, from a file that nobody else may read', async () => {
    await openKeyring(path).set('factor/ana/otp-1', secret);
    const opened = openKeyring(path);
    expect(await opened.get('factor/ana/otp-1')).toEqual(secret);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await opened.delete('factor/ana/otp-1');
    expect(await opened.get('factor/ana/otp-1')).toBeUndefined();
  });

  it.each(['', '{"factor/ana/otp-1": "c2Vl', '[1', 'null', '[]', '"text"'])(
    'that holds %j is refused, and never written over',
    async (torn) => {
      await writeFile(path, torn);
      const keyring = openKeyring(path);
      const unreadable = { problem: { code: 'KEYRING_UNREADABLE', facts: { path } } };
      await expect(keyring.get('factor/ana/otp-1')).rejects.toMatchObject(unreadable);
      await expect(keyring.set('factor/ben/otp-1', secret)).rejects.toMatchObject(unreadable);
      await expect(keyring.delete('factor/ana/otp-1')).rejects.toMatchObject(unreadable);
      expect(await readFile(path, 'utf8')).toBe(torn);
    },
  );
});
