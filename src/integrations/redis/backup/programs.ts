import { accessSync, constants } from 'node:fs';
import { ProblemError, problem } from '../../../core/problem.ts';
import { outputOf } from './child.ts';

const folders = ['/usr/local/bin', '/usr/bin', '/opt/redis/bin', '/usr/local/redis/bin'];

export interface Program {
  readonly path: string;
  /** `redis-cli 7.0.15`. */
  readonly says: string;
}

/** A program of Redis. Rejects with BACKUP_PROGRAM_MISSING. */
export async function programOf(name: 'redis-cli' | 'redis-server'): Promise<Program> {
  const path = folders.map((folder) => `${folder}/${name}`).find(isThere);
  if (path === undefined) throw missing(name, 'it is in none of the usual folders');
  const signal = AbortSignal.timeout(10_000);
  const text = await outputOf({ program: path, args: ['--version'], signal });
  return { path, says: `${name} ${/\d+(\.\d+)+/.exec(text)?.[0] ?? '?'}` };
}

/**
 * A server that reads what another one wrote: older ones refuse the format of newer ones, and that would say nothing of
 * the copy. https://redis.io/docs/latest/operate/oss_and_stack/install/upgrade/
 */
export async function serverFor(server: string): Promise<Program> {
  const found = await programOf('redis-server');
  const [has, needs] = [rankOf(found.says), rankOf(server)];
  if (has >= needs) return found;
  throw missing('redis-server', `${found.path} is ${found.says}, and the copy is of ${server}`);
}

/** What looks a file over; absent where it is not installed beside the server. */
export function checkerBeside({ path }: Program): string | undefined {
  const checker = `${path.slice(0, path.lastIndexOf('/'))}/redis-check-rdb`;
  return isThere(checker) ? checker : undefined;
}

/** `Redis 7.0.15` → 7000: the format changes with minor versions at most. */
function rankOf(text: string): number {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(major) * 1000 + Number(minor);
}

function missing(program: string, why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program, why }));
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
