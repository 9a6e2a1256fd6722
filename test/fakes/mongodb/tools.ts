import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A folder with the stand-ins of the MongoDB Database Tools, or with what a test puts in their place. */
export function toolsFolder(own: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'mongodb-tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = fileURLToPath(new URL('./tool.ts', import.meta.url));
  for (const name of ['mongodump', 'mongorestore']) {
    // Started for the version alone it would take a second.
    const version = `case "$1" in --version) echo "${name} version: 100.13.0"; exit;; esac`;
    const ours = `${version}\nexec ${process.execPath} ${script} ${name} "$@"`;
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${own[name] ?? ours}\n`);
    chmodSync(path, 0o755);
  }
  return folder;
}
