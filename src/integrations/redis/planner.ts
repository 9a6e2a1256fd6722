import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Connections } from './connection.ts';
import { namedIn } from './plans/base.ts';
import { draftTakeSlots } from './plans/cluster.ts';
import { draftFailover } from './plans/sentinels.ts';
import { draftHandOver } from './plans/servers.ts';
import type { RedisConfig } from './schema.ts';
import { readServers } from './servers.ts';
import { readTopology } from './topology.ts';

/** Lets a question through, or throws why nothing is asked just now. */
export type Through = <T>(ask: () => Promise<T>) => Promise<T>;

/** Reads; holds nothing it could change a server with. */
export function createPlanner(
  config: RedisConfig,
  connections: Connections,
  through: Through = (ask) => ask(),
): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      if (request.verb !== 'failover') {
        return { ok: false, problem: problem('REDIS_UNKNOWN_VERB', { verb: request.verb }) };
      }
      const { mode } = request.args;
      if (mode !== undefined && (mode !== 'takeover' || config.kind !== 'cluster')) {
        return { ok: false, problem: problem('REDIS_NO_MODE', { target: config.target }) };
      }
      try {
        return await through(() => draftOf(config, connections, request));
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}

async function draftOf(
  config: RedisConfig,
  connections: Connections,
  request: DraftRequest,
): Promise<Draft> {
  if (config.kind === 'sentinels') {
    const topology = await readTopology({ config, connections });
    return draftFailover(request, topology, { name: config.master, to: namedIn(request) });
  }
  const reach = { config, connections };
  return config.kind === 'cluster'
    ? draftTakeSlots(request, reach)
    : draftHandOver(request, await readServers(reach));
}
