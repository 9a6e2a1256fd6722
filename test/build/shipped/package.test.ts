import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { textOf } from '../../tidy/tree.ts';

describe('the package', () => {
  const shipped = inject('shipped');
  const work = mkdtempSync(join(tmpdir(), 'tocsin-installed-'));
  const npm = (...args: readonly string[]) =>
    execFileSync('npm', args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  let packed: readonly string[] = [];

  beforeAll(() => {
    writeFileSync(join(work, 'package.json'), '{"private":true}');
    const [pack] = Object.values<{ filename: string; files: { path: string }[] }>(
      JSON.parse(npm('pack', shipped, '--json')),
    );
    packed = pack?.files.map(({ path }) => path) ?? [];
    // Nothing can be fetched, so nothing but the package itself is there.
    npm('install', `./${pack?.filename}`, '--offline', '--omit=optional', '--ignore-scripts');
  });
  afterAll(() => rmSync(work, { recursive: true }));

  it('holds what runs, what is read beside it, and no source', () => {
    const tops = new Set(packed.map((path) => path.split('/')[0]));
    expect([...tops].toSorted()).toEqual(
      [...JSON.parse(textOf('package.json')).files, 'package.json'].toSorted(),
    );
    expect(packed).toContain('dist/main.js');
    expect(packed).toContain('dist/third-party-licenses.txt');
    expect(packed.filter((path) => path.endsWith('.ts'))).toEqual([]);
  });

  it('brings no other package along, but a Node where the machine has an older one', () => {
    const { dependencies, devDependencies, scripts, optionalDependencies } = JSON.parse(
      readFileSync(join(shipped, 'package.json'), 'utf8'),
    );
    expect({ dependencies, devDependencies, scripts }).toEqual({});
    expect(optionalDependencies).toEqual(JSON.parse(textOf('package.json')).optionalDependencies);
    const installed = readdirSync(join(work, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['tocsin']);
  });

  it('runs by its name', () => {
    const tocsin = join(work, 'node_modules/.bin/tocsin');
    const { status, stderr, stdout } = spawnSync(tocsin, ['commands'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^rollback <service> /m);
  });
});
