import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Blobs } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { isMissing, isNoSpace } from './files.ts';

export interface BlobStore extends Blobs {
  /** Deletes what nobody needs any more, and nothing that is named; answers how many. */
  prune(now: number, named?: ReadonlySet<string>): Promise<number>;
  /** Deletes one, whoever may still name it. */
  drop(digest: string): Promise<void>;
}

export const BLOB_BYTES_MAX = 16 * 1024 * 1024;

/**
 * One file per blob, named by its SHA-256, so that big outputs never pass through the journal's log. Until when it is
 * kept stands in the file's modification time: no index that could disagree with the files.
 */
export function openBlobs(folder: string, bytesMax = BLOB_BYTES_MAX): BlobStore {
  return { put, get, prune, drop };

  async function put(bytes: Uint8Array, keepUntil: number): Promise<string> {
    if (bytes.byteLength > bytesMax) {
      throw new ProblemError(
        problem('BLOB_TOO_LARGE', { bytes: bytes.byteLength, most: bytesMax }),
      );
    }
    const digest = createHash('sha256').update(bytes).digest('hex');
    const path = pathOf(folder, digest);
    const kept = await keptUntil(path);
    if (kept === undefined) await write(path, bytes);
    if (kept === undefined || kept < keepUntil) await keep(path, keepUntil);
    return digest;
  }

  async function get(digest: string): Promise<Uint8Array | undefined> {
    if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
    let bytes: Buffer;
    try {
      bytes = await readFile(pathOf(folder, digest));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    // A damaged blob is no blob: whoever shows it names it by its digest.
    return createHash('sha256').update(bytes).digest('hex') === digest ? bytes : undefined;
  }

  async function drop(digest: string): Promise<void> {
    if (/^[0-9a-f]{64}$/.test(digest)) await rm(pathOf(folder, digest), { force: true });
  }

  async function prune(now: number, named: ReadonlySet<string> = new Set()): Promise<number> {
    let pruned = 0;
    for (const path of await filesUnder(folder)) {
      const until = await keptUntil(path);
      if (until === undefined || until >= now || named.has(basename(path))) continue;
      await rm(path, { force: true });
      pruned += 1;
    }
    return pruned;
  }
}

function pathOf(folder: string, digest: string): string {
  return join(folder, digest.slice(0, 2), digest);
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    if (isNoSpace(error))
      throw new ProblemError(problem('JOURNAL_FULL', { path }), { cause: error });
    throw error;
  }
}

/** Seconds, rounded up: some file systems keep no more, and a blob must not go early. */
async function keep(path: string, until: number): Promise<void> {
  const seconds = Math.ceil(until / 1000);
  await utimes(path, seconds, seconds);
}

async function keptUntil(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function filesUnder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
