import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/integrations/objectstore/index.ts';

const never = new AbortController().signal;
const name = 'checkout/production/database/b1.dump';

it('keeps what it is given, counted and hashed, under its name alone', async () => {
  const { folder, store } = opened();
  const kept = await store.put(name, of('one', 'two'), never);
  expect(kept).toEqual({
    bytes: 6,
    sha256: createHash('sha256').update('onetwo').digest('hex'),
  });
  expect(readFileSync(join(folder, name), 'utf8')).toBe('onetwo');
  expect(readdirSync(join(folder, 'checkout/production/database'))).toEqual(['b1.dump']);
  expect(await store.list('checkout/production/database')).toEqual([{ name, bytes: 6 }]);
  const parts: Uint8Array[] = [];
  for await (const chunk of store.read(name)) parts.push(chunk);
  expect(Buffer.concat(parts).toString()).toBe('onetwo');
});

it('never writes over what is there', async () => {
  const { folder, store } = opened();
  await store.put(name, of('first'), never);
  await expect(store.put(name, of('second'), never)).rejects.toMatchObject({
    problem: { code: 'BACKUP_NAME_TAKEN' },
  });
  expect(readFileSync(join(folder, name), 'utf8')).toBe('first');
  expect(await store.list('checkout/production/database')).toHaveLength(1);
});

it('leaves nothing of what breaks off, fails or is given up', async () => {
  const { folder, store } = opened();
  async function* broken(): AsyncIterable<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('the pipe broke');
  }
  await expect(store.put(name, broken(), never)).rejects.toThrow('the pipe broke');
  await expect(store.put(name, of('x'), AbortSignal.abort())).rejects.toThrow();
  expect(readdirSync(join(folder, 'checkout/production/database'))).toEqual([]);
});

it('does not list what a process left half-way, and takes it away when asked', async () => {
  const { folder, store } = opened();
  await store.put(name, of('x'), never);
  const half = join(folder, 'checkout/production/database/.b2.dump.part');
  writeFileSync(half, 'half');
  expect(await store.list('checkout/production/database')).toHaveLength(1);
  await store.sweep('checkout/production/database/b2.dump');
  expect(existsSync(half)).toBe(false);
});

it('says what is not there, and what cannot be used', async () => {
  const { folder, store } = opened();
  expect(await store.list('nothing/of/it')).toEqual([]);
  expect(await store.remove(name)).toBe(false);
  await expect(async () => {
    for await (const _ of store.read(name));
  }).rejects.toMatchObject({ problem: { code: 'BACKUP_NOT_THERE' } });
  expect(await store.room()).toBeGreaterThan(0);
  writeFileSync(join(folder, 'a-file'), '');
  const wrong = connect(join(folder, 'a-file'));
  await expect(wrong.room()).rejects.toMatchObject({
    problem: { code: 'BACKUP_STORE_UNUSABLE', facts: { why: 'EEXIST' } },
  });
  await expect(wrong.put(name, of('x'), never)).rejects.toMatchObject({
    problem: { code: 'BACKUP_STORE_UNUSABLE' },
  });
});

function opened() {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, store: connect(folder) };
}

async function* of(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
