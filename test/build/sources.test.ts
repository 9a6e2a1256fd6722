import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../build.ts';
import { root, textOf } from '../tidy/tree.ts';

// Our own sources behind a small entry, one branch for each part that reads files or starts a thread.
const entry = `
const parts: Record<string, () => Promise<unknown>> = {
  async journal() {
    const { openJournal } = await import('./journal/index.ts');
    const journal = await openJournal({ path: process.argv[3] ?? '', checkpointEveryMs: 0 });
    const events = [{ type: 'Noted', v: 1 }];
    await journal.append([{ stream: 'incident/a', expectedVersion: 0, events }], { cause: 'c', by: 'ana' });
    const read = await journal.read('incident/a');
    await journal.close();
    return read.map(({ version, event }) => [version, event.type]);
  },
  async console() {
    const { loadAssets } = await import('./bot/surfaces/console/assets.ts');
    return loadAssets().routes.length;
  },
};
console.log(JSON.stringify(await parts[process.argv[2] ?? '']?.()));
`;

describe('our sources in a bundle', () => {
  const work = mkdtempSync(join(tmpdir(), 'tocsin-sources-'));
  const out = join(work, 'elsewhere/dist');

  beforeAll(async () => {
    cpSync(join(root, 'src'), join(work, 'src'), { recursive: true });
    writeFileSync(join(work, 'src/main.ts'), entry);
    writeFileSync(join(work, 'package.json'), textOf('package.json'));
    await build({ root: work, out, packages: join(root, 'node_modules') });
    // Nothing but the bundle is left to read.
    rmSync(join(work, 'src'), { recursive: true });
  });
  afterAll(() => rmSync(work, { recursive: true }));

  const use = (...args: string[]) => {
    const done = spawnSync(process.execPath, [join(out, 'main.js'), ...args], { encoding: 'utf8' });
    return { said: done.stdout, stderr: done.stderr, status: done.status };
  };

  it('keep a journal: its store runs in a thread of its own', () => {
    expect(use('journal', join(work, 'journal.db'))).toEqual({
      said: '[[1,"Noted"]]\n',
      stderr: '',
      status: 0,
    });
  });

  it('serve the console: its script and its style', () => {
    expect(use('console')).toEqual({ said: '2\n', stderr: '', status: 0 });
  });
});
