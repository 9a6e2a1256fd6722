import { dirname } from 'node:path';
import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';

const folders = ['/usr/local/bin', '/usr/bin', '/opt/redis/bin', '/usr/local/redis/bin'];

export interface Tool {
  readonly path: string;
  /** `redis-cli 7.0.15`. */
  readonly says: string;
}

/** A program of Redis. Rejects with BACKUP_PROGRAM_MISSING. */
export async function programOf(
  programs: Programs,
  name: 'redis-cli' | 'redis-server',
): Promise<Tool> {
  const found = await programs.find(name, folders);
  if (!found) throw missing(name, 'it is in none of the usual folders');
  return { path: found.path, says: `${name} ${found.version}` };
}

/**
 * A server that reads what another one wrote: older ones refuse the format of newer ones, and that would say nothing of
 * the copy. https://redis.io/docs/latest/operate/oss_and_stack/install/upgrade/
 */
export async function serverFor(programs: Programs, server: string): Promise<Tool> {
  const found = await programOf(programs, 'redis-server');
  const [has, needs] = [rankOf(found.says), rankOf(server)];
  if (has >= needs) return found;
  throw missing('redis-server', `${found.path} is ${found.says}, and the copy is of ${server}`);
}

/** What looks a file over; absent where it is not installed beside the server. */
export async function checkerBeside(
  programs: Programs,
  { path }: Tool,
): Promise<string | undefined> {
  return (await programs.find('redis-check-rdb', [dirname(path)]))?.path;
}

/** `Redis 7.0.15` → 7000: the format changes with minor versions at most. */
function rankOf(text: string): number {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(major) * 1000 + Number(minor);
}

function missing(program: string, why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program, why }));
}
