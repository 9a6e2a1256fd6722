import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArtefactStore, Kept, Listed } from '../../core/ports/backup.ts';
import { ProblemError, problem } from '../../core/problem.ts';

/** Artefacts in a folder of this machine, readable by nobody else. Names come from the configuration and from us. */
export function createFolderStore(folder: string): ArtefactStore {
  const at = (name: string) => join(folder, name);
  const half = (name: string) => join(folder, dirname(name), `.${basename(name)}.part`);
  return {
    name: folder,
    async room() {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize;
      } catch (error) {
        throw trouble('BACKUP_STORE_UNUSABLE', folder, error);
      }
    },
    async put(name, bytes, signal) {
      try {
        await mkdir(dirname(at(name)), { recursive: true, mode: 0o700 });
        return await written({ to: at(name), half: half(name) }, bytes, signal);
      } catch (error) {
        await rm(half(name), { force: true }).catch(() => undefined);
        throw trouble('BACKUP_STORE_UNUSABLE', folder, error);
      }
    },
    async list(below) {
      const names = await readdir(at(below)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw trouble('BACKUP_STORE_UNUSABLE', folder, error);
      });
      const found: Listed[] = [];
      for (const name of names.filter((each) => !each.startsWith('.')).toSorted()) {
        const about = await stat(join(at(below), name)).catch(() => undefined);
        if (about?.isFile()) found.push({ name: `${below}/${name}`, bytes: about.size });
      }
      return found;
    },
    async *read(name) {
      const file = await open(at(name), 'r').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') {
          throw new ProblemError(problem('BACKUP_NOT_THERE', { name, store: folder }));
        }
        throw trouble('BACKUP_STORE_UNUSABLE', folder, error);
      });
      yield* createReadStream('', { fd: file, highWaterMark: chunkBytes });
    },
    async remove(name) {
      try {
        await unlink(at(name));
        return true;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw trouble('BACKUP_STORE_UNUSABLE', folder, error);
      }
    },
    sweep: (name) => rm(half(name), { force: true }),
  };
}

const chunkBytes = 256 * 1024;

/** Temporary name, sync, then its own name by a link that refuses to write over anything, and the folder synced. */
async function written(
  { to, half }: { readonly to: string; readonly half: string },
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Kept> {
  const hash = createHash('sha256');
  let count = 0;
  const file = await open(half, 'w', 0o600);
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash.update(chunk);
      count += chunk.length;
      await whole(file, chunk);
    }
    signal.throwIfAborted();
    await file.sync();
  } finally {
    await file.close();
  }
  await named(half, to);
  const parent = await open(dirname(to), 'r');
  await parent.sync().finally(() => parent.close());
  return { bytes: count, sha256: hash.digest('hex') };
}

/** A link refuses to write over what is there. Some network shares and FAT know none. */
async function named(half: string, to: string): Promise<void> {
  try {
    await link(half, to);
    await unlink(half);
  } catch (error) {
    const code = codeOf(error) ?? '';
    const isTaken = code === 'EEXIST' || (await isThere(to));
    if (isTaken)
      throw new ProblemError(problem('BACKUP_NAME_TAKEN', { name: to }), { cause: error });
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    await rename(half, to);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** One write may take less than it is given: https://nodejs.org/api/fs.html#filehandlewritebuffer-offset-length-position */
async function whole(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) {
    const { bytesWritten } = await file.write(chunk, at);
    at += bytesWritten;
  }
}

/** Problems and what was aborted go through as they are. */
function trouble(code: string, store: string, error: unknown): unknown {
  const fault = codeOf(error);
  if (error instanceof ProblemError || fault === undefined || fault === 'ABORT_ERR') return error;
  return new ProblemError(problem(code, { store, why: fault }), { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
