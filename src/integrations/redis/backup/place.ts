import { ProblemError, problem } from '../../../core/problem.ts';
import type { Connections } from '../connection.ts';
import type { NodesConfig, RedisConfig, SentinelsConfig } from '../schema.ts';
import { readServers } from '../servers.ts';
import { type Member, readTopology } from '../topology.ts';

/** A replica that lacks more than this of the stream of writes is not copied: a copy of it would be an old one. */
const lackMaxBytes = 1024 * 1024;

/**
 * Whom a copy is asked of: a replica that follows and has nearly all of it, else the master. A server forks for it, and
 * that is better not the one that everybody writes to. Rejects with a ProblemError.
 */
export async function copiedFrom(config: RedisConfig, connections: Connections): Promise<Member> {
  return closest(await standing(config, connections));
}

/** One of the replicas, which follow, else their master. */
export function closest({
  master,
  replicas,
}: {
  readonly master: Member;
  readonly replicas: readonly Member[];
}): Member {
  return replicas.find(({ offset }) => offset + lackMaxBytes >= master.offset) ?? master;
}

/** Whom a copy is put back to: replicas follow. Rejects with a ProblemError. */
export async function restoredAt(config: RedisConfig, connections: Connections): Promise<Member> {
  if (config.kind === 'cluster') {
    throw new ProblemError(problem('REDIS_RESTORE_CLUSTER', { target: config.target }));
  }
  return (await standing(config, connections)).master;
}

function standing(config: SentinelsConfig | NodesConfig, connections: Connections) {
  return config.kind === 'sentinels'
    ? readTopology({ config, connections })
    : readServers({ config, connections });
}
