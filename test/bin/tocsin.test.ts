import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = join(import.meta.dirname, '../../bin/tocsin.js');

// A program that says what it was given, ends as it is told and shows which signal reached it.
const program = `
export async function main(args: readonly string[]): Promise<number> {
  if (args[0] !== 'wait') {
    console.log(JSON.stringify({ args, version: process.versions.node }));
    return Number(args[0] ?? 0);
  }
  const alive = setInterval(() => {}, 1000);
  const signal = await new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT']) process.once(name, resolve);
    console.log('waiting');
  });
  clearInterval(alive);
  console.log('got ' + signal);
  return 7;
}
`;

describe('the launcher', () => {
  let root = '';
  let script = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tocsin-launcher-'));
    script = join(root, 'bin/tocsin.js');
    mkdirSync(join(root, 'bin'));
    cpSync(launcher, script);
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string, mode = 0o644) => {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  /** A preload that makes the running Node look like an old one; the binary it re-executes does not load it. */
  const oldNode = () => {
    const code = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' });`;
    return ['--require', write('old-node.cjs', code)];
  };
  const installNewNode = (version = '24.21.0') => {
    const folder = `node_modules/node-${process.platform}-${process.arch}`;
    write(`${folder}/package.json`, JSON.stringify({ version }));
    // The real package holds a binary; what follows --require is dropped so that the new Node is not made old too.
    write(`${folder}/bin/node`, `#!/bin/sh\nshift 2\nexec '${process.execPath}' "$@"\n`, 0o755);
  };
  const run = (options: readonly string[], ...args: readonly string[]) =>
    spawnSync(process.execPath, [...options, script, ...args], { encoding: 'utf8' });

  it('runs the sources, hands over the arguments and ends with their exit code', () => {
    write('src/main.ts', program);
    const { status, stdout, stderr } = run([], '3', '--flag', 'a b');
    expect(JSON.parse(stdout).args).toEqual(['3', '--flag', 'a b']);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  });

  it('gives what runs for long its room for young objects and its safety, once, in the same process', () => {
    write(
      'src/main.ts',
      `export function main(args) { console.log(JSON.stringify([process.execArgv, args])); }`,
    );
    const room = '--max-semi-space-size=8';
    const isKnown = process.platform === 'linux' && process.arch === 'x64';
    const keys = isKnown ? ['--no-memory-protection-keys'] : [];
    const told = (options: readonly string[], ...args: readonly string[]) => {
      const { stdout, stderr } = run(options, ...args);
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    };
    expect(told([], 'start', '--config', 'a b')).toEqual([
      [room, ...keys],
      ['start', '--config', 'a b'],
    ]);
    expect(told([], 'check')).toEqual([[], ['check']]);
    const own = '--max-semi-space-size=32';
    expect(told([own], 'start')).toEqual([[...keys, own], ['start']]);
    expect(told([...keys, own], 'start')).toEqual([[...keys, own], ['start']]);
  });

  it('runs the bundle where there are no sources', () => {
    write('dist/main.js', program.replaceAll(/: (readonly string\[\]|Promise<number>)/g, ''));
    expect(run([], '0')).toMatchObject({ status: 0, stderr: '' });
  });

  it('says in one sentence that Node is too old, and exits 2', () => {
    write('src/main.ts', program);
    const { status, stdout, stderr } = run(oldNode(), '0');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^tocsin needs Node 24\.15 or newer and this is 20\.19\.0: install .*\n$/,
    );
  });

  it('says so too when the Node beside it is too old as well', () => {
    write('src/main.ts', program);
    installNewNode('24.14.1');
    expect(run(oldNode(), '0').status).toBe(2);
  });

  it('runs under the newer Node beside it, with the same arguments and exit code', () => {
    write('src/main.ts', program);
    installNewNode();
    const { status, stdout, stderr } = run(oldNode(), '4', 'x');
    expect(JSON.parse(stdout)).toEqual({ args: ['4', 'x'], version: process.versions.node });
    expect({ status, stderr }).toEqual({ status: 4, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on and waits for the end', async (signal) => {
    write('src/main.ts', program);
    installNewNode();
    const child = spawn(process.execPath, [...oldNode(), script, 'wait']);
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (!printed.includes('waiting') && String(text).includes('waiting')) child.kill(signal);
      printed += text;
    });
    const [code] = await once(child, 'close');
    expect({ code, printed }).toEqual({ code: 7, printed: `waiting\ngot ${signal}\n` });
  });

  it('ends with 128 and the number of the signal that ended the program', () => {
    write('src/main.ts', `export function main() { process.kill(process.pid, 'SIGKILL'); }`);
    installNewNode();
    expect(run(oldNode()).status).toBe(137);
  });
});
