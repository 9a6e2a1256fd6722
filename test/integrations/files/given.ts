import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FilesConfig } from '../../../src/integrations/files/schema.ts';

/** A folder of the test's own, under the way that has no link in it. */
export function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'files-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function configOf(paths: readonly string[], more: Partial<FilesConfig> = {}): FilesConfig {
  return { target: 'checkout-etc', paths, exclude: [], bytesMax: 64 * 1024 * 1024, ...more };
}

export async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

export async function* partsOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const going = () => new AbortController().signal;
