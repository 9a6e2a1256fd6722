import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from './servers.ts';

export type Shims = { readonly directory: string; readonly remove: () => void };

export function dockerAnswers(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/**
 * A folder of commands that run a container in the server's place. It shares network and files with the suites, so that
 * they start, address and end it as if it were a local program.
 */
export function dockerShims(missing: readonly Server[]): Shims {
  const directory = mkdtempSync(join(tmpdir(), 'tocsin-docker-'));
  const label = `tocsin-tests=${process.pid}`;
  for (const server of missing) {
    const [command] = server.commands;
    if (!command || !server.image) continue;
    writeFileSync(join(directory, command), shim(server.image, label), { mode: 0o755 });
  }
  return {
    directory,
    remove() {
      removeContainers(label);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function shim(image: string, label: string): string {
  return `#!/bin/sh
exec docker run --rm --init --network host --label ${label} --user "$(id -u):$(id -g)" \\
  --volume "${tmpdir()}:${tmpdir()}" --volume "${process.cwd()}:${process.cwd()}" --workdir "$PWD" \\
  ${image} "$@"
`;
}

/** A killed client leaves its container running. */
function removeContainers(label: string): void {
  const list = spawnSync('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`], {
    encoding: 'utf8',
  });
  const ids = (list.stdout ?? '').split('\n').filter(Boolean);
  if (ids.length > 0) spawnSync('docker', ['rm', '--force', ...ids], { stdio: 'ignore' });
}
