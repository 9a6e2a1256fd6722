import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { openRedisProcesses, type RedisProcesses, serverLines } from './redis-processes.ts';

export interface RedisClusterSet extends Omit<RedisProcesses, 'start'> {
  /** Masters first, each with the replica of the same place after them. */
  readonly masters: readonly number[];
  readonly replicas: readonly number[];
}

const slots = 16_384;

/** Three masters with a replica each, whose replicas take over only when they are told. */
export async function startRedisCluster(): Promise<RedisClusterSet> {
  const processes = openRedisProcesses();
  const ports = await freePorts(12);
  const nodes = ports.slice(0, 6);
  nodes.forEach((port, index) => {
    processes.start(port, 'redis', [
      ...serverLines(port),
      'cluster-enabled yes',
      `cluster-config-file nodes-${port}.conf`,
      // A port of its own: the usual one, 10000 above, may be none.
      `cluster-port ${ports[index + 6]}`,
      'cluster-node-timeout 1000',
      'cluster-replica-no-failover yes',
    ]);
  });
  const masters = nodes.slice(0, 3);
  const replicas = nodes.slice(3);
  const { client } = processes;
  const ids = await Promise.all(
    nodes.map(async (port) => String(await client(port).call('CLUSTER', 'MYID'))),
  );
  for (const [index, port] of masters.entries()) {
    await client(port).call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    const from = Math.floor((index * slots) / 3);
    const to = Math.floor(((index + 1) * slots) / 3);
    const own = Array.from({ length: to - from }, (_, slot) => String(from + slot));
    await client(port).call('CLUSTER', 'ADDSLOTS', ...own);
  }
  for (const [index, port] of nodes.entries()) {
    if (index > 0) {
      const bus = String(ports[6]);
      await client(port).call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]), bus);
    }
  }
  for (const [index, port] of replicas.entries()) {
    await eventually('the replica has heard of its master', async () =>
      client(port)
        .call('CLUSTER', 'REPLICATE', ids[index] ?? '')
        .then(
          () => true,
          () => false,
        ),
    );
  }
  await eventually(
    'the cluster is whole',
    async () => {
      const told = await Promise.all(
        nodes.map(async (port) => ({
          info: String(await client(port).call('CLUSTER', 'INFO')),
          nodes: String(await client(port).call('CLUSTER', 'NODES')),
          replication: String(await client(port).info('replication')),
        })),
      );
      return told.every(
        (each) =>
          each.info.includes('cluster_state:ok') &&
          (each.nodes.match(/slave/g)?.length ?? 0) === 3 &&
          (each.replication.includes('role:master') ||
            each.replication.includes('master_link_status:up')),
      );
    },
    { withinMs: 60_000 },
  );
  return { ...processes, masters, replicas };
}
