import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { aptArguments } from './plan.ts';
import type { Server } from './servers.ts';

const policyFile = '/usr/sbin/policy-rc.d';
const setAside = `${policyFile}.before-tocsin-tests`;

/** Installs Debian packages while no service of theirs may start, neither now nor at the next boot. */
export function installWithApt(missing: readonly Server[]): boolean {
  const restore = forbidServiceStarts();
  // Ctrl-C ends apt-get, not this process: the machine must not be left with services that never start again.
  process.on('SIGINT', stayAlive);
  try {
    return apt(['update']) && apt(aptArguments(missing));
  } finally {
    restore();
    process.removeListener('SIGINT', stayAlive);
    disableAtBoot(missing);
  }
}

function stayAlive(): void {}

function apt(args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', ...args], { stdio: 'inherit', env }).status === 0;
}

/** Maintainer scripts ask policy-rc.d before they start a service; 101 means "forbidden". */
function forbidServiceStarts(): () => void {
  const existed = existsSync(policyFile);
  if (existed) renameSync(policyFile, setAside);
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
  chmodSync(policyFile, 0o755);
  let done = false;
  return () => {
    if (done) return;
    done = true;
    rmSync(policyFile, { force: true });
    if (existed) renameSync(setAside, policyFile);
  };
}

/** Under whichever init the machine has; what is not installed there says so and is no failure. */
function disableAtBoot(missing: readonly Server[]): void {
  for (const service of missing.flatMap((server) => server.services ?? [])) {
    spawnSync('systemctl', ['disable', '--quiet', service], { stdio: 'ignore' });
    spawnSync('update-rc.d', [service, 'disable'], { stdio: 'ignore' });
  }
}
