import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import type { Content, Tree } from '../../core/backup/manifest.ts';
import type { OpenBackup } from '../../core/ports/backup.ts';
import { compressed } from './archive/compression.ts';
import { endOfArchive, headerOf, paddingOf } from './archive/header.ts';
import { createDigest } from './digest.ts';
import { pathOf, type Raw, said } from './name.ts';
import { createNotes, type Notes } from './notes.ts';
import type { FilesConfig } from './schema.ts';
import { type Entry, headerFor, type Root, tooLarge, unreadable, walk } from './tree.ts';
import { faultOf } from './trouble.ts';

const chunkBytes = 256 * 1024;

/** The roots as one archive, compressed, and what went into it. */
export function packed(
  roots: readonly Root[],
  config: FilesConfig,
  signal: AbortSignal,
): OpenBackup {
  const { promise, resolve, reject } = Promise.withResolvers<Content>();
  promise.catch(() => undefined);
  // Nobody may ever read it.
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  async function* archive(): AsyncGenerator<Uint8Array> {
    try {
      yield* gathered(members(roots, config, { signal, done: resolve }));
    } catch (error) {
      reject(error);
      throw error;
    }
  }
  return { bytes: compressed(archive()), content: promise };
}

interface Packing {
  readonly signal: AbortSignal;
  readonly done: (content: Content) => void;
}

async function* members(
  roots: readonly Root[],
  config: FilesConfig,
  { signal, done }: Packing,
): AsyncGenerator<Uint8Array> {
  const notes = createNotes();
  const counts: Record<string, number> = {};
  const trees: Record<string, Tree> = {};
  let bytes = 0;
  for (const root of roots) {
    const digest = createDigest();
    for await (const entry of walk(root, config, notes)) {
      signal.throwIfAborted();
      if (entry.kind !== 'file') {
        yield headerOf(headerFor(entry));
        digest.add(entry);
        continue;
      }
      const opened = await openFile(entry, notes);
      if (!opened) continue;
      const { file, found } = opened;
      bytes += found.size;
      try {
        if (bytes > config.bytesMax) throw tooLarge(config, bytes);
        const hash = createHash('sha256');
        yield headerOf(headerFor(found));
        for await (const part of contentOf(file, found, notes)) {
          signal.throwIfAborted();
          hash.update(part);
          yield part;
        }
        yield Buffer.alloc(paddingOf(found.size));
        digest.add(found, hash.digest('hex'));
      } finally {
        await file.close();
      }
    }
    const { members: count, tree } = digest.sum();
    counts[said(root.at)] = count;
    trees[said(root.at)] = tree;
  }
  yield endOfArchive;
  const remarks = notes.said();
  done({ counts, uncounted: 0, trees, ...(remarks.length > 0 && { notes: remarks }) });
}

/**
 * Opened only where it still is what was looked at: without following a link, and not through a folder that became one
 * meanwhile. Undefined where it went away.
 */
async function openFile(
  entry: Entry,
  notes: Notes,
): Promise<{ readonly file: FileHandle; readonly found: Entry } | undefined> {
  const { at } = entry;
  // What became a pipe meanwhile must not be waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: FileHandle | undefined;
  try {
    file = await open(pathOf(at), flags);
    const about = await file.stat();
    if (about.isFile() && (await isWhere(file, at))) {
      const { size, mode, uid, gid, mtimeMs } = about;
      const mtime = Math.floor(mtimeMs / 1000);
      return { file, found: { ...entry, size, mode: mode & 0o7777, uid, gid, mtime } };
    }
  } catch (error) {
    await file?.close();
    if (!['ENOENT', 'ELOOP', 'ENXIO'].includes(faultOf(error) ?? '')) throw unreadable(error, at);
    notes.tell('gone', at);
    return undefined;
  }
  await file.close();
  notes.tell('gone', at);
  return undefined;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html; elsewhere it cannot be asked. */
async function isWhere(file: FileHandle, at: Raw): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await readlink(`/proc/self/fd/${file.fd}`, { encoding: 'latin1' })) === at;
}

/** As many bytes as it had: what is written to it meanwhile is left out, what is cut from it becomes zeros. */
async function* contentOf(
  file: FileHandle,
  { at, size }: Entry,
  notes: Notes,
): AsyncGenerator<Uint8Array> {
  const before = await file.stat();
  let left = size;
  while (left > 0) {
    const chunk = Buffer.allocUnsafe(Math.min(left, chunkBytes));
    const { bytesRead } = await file.read(chunk, 0, chunk.length).catch((error: unknown) => {
      throw unreadable(error, at);
    });
    if (bytesRead === 0) break;
    left -= bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
  const after = await file.stat();
  const isSame = after.size === size && after.mtimeMs === before.mtimeMs;
  if (left > 0 || !isSame) notes.tell('changed', at);
  for (; left > 0; left -= Math.min(left, chunkBytes)) {
    yield Buffer.alloc(Math.min(left, chunkBytes));
  }
}

/** Headers are small, and each part costs a turn of whoever compresses. */
async function* gathered(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of parts) {
    held.push(part);
    bytes += part.length;
    if (bytes < chunkBytes) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  yield Buffer.concat(held);
}
