import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../../build.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { configFolder } from '../../support/config-file.ts';
import { launch, type TocsinProcess } from '../../support/tocsin-process.ts';
import { root } from '../../tidy/tree.ts';
import { playEvening } from './evening.ts';
import { startTown, stopped, type Town } from './town.ts';

/** What is shipped: chunks that load on first need, far from any node_modules folder. */
describe('the bundle', () => {
  const out = join(tmpdir(), `tocsin-chat-bundle-${process.pid}`);
  const program = join(out, 'bin', 'tocsin.js');
  let town: Town;

  beforeAll(async () => {
    await assemble({ root, out });
    town = await startTown({ mode: 'socket', program });
  }, 120_000);
  afterAll(async () => {
    await town?.close();
    rmSync(out, { recursive: true, force: true });
  }, 60_000);

  it('finds both platforms in order', { timeout: 60_000 }, async () => {
    expect(await town.tocsin('discord', 'register')).toMatchObject({ code: 0, stderr: '' });
    expect(await town.tocsin('doctor')).toMatchObject({ code: 0, stderr: '' });
  });

  it('plays the evening on both, and ends when it is told to', { timeout: 240_000 }, async () => {
    const bot = await town.start(['--import', telling, join(out, 'dist/main.js'), 'start']);
    await playEvening(town, bot);
    expect(sdksIn(bot)).toEqual(['@slack/bolt', 'discord.js']);
    const { code, tookMs } = await stopped(bot);
    expect(code, bot.output()).toBe(0);
    expect(tookMs, bot.output()).toBeLessThan(4000);
    expect(bot.output()).not.toContain('"level":"error"');
  });

  it('loads neither SDK where no platform is configured', { timeout: 60_000 }, async () => {
    const cluster = await startSandbox();
    const files = configFolder(cluster);
    try {
      const argv = ['--import', telling, join(out, 'dist/main.js'), 'start'];
      const bot = await launch({ argv, env: files.env, cwd: files.folder });
      expect(sdksIn(bot)).toEqual([]);
      expect((await stopped(bot)).code).toBe(0);
    } finally {
      await cluster.close();
      files.remove();
    }
  });
});

/** A module that says of each that is loaded after it where it came from. */
const telling = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      process.stderr.write('loaded ' + url + '\\n');
      return next(url, context);
    },
  });
`)}`;

/** By a word that stands in the code of each and nowhere else. */
const words = {
  '@slack/bolt': 'SocketModeReceiver = class',
  'discord.js': 'ShardClientUtil = class',
};

function sdksIn(bot: TocsinProcess): readonly string[] {
  const loaded = [...bot.output().matchAll(/^loaded (file:.*)$/gm)].map(([, url = '']) => url);
  expect(loaded.length).toBeGreaterThan(3);
  const code = loaded.map((url) => readFileSync(new URL(url), 'utf8')).join('\n');
  return Object.entries(words).flatMap(([name, word]) => (code.includes(word) ? [name] : []));
}
