import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';

export interface Writer {
  /** Writes that were acknowledged so far. */
  acknowledged(): readonly string[];
  stop(): Promise<void>;
}

/** An application that asks the Sentinels for the master and counts every write that was answered OK. */
export function startWriter(sentinels: readonly number[]): Writer {
  const redis = new Redis({
    sentinels: sentinels.map((port) => ({ host: '127.0.0.1', port })),
    name: 'cache',
    // A write whose answer was lost is not sent again: it is counted neither way.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  return writingTo(redis);
}

/** The same on a Redis Cluster: it follows whom the nodes name. */
export function startClusterWriter(ports: readonly number[]): Writer {
  const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
  const redis = new Cluster(nodes, {
    slotsRefreshTimeout: 1_000,
    clusterRetryStrategy: () => 50,
    redisOptions: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  });
  redis.on('error', () => undefined);
  return writingTo(redis);
}

/** The same where the address stays: what is refused there goes to the next server. */
export function startPlainWriter(clients: readonly Redis[]): Writer {
  let at = 0;
  return writingTo({
    async set(key, value) {
      const answer = await clients[at % clients.length]?.set(key, value).catch(() => undefined);
      if (answer !== 'OK') at += 1;
      return answer ?? '';
    },
    disconnect: () => undefined,
  });
}

interface Application {
  set(key: string, value: string): Promise<string | null>;
  disconnect(): void;
}

function writingTo(redis: Application): Writer {
  const acknowledged: string[] = [];
  let isOn = true;
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let count = 0; isOn; count += 1) {
      const key = `row:${lane}:${count}`;
      const answer = await redis.set(key, 'x').catch(() => undefined);
      if (answer === 'OK') acknowledged.push(key);
      await pause(answer === 'OK' ? 2 : 20);
    }
  });
  return {
    acknowledged: () => acknowledged,
    async stop() {
      isOn = false;
      await Promise.race([Promise.all(lanes), pause(5_000)]);
      redis.disconnect();
    },
  };
}

/** Acknowledged writes that a cluster does not hold. */
export async function missingFromCluster(
  ports: readonly number[],
  keys: readonly string[],
): Promise<number> {
  const cluster = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
  const found = await Promise.all(keys.map((key) => cluster.exists(key)));
  cluster.disconnect();
  return found.filter((count) => count === 0).length;
}

/** Acknowledged writes that a server does not hold. */
export async function missingFrom(server: Redis, keys: readonly string[]): Promise<number> {
  let missing = 0;
  for (let at = 0; at < keys.length; at += 500) {
    const part = keys.slice(at, at + 500);
    missing += part.length - (await server.exists(...part));
  }
  return missing;
}
