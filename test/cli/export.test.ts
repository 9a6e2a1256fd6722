import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal, tailJournal } from '../../src/journal/index.ts';
import { launch, tocsin as main } from '../support/tocsin-process.ts';

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

it.each(['markdown', 'csv'])(
  'an incident as %s is proven by the document beside it, and a changed word in it is seen',
  async (format) => {
    const path = join(folder, 'j.db');
    const journal = await openJournal({ path });
    const note = { type: 'NoteAdded', v: 1, person: 'ana', surface: 'console', text: '=cold()' };
    await journal.append([{ stream: 'incident/inc-1', expectedVersion: 0, events: [note] }], {
      cause: 'note',
      by: 'ana',
    });
    await journal.close();
    const file = join(folder, `inc-1.${format}`);
    const made = run('export', 'inc-1', '--journal', path, '--format', format, '--out', file);
    expect(made.stderr).toContain(`${file}.proof.json`);
    expect(made.stderr).toContain('on no record');
    expect(readFileSync(file, 'utf8')).toContain('cold()');

    const good = run('verify', '--export', file);
    expect(good.stdout).toContain('the proof holds');
    expect(good.status).toBe(0);

    writeFileSync(file, readFileSync(file, 'utf8').replace('cold', 'warm'));
    const bad = run('verify', '--export', file);
    expect(bad.stdout).toContain('EXPORT_READS_OTHERWISE');
    expect(bad.status).toBe(1);
  },
);

it('an export of the configured journal is on record: through the bot that runs, or by itself', async () => {
  const path = join(folder, 'tocsin.db');
  const config = join(folder, 'tocsin.yaml');
  writeFileSync(
    config,
    `version: 1
server: { listen: 127.0.0.1:0 }
console: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ${path} }
default_route: {}
`,
  );
  const journal = await openJournal({ path });
  const note = { type: 'NoteAdded', v: 1, person: 'ana', surface: 'console', text: 'cold' };
  await journal.append([{ stream: 'incident/inc-1', expectedVersion: 0, events: [note] }], {
    cause: 'note',
    by: 'ana',
  });
  await journal.close();

  const alone = run('export', 'inc-1', '--config', config, '--format', 'csv');
  expect(alone.stderr).toBe('');
  const bot = await launch({ argv: [main, 'start', '--config', config], env: {} });
  const beside = run('export', 'inc-1', '--config', config, '--format', 'csv');
  expect(beside.stderr).toBe('');
  await bot.signal('SIGTERM');

  const { recorded } = tailJournal(path, { limit: 1000 });
  const exports = recorded.filter(({ stream }) => stream === 'record/exports');
  const digests = [alone, beside].map(({ stdout }) =>
    createHash('sha256').update(stdout).digest('hex'),
  );
  expect(exports.map(({ by, event }) => [by, event])).toEqual(
    digests.map((digest) => [
      'host',
      expect.objectContaining({
        type: 'RecordExported',
        thread: 'inc-1',
        format: 'csv',
        digest,
        where: { surface: 'host', account: userInfo().username },
      }),
    ]),
  );
  expect(run('verify', '--config', config).status).toBe(0);
}, 60_000);
