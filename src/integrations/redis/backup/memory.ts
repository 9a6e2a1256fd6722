import { sayBytes } from '../../../core/backup/estimate.ts';
import { ProblemError, problem } from '../../../core/problem.ts';

/** What a server holds in memory, and how much it may; by INFO. https://redis.io/docs/latest/commands/info/ */
export interface Memory {
  readonly usedBytes: number;
  /** `maxmemory` where one is set, else what the machine has. */
  readonly mostBytes: number;
  readonly most: string;
}

export function memoryIn(info: string): Memory {
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = number('maxmemory');
  const [, policy = 'noeviction'] = /^maxmemory_policy:(\S+)/m.exec(info) ?? [];
  return {
    usedBytes: number('used_memory'),
    mostBytes: limit > 0 ? limit : number('total_system_memory'),
    most: limit > 0 ? `maxmemory, ${policy}` : 'the memory of its machine, no maxmemory',
  };
}

/** What clients have under way counts as well, and moves. */
const spareShare = 0.05;

/**
 * Rejects where so much more would go over the limit: by its policy the server would throw keys away that are in use, or
 * refuse the writes of everybody. https://redis.io/docs/latest/develop/reference/eviction/
 */
export function checkMemory(
  { usedBytes, mostBytes, most }: Memory,
  moreBytes: number,
  server: string,
): void {
  if (mostBytes === 0 || usedBytes + moreBytes <= mostBytes * (1 - spareShare)) return;
  throw new ProblemError(
    problem('REDIS_RESTORE_NO_MEMORY', {
      server,
      needed: sayBytes(moreBytes),
      used: sayBytes(usedBytes),
      limit: `${sayBytes(mostBytes)} (${most})`,
    }),
  );
}
