import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommand } from './command.ts';
import { aptArguments, describeMissing, type Machine, planProvision } from './plan.ts';
import { distributionsIn } from './provision.ts';
import { servers } from './servers.ts';

const debianRoot: Machine = { root: true, distributions: ['debian'], docker: true };
const names = (some: readonly { name: string }[]) => some.map((server) => server.name);

describe('what brings a missing server', () => {
  it('is apt for root on Debian', () => {
    expect(planProvision(servers, debianRoot)).toEqual({
      apt: servers,
      docker: [],
      impossible: [],
    });
  });

  it('is apt for root on a distribution made from Ubuntu', () => {
    const distributions = distributionsIn('NAME="Pop!_OS"\nID=pop\nID_LIKE="ubuntu debian"\n');
    expect(planProvision(servers, { ...debianRoot, distributions }).apt).toEqual(servers);
  });

  it('is Docker without root, and a person for what has no image', () => {
    const plan = planProvision(servers, { ...debianRoot, root: false });
    expect(names(plan.docker)).toEqual(['prometheus', 'alertmanager']);
    expect(names(plan.impossible)).toEqual([
      'chromium',
      'strace',
      'postgres',
      'patroni',
      'etcd',
      'redis',
      'redis-sentinel',
      'haproxy',
      'age',
    ]);
  });

  it('is a person for root on another distribution without Docker', () => {
    const plan = planProvision(servers, { root: true, distributions: ['fedora'], docker: false });
    expect(plan).toEqual({ apt: [], docker: [], impossible: servers });
  });
});

describe('what a person is told', () => {
  it('is every missing server and the command that installs them', () => {
    const text = describeMissing(servers);
    for (const server of servers) expect(text).toContain(server.title);
    expect(text).toContain(
      'sudo apt-get install --no-install-recommends prometheus prometheus-alertmanager chromium',
    );
  });

  it('is the exact apt call, without recommended packages', () => {
    expect(aptArguments(servers.slice(0, 1))).toEqual([
      'install',
      '--yes',
      '--no-install-recommends',
      'prometheus',
    ]);
  });
});

describe('the search for a command', () => {
  const root = mkdtempSync(join(tmpdir(), 'tocsin-find-'));
  const executable = (...parts: string[]) => {
    const file = join(root, ...parts);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    return file;
  };

  let inPath = '';
  let newest = '';
  beforeAll(() => {
    inPath = executable('bin', 'server');
    executable('lib', '9', 'bin', 'versioned');
    newest = executable('lib', '15', 'bin', 'versioned');
    writeFileSync(join(root, 'bin', 'text'), 'not a program');
    mkdirSync(join(root, 'bin', 'folder'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('takes the first name that PATH has', () => {
    const found = findCommand({ commands: ['absent', 'server'] }, `/nowhere:${join(root, 'bin')}`);
    expect(found).toBe(inPath);
  });

  it('takes the highest version outside PATH', () => {
    const directories = [join(root, 'lib/*/bin')];
    expect(findCommand({ commands: ['versioned'], directories }, '/nowhere')).toBe(newest);
  });

  it('passes over a file that cannot be run and a folder of that name', () => {
    expect(findCommand({ commands: ['text', 'folder'] }, join(root, 'bin'))).toBeUndefined();
  });
});
