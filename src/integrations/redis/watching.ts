import type { Endpoint } from '../../core/ports/endpoint.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { readCluster } from './cluster.ts';
import { type Connections, createConnections } from './connection.ts';
import { roleOf } from './replication.ts';
import { type Address, addressOf, type NodesConfig, type RedisConfig, said } from './schema.ts';
import { namedMasters } from './topology.ts';

/** Whether clients find a master, and one that has loaded its data. Asks only what any look at a Redis asks. */
export function watchMaster(config: RedisConfig, withinMs: number): Endpoint {
  const connections = createConnections(
    { ...config, timeoutMs: eachMs(config, withinMs) },
    { forChanges: false },
  );
  return {
    async check() {
      try {
        return await look(config, connections);
      } catch (error) {
        if (error instanceof ProblemError) return error.problem;
        throw error;
      }
    },
  };
}

/** A Sentinel, then the server that it names: both fit into the time of a check. */
function eachMs({ timeoutMs }: RedisConfig, withinMs: number): number {
  return Math.max(1, Math.min(timeoutMs, Math.floor(withinMs * 0.45)));
}

async function look(config: RedisConfig, connections: Connections): Promise<Problem | undefined> {
  if (config.kind !== 'sentinels') {
    return config.kind === 'cluster'
      ? lookAtShards(config, connections)
      : lookAtServers(config, connections);
  }
  const { target } = config;
  const names = await namedMasters({ config, connections });
  const [name = ''] = names;
  if (names.length > 1) {
    return problem('REDIS_SENTINELS_DISAGREE', { target, told: names.join(', ') });
  }
  const address = addressOf(name);
  const role = address && (await roleAt(connections, address));
  if (role === 'master') return undefined;
  const is = role === 'loading' ? 'still loads its data' : 'calls itself a replica';
  const told = role === undefined ? name || 'nothing' : `${name}, which ${is}`;
  return problem('REDIS_NO_MASTER', { target, told });
}

async function lookAtServers(
  { target, nodes }: NodesConfig,
  connections: Connections,
): Promise<Problem | undefined> {
  const met = await Promise.allSettled(nodes.map((address) => roleAt(connections, address)));
  const masters = nodes.filter((_, index) => {
    const each = met[index];
    return each?.status === 'fulfilled' && each.value === 'master';
  });
  if (masters.length === 1) return undefined;
  return masters.length === 0
    ? problem('REDIS_NOBODY_LEADS', { target })
    : problem('REDIS_SEVERAL_MASTERS', { target, told: masters.map(said).join(', ') });
}

/** As its nodes see it: a shard whose master fails is not served, whoever else is well. */
async function lookAtShards(
  config: NodesConfig,
  connections: Connections,
): Promise<Problem | undefined> {
  const { nodes } = await readCluster({ config, connections });
  const failing = nodes.filter((node) => node.isMaster && node.isFailing && node.slots.length > 0);
  if (failing.length === 0) return undefined;
  const masters = failing.map(({ name }) => name).join(', ');
  return problem('REDIS_SHARD_FAILS', { target: config.target, masters });
}

/** One that still loads refuses its clients, whatever its role: https://redis.io/docs/latest/commands/info/ */
function roleAt(connections: Connections, address: Address): Promise<string> {
  return connections.server(address, async (server) => {
    const isLoading = String(await server.call('INFO', 'persistence')).includes('loading:1');
    return isLoading ? 'loading' : roleOf(server);
  });
}
