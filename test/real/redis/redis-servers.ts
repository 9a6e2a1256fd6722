import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';

export interface RedisSet {
  readonly ports: readonly number[];
  readonly sentinels: readonly number[];
  /** A connection of an operator: to look, never part of what is tested. */
  client(port: number): Redis;
  /** Ends a server or Sentinel for good, as a power cut does. */
  kill(port: number): Promise<void>;
  stop(): Promise<void>;
}

/** One master, two replicas and three Sentinels on free ports, agreed with each other. */
export async function startRedisSet(): Promise<RedisSet> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'));
  const children = new Map<number, ChildProcess>();
  const clients: Redis[] = [];
  const [master = 0, ...others] = await freePorts(6);
  const replicas = others.slice(0, 2);
  const sentinels = others.slice(2);

  function start(
    port: number,
    command: 'redis' | 'redis-sentinel',
    lines: readonly string[],
  ): void {
    const file = join(folder, `${port}.conf`);
    writeFileSync(
      file,
      [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...lines, ''].join('\n'),
    );
    children.set(port, spawn(commandOf(command), [file], { stdio: 'ignore' }));
  }
  function client(port: number): Redis {
    const redis = new Redis({ host: '127.0.0.1', port, disableClientInfo: true });
    redis.on('error', () => undefined);
    clients.push(redis);
    return redis;
  }
  async function kill(port: number): Promise<void> {
    const child = children.get(port);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }

  for (const port of [master, ...replicas]) {
    const follows = port === master ? [] : [`replicaof 127.0.0.1 ${master}`];
    start(port, 'redis', [
      'save ""',
      `dbfilename ${port}.rdb`,
      'repl-diskless-sync-delay 0',
      ...follows,
    ]);
  }
  for (const port of sentinels) {
    start(port, 'redis-sentinel', [
      `sentinel monitor cache 127.0.0.1 ${master} 2`,
      'sentinel down-after-milliseconds cache 5000',
    ]);
  }
  const asked = sentinels.map(client);
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
  const first = client(master);
  await eventually(
    'both replicas follow',
    async () => String(await first.info('replication')).match(/state=online/g)?.length === 2,
    { withinMs: 60_000 },
  );
  return {
    ports: [master, ...replicas],
    sentinels,
    client,
    kill,
    async stop() {
      for (const each of clients) each.disconnect();
      for (const port of children.keys()) await kill(port);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = held.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
