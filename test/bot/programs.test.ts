import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { programs } from '../../src/bot/programs.ts';
import { eventually } from '../support/eventually.ts';

const shell = '/bin/sh';
const never = new AbortController().signal;

it('a program gets its arguments as they are, and no environment but the one that it is given', async () => {
  const args = [
    '-c',
    'printf "%s|" "$@"; /usr/bin/env | /usr/bin/sort',
    'name',
    '$HOME; `id`',
    'a b',
  ];
  const text = await programs.output({
    path: shell,
    args,
    env: { PLAIN: 'x' },
    secrets: { HIDDEN: 'y' },
    signal: never,
  });
  const [said = '', ...lines] = text.split('\n');
  expect(said).toMatch(/^\$HOME; `id`\|a b\|/);
  expect([said.split('|').at(-1), ...lines].map((line) => line?.split('=')[0])).toEqual([
    'HIDDEN',
    'LC_ALL',
    'PATH',
    'PLAIN',
    'PWD',
  ]);
});

it('what one has written before it ended is there for whoever reads later', async () => {
  const running = programs.start({ path: shell, args: ['-c', 'echo all of it'], signal: never });
  // It is gone by the time that another one, which takes longer, has ended.
  await programs.output({ path: shell, args: ['-c', 'sleep 0.2'], signal: never });
  let text = '';
  for await (const chunk of running.output) text += Buffer.from(chunk).toString();
  await running.ended;
  expect(text).toBe('all of it\n');
});

it('one that fails says so in its last words, without what is secret', async () => {
  const script = 'echo first >&2; echo "no entry for s3cret-word" >&2; exit 3';
  const failing = programs.output({
    path: shell,
    args: ['-c', script],
    secrets: { PASSWORD: 's3cret-word' },
    signal: never,
  });
  await expect(failing).rejects.toMatchObject({
    problem: {
      code: 'BACKUP_PROGRAM_FAILED',
      facts: { program: 'sh', why: 'first · no entry for [secret]' },
    },
  });
  const missing = programs.output({ path: '/nowhere/pg_dump', args: [], signal: never });
  await expect(missing).rejects.toMatchObject({
    problem: { code: 'BACKUP_PROGRAM_MISSING', facts: { program: 'pg_dump' } },
  });
});

it('one whose words are of no end is ended, and so is one that takes too long', async () => {
  const endless = programs.output({
    path: shell,
    args: ['-c', 'while :; do echo word; done'],
    signal: never,
  });
  await expect(endless).rejects.toMatchObject({ problem: { code: 'BACKUP_PROGRAM_KILLED' } });
  const loud = programs.start({
    path: shell,
    args: ['-c', 'for n in $(/usr/bin/seq 100000); do echo "word $n" >&2; done; exit 1'],
    signal: never,
    writes: 'words',
  });
  await expect(loud.ended).rejects.toMatchObject({
    problem: { facts: { why: 'word 99998 · word 99999 · word 100000' } },
  });
  const slow = programs.output({ path: '/bin/sleep', args: ['100'], signal: never, withinMs: 50 });
  await expect(slow).rejects.toMatchObject({
    problem: { code: 'BACKUP_PROGRAM_KILLED', facts: { signal: 'SIGTERM' } },
  });
});

it('an abort ends it with all that it has started, even what heeds no SIGTERM', async () => {
  const folder = scratch();
  const stopping = new AbortController();
  const child = join(folder, 'child');
  const script = `/bin/sh -c 'trap "" TERM; echo $$ > ${child}; while :; do /bin/sleep 100; done' & wait`;
  const running = programs.start({ path: shell, args: ['-c', script], signal: stopping.signal });
  await eventually('its child runs', () => existsSync(child) && readFileSync(child, 'utf8') !== '');
  const pid = Number(readFileSync(child, 'utf8'));
  stopping.abort();
  running.end('SIGKILL');
  for await (const _ of running.output);
  await expect(running.ended).rejects.toMatchObject({ problem: { code: 'BACKUP_PROGRAM_KILLED' } });
  await eventually('its child is gone', () => isGone(pid));
});

it('it reads at its own pace what it is given, and half of that is never taken for the whole', async () => {
  async function* given(failing: boolean) {
    for (let n = 0; n < 100; n += 1) yield Buffer.alloc(10_000, n);
    if (failing) throw new Error('the disk is gone');
  }
  const whole = { path: '/usr/bin/wc', args: ['-c'], signal: never };
  expect(await programs.output({ ...whole, input: given(false) })).toBe('1000000');
  const folder = scratch();
  const script = `/bin/cat > ${folder}/kept && echo whole > ${folder}/done`;
  const half = programs.start({
    path: shell,
    args: ['-c', script],
    input: given(true),
    writes: 'words',
    signal: never,
  });
  await expect(half.ended).rejects.toThrow('the disk is gone');
  expect(existsSync(join(folder, 'done'))).toBe(false);
  // One that has heard enough says itself how that ended.
  const first = programs.start({
    path: shell,
    args: ['-c', 'read -r line; echo "no archive" >&2; exit 1'],
    input: given(false),
    signal: never,
    writes: 'words',
  });
  await expect(first.ended).rejects.toMatchObject({ problem: { facts: { why: 'no archive' } } });
});

it('it is found where it is, with the version that it says', async () => {
  const folder = scratch();
  const answers = [
    ['pg_dump', 'pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)', '15.20'],
    ['pg_beta', 'pg_dump (PostgreSQL) 18beta1', '18beta1'],
    ['redis-server', 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0', '7.0.15'],
    ['zstd', '*** zstd command line interface 64-bits v1.5.4, by Yann Collet ***', '1.5.4'],
  ];
  for (const [name = '', says = '', version = ''] of answers) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(join(folder, name), 0o755);
    expect(await programs.find(name, ['/nowhere', folder])).toEqual({
      path: join(folder, name),
      version,
    });
  }
  expect(await programs.find('pg_nothing', [folder])).toBeUndefined();
  writeFileSync(join(folder, 'odd'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(await programs.find('odd', [folder])).toMatchObject({ version: '?' });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
