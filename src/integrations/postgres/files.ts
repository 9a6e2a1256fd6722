import { createHash, randomUUID } from 'node:crypto';
import { chown, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProblemError, problem } from '../../core/problem.ts';

const bytesMax = 1024 ** 2;

/** A configuration file of a proxy. Throws PG_FILE_UNREADABLE. */
export async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > bytesMax) throw new Error(`it has ${size} bytes, more than ${bytesMax}`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ProblemError(problem('PG_FILE_UNREADABLE', { file: path, why: words(error) }));
  }
}

/**
 * The whole new text or the old one, whatever happens meanwhile: it is written beside it, is on the disk, and takes its
 * name. Rights and owner stay. Throws PG_FILE_UNWRITABLE, and then nothing was changed.
 */
export async function replaceText(path: string, text: string): Promise<void> {
  let beside = '';
  try {
    const real = await realpath(path);
    const { mode, uid, gid } = await stat(real);
    beside = join(dirname(real), `.tocsin-${randomUUID()}`);
    const file = await open(beside, 'wx', mode & 0o777);
    try {
      await file.writeFile(text);
      await file.chmod(mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    const made = await stat(beside);
    if (made.uid !== uid || made.gid !== gid) await chown(beside, uid, gid);
    await rename(beside, real);
  } catch (error) {
    if (beside !== '') await rm(beside, { force: true }).catch(() => undefined);
    throw new ProblemError(problem('PG_FILE_UNWRITABLE', { file: path, why: words(error) }));
  }
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
