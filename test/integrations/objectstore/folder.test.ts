import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/integrations/objectstore/index.ts';
import { of } from '../../contracts/artefact-store.ts';

const never = new AbortController().signal;
const name = 'checkout/production/database/b1.dump';

it('keeps what it is given under its name alone, and nobody else reads it', async () => {
  const { folder, store } = opened();
  await store.put(name, of('one', 'two'), never);
  expect(readFileSync(join(folder, name), 'utf8')).toBe('onetwo');
  expect(readdirSync(join(folder, 'checkout/production/database'))).toEqual(['b1.dump']);
  expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  expect(statSync(join(folder, 'checkout')).mode & 0o077).toBe(0);
});

it('says what cannot be used', async () => {
  const { folder, store } = opened();
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
