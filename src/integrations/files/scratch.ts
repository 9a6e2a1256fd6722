import { createHash } from 'node:crypto';
import { chmod, lstat, mkdtemp, open, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Content, Tree } from '../../core/backup/manifest.ts';
import type { Scratch } from '../../core/ports/backup.ts';
import { createDigest } from './digest.ts';
import { pathOf, type Raw, rawOf } from './name.ts';
import { createNotes } from './notes.ts';
import { type Entry, walk } from './tree.ts';
import { faultOf, trouble } from './trouble.ts';

const prefix = 'tocsin-files-';

/** A folder that nobody else may enter, and that is gone afterwards. */
export async function withFolder<T>(task: (folder: Raw) => Promise<T>): Promise<T> {
  await sweep();
  const folder = rawOf(await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`)));
  try {
    return await task(folder);
  } catch (error) {
    const fault = faultOf(error);
    // Of the machine, and not of what was unpacked.
    if (fault === undefined || fault === 'ABORT_ERR') throw error;
    throw trouble('FILES_SCRATCH_FAILED', { place: tmpdir(), why: fault }, error);
  } finally {
    await clear(folder);
  }
}

export async function scratchRoom(): Promise<Scratch> {
  return { place: `a folder of its own in ${tmpdir()}`, roomBytes: await roomAt(tmpdir()) };
}

export async function roomAt(folder: string | Buffer): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** What was unpacked, read from the disk: path → where it lies now. */
export async function lookBack(
  places: ReadonlyMap<string, Raw>,
  signal: AbortSignal,
): Promise<Content> {
  const counts: Record<string, number> = {};
  const trees: Record<string, Tree> = {};
  for (const [path, at] of places) {
    const digest = createDigest();
    for await (const entry of walk({ path, at }, { exclude: [] }, createNotes())) {
      signal.throwIfAborted();
      digest.add(entry, entry.kind === 'file' ? await hashOf(entry, signal) : '');
    }
    const { members, tree } = digest.sum();
    counts[path] = members;
    trees[path] = tree;
  }
  return { counts, uncounted: 0, trees };
}

/** With all that is in it, also in folders that may not be written to. */
export async function clear(at: Raw): Promise<void> {
  await rm(pathOf(at), { recursive: true, force: true }).catch(async (error: unknown) => {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(faultOf(error) ?? '')) throw error;
    await openUp(at);
    await rm(pathOf(at), { recursive: true, force: true });
  });
}

async function openUp(at: Raw): Promise<void> {
  await chmod(pathOf(at), 0o700);
  for (const name of await readdir(pathOf(at), { encoding: 'latin1' })) {
    const each = `${at}/${name}`;
    if ((await lstat(pathOf(each))).isDirectory()) await openUp(each);
  }
}

async function hashOf({ at }: Entry, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(pathOf(at), 'r');
  for await (const part of file.createReadStream({ highWaterMark: 256 * 1024 })) {
    signal.throwIfAborted();
    hash.update(part);
  }
  return hash.digest('hex');
}

/** What a process that died left behind. */
async function sweep(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (isAlive(Number(name.slice(prefix.length).split('-', 1)[0]))) continue;
    await clear(rawOf(join(tmpdir(), name)));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
