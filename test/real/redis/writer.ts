import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

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

/** Acknowledged writes that a server does not hold. */
export async function missingFrom(server: Redis, keys: readonly string[]): Promise<number> {
  let missing = 0;
  for (let at = 0; at < keys.length; at += 500) {
    const part = keys.slice(at, at + 500);
    missing += part.length - (await server.exists(...part));
  }
  return missing;
}
