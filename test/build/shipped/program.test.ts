import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { textOf } from '../../tidy/tree.ts';

describe('the shipped program, with no node_modules near', () => {
  const shipped = inject('shipped');
  const { version }: { version: string } = JSON.parse(textOf('package.json'));

  const tocsin = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(shipped, 'bin/tocsin.js'), ...args],
      { encoding: 'utf8', cwd: shipped, env: { PATH: process.env['PATH'], AM_TOKEN: 'a-token' } },
    );
    return { status, stderr, stdout };
  };

  it('says its version', () => {
    expect(tocsin('--version')).toEqual({
      status: 0,
      stderr: '',
      stdout: `tocsin ${version}\n`,
    });
  });

  it('lists its commands', () => {
    const { status, stderr, stdout } = tocsin('commands');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^rollback <service> /m);
  });

  it('accepts the example that comes with it, and says what is wrong with another', () => {
    const example = 'examples/minimal/tocsin.yaml';
    expect(tocsin('check', '--config', example)).toMatchObject({ status: 0, stderr: '' });
    const wrong = tocsin('check', '--config', 'package.json');
    expect(wrong).toMatchObject({ status: 1, stderr: '' });
    expect(wrong.stdout).toContain('package.json:2: name is not known');
  });

  it('says at its bedside what does not answer', () => {
    const config = join(shipped, 'closed-door.yaml');
    const api = 'http://127.0.0.1:1';
    const source = `{ bearers: [ \${env:AM_TOKEN} ], api: ${api} }`;
    writeFileSync(
      config,
      `version: 1\njournal: { store: sqlite, path: ./j.db }\nsources: { alertmanager: { main: ${source} } }\ndefault_route: {}\n`,
    );
    const { status, stderr, stdout } = tocsin('doctor', '--config', config);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('ok    journal: space');
    expect(stdout).toContain(api);
  });

  it('plays the demo to its end: worker, assets, runbooks and the client of Kubernetes are all there', () => {
    const { status, stderr, stdout } = tocsin('demo', '--headless');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('KubePodCrashLooping');
  });
});
