import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';

const tocsin = join(import.meta.dirname, '../../bin/tocsin.js');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [tocsin, 'journal', ...args], { encoding: 'utf8', timeout: 30_000 });

it('an exported incident is checked by whoever holds it, and a changed word in it is named', async () => {
  const path = join(folder, 'j.db');
  const journal = await openJournal({ path });
  const events = [{ type: 'NoteAdded', v: 1, text: 'the cache is cold' }];
  await journal.append([{ stream: 'incident/inc-1', expectedVersion: 0, events }], {
    cause: 'note',
    by: 'ana',
  });
  await journal.close();
  const file = join(folder, 'inc-1.json');
  expect(run('export', 'inc-1', '--journal', path, '--out', file).status).toBe(0);

  const good = run('verify', '--export', file);
  expect(good.stdout).toContain('the proof holds');
  expect(good.stdout).toContain('VERIFY_NO_WITNESS');
  expect(good.status).toBe(0);

  writeFileSync(file, readFileSync(file, 'utf8').replace('cold', 'warm'));
  const bad = run('verify', '--export', file);
  expect(bad.stdout).toContain('Event 1 of incident/inc-1');
  expect(bad.status).toBe(1);

  writeFileSync(file, 'no export');
  const none = run('verify', '--export', file);
  expect(none.stdout).toContain('EXPORT_UNREADABLE');
  expect(none.status).toBe(1);
});
