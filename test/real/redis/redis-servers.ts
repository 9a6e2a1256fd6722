import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { openRedisProcesses, type RedisProcesses, serverLines } from './redis-processes.ts';

export interface RedisSet extends Omit<RedisProcesses, 'start'> {
  readonly ports: readonly number[];
  readonly sentinels: readonly number[];
}

/** One master, two replicas and three Sentinels on free ports, agreed with each other; these may ask for a password. */
export async function startRedisSet({
  sentinelPassword,
}: {
  readonly sentinelPassword?: string;
} = {}): Promise<RedisSet> {
  const [master = 0, ...others] = await freePorts(6);
  const ports = [master, ...others.slice(0, 2)];
  const sentinels = others.slice(2);
  const guarded = sentinelPassword === undefined ? [] : [sentinelPassword];
  const processes = openRedisProcesses(
    new Map(sentinels.flatMap((port) => guarded.map((password) => [port, password] as const))),
  );
  startServers(processes, ports);
  // A Sentinel asks a master at once and then every ten seconds: one that knows no replica yet costs as much.
  await followed(processes, master);
  for (const port of sentinels) {
    processes.start(port, 'redis-sentinel', [
      `sentinel monitor cache 127.0.0.1 ${master} 2`,
      'sentinel down-after-milliseconds cache 5000',
      ...guarded.flatMap((password) => [
        `requirepass ${password}`,
        `sentinel sentinel-pass ${password}`,
      ]),
    ]);
  }
  const asked = sentinels.map(processes.client);
  await eventually(
    'the Sentinels know the replicas and each other',
    async () => {
      const told = await Promise.all(
        asked.map(async (sentinel) => String(await sentinel.call('SENTINEL', 'MASTER', 'cache'))),
      ).catch(() => []);
      return (
        told.length === 3 &&
        told.every((text) => /num-slaves,2,/.test(text) && /num-other-sentinels,2,/.test(text))
      );
    },
    { withinMs: 60_000 },
  );
  await eventually(
    'every Sentinel has heard from each replica that it follows',
    async () => {
      const told = await Promise.all(
        asked.map(async (sentinel) => String(await sentinel.call('SENTINEL', 'REPLICAS', 'cache'))),
      );
      // A Sentinel answers NOGOODSLAVE until it has: it asks each replica every ten seconds.
      return told.every((text) => text.match(/master-link-status,ok,/g)?.length === 2);
    },
    { withinMs: 60_000 },
  );
  return { ...processes, ports, sentinels };
}

/** One master and two replicas that nobody looks after. */
export async function startRedisServers(): Promise<Omit<RedisSet, 'sentinels'>> {
  const processes = openRedisProcesses();
  const ports = await freePorts(3);
  startServers(processes, ports);
  await followed(processes, ports[0] ?? 0);
  return { ...processes, ports };
}

function startServers(processes: RedisProcesses, ports: readonly number[]): void {
  const [master] = ports;
  for (const port of ports) {
    const follows = port === master ? [] : [`replicaof 127.0.0.1 ${master}`];
    processes.start(port, 'redis', [...serverLines(port), ...follows]);
  }
}

async function followed({ client }: RedisProcesses, master: number): Promise<void> {
  await eventually(
    'both replicas follow',
    async () =>
      String(await client(master).info('replication')).match(/state=online/g)?.length === 2,
    { withinMs: 60_000 },
  );
}
