import { spawn, spawnSync } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tocsin = join(import.meta.dirname, '../../bin/tocsin.js');
const env = { ...process.env, AM_TOKEN: 'sent', TOCSIN_CONFIG: '' };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configure(journal: string, server = '127.0.0.1:0'): string {
  const file = join(folder, 'tocsin.yaml');
  writeFileSync(
    file,
    `version: 1
server:  { listen: ${server} }
console: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { store: sqlite, path: ${journal} }
people: [ { id: ana, name: Ana } ]
groups: { sre: { members: [ana] } }
sources: { alertmanager: { main: { bearers: [ "\${env:AM_TOKEN}" ] } } }
default_route: { notify: sre }
`,
  );
  return file;
}

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [tocsin, ...args], { encoding: 'utf8', env, timeout: 30_000 });

describe('a bot that cannot start', () => {
  it('says that a listener is taken, which one and what to do, and ends with 2', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const taken = run(
      'start',
      '--config',
      configure(join(folder, 'data/tocsin.db'), `127.0.0.1:${port}`),
    );
    other.close();
    expect(taken.stderr).toContain(`The listener \`server\` cannot be opened at 127.0.0.1:${port}`);
    expect(taken.stderr).toContain('LISTENER_NOT_OPENED');
    expect(taken.stderr).not.toContain('node:net');
    expect(taken.status).toBe(2);
  });

  it('says that the folder of its journal cannot be made, and ends with 2', () => {
    const file = configure(join(folder, 'tocsin.yaml', 'tocsin.db'));
    const refused = run('start', '--config', file);
    expect(refused.stderr).toContain('JOURNAL_FOLDER');
    expect(refused.stderr).not.toContain('    at ');
    expect(refused.status).toBe(2);
  });
});

describe('a journal', () => {
  it('is for the eyes of its own user, and doctor takes a folder that start will make', async () => {
    const path = join(folder, 'data/tocsin.db');
    const config = configure(path);
    expect(run('doctor', '--config', config).stdout).not.toContain('JOURNAL_FOLDER');
    const bot = spawn(process.execPath, [tocsin, 'start', '--config', config], { env });
    for await (const [chunk] of on(bot.stdout, 'data')) {
      if (String(chunk).includes('"ready"')) break;
    }
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'data')).mode & 0o077).toBe(0);
    bot.kill('SIGTERM');
    expect(await once(bot, 'exit')).toEqual([0, null]);
  });

  it.runIf(existsSync('/dev/shm'))('that a power cut would take is said by doctor', () => {
    const path = `/dev/shm/tocsin-${process.pid}-none/tocsin.db`;
    const { stdout } = run('doctor', '--config', configure(path));
    expect(stdout).toContain('JOURNAL_NOT_DURABLE');
    expect(stdout).toContain('memory');
    expect(existsSync(path)).toBe(false);
  });

  it('can be read by somebody who stops reading', async () => {
    const told = spawn(process.execPath, [tocsin, 'commands', '--markdown'], { env });
    let said = '';
    told.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    told.stdout.destroy();
    expect(await once(told, 'exit')).toEqual([0, null]);
    expect(said).toBe('');
  });
});
