import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { commandOf } from '../../provision/command.ts';
import { endProcess } from '../../support/own-process.ts';

export interface RedisProcesses {
  start(port: number, command: 'redis' | 'redis-sentinel', lines: readonly string[]): void;
  /** A connection of an operator: to look, never part of what is tested. */
  client(port: number): Redis;
  /** Ends a server or Sentinel for good, as a power cut does. */
  kill(port: number): Promise<void>;
  stop(): Promise<void>;
}

/** Redis servers and Sentinels of one test, in a folder of their own; where one asks for a password, its operator has it. */
export function openRedisProcesses(
  passwords: ReadonlyMap<number, string> = new Map(),
): RedisProcesses {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'));
  const children = new Map<number, ChildProcess>();
  const clients = new Map<number, Redis>();
  async function kill(port: number): Promise<void> {
    const child = children.get(port);
    if (child) await endProcess(child, 'SIGKILL');
  }
  return {
    start(port, command, lines) {
      const file = join(folder, `${port}.conf`);
      const all = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...lines, ''];
      writeFileSync(file, all.join('\n'));
      children.set(port, spawn(commandOf(command), [file], { stdio: 'ignore' }));
    },
    client(port) {
      const known = clients.get(port);
      if (known) return known;
      const password = passwords.get(port);
      const redis = new Redis({
        host: '127.0.0.1',
        port,
        disableClientInfo: true,
        ...(password !== undefined && { password }),
      });
      redis.on('error', () => undefined);
      clients.set(port, redis);
      return redis;
    },
    kill,
    async stop() {
      for (const each of clients.values()) each.disconnect();
      for (const port of children.keys()) await kill(port);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const password = 'let-me-over';
export const logins = {
  servers: { username: 'tocsin', password },
  read: { username: 'tocsin-read', password },
  sentinelLogin: { username: 'tocsin', password },
};

/** Gives the users of the page of Redis exactly the rights that it lists, so that it is known to list enough. */
export async function grantAsThePageSays(
  client: RedisProcesses['client'],
  ports: readonly number[],
): Promise<void> {
  const lines = linesOfThePage().filter((line) => !isOfSentinels(line));
  if (lines.length !== 5)
    throw new Error('the page names two users, for copies and restores as well');
  await granted(lines, ports, client);
}

/** The same at the Sentinels. */
export async function grantAtSentinels(
  client: RedisProcesses['client'],
  ports: readonly number[],
): Promise<void> {
  const lines = linesOfThePage().filter(isOfSentinels);
  if (lines.length !== 1) throw new Error('the page names one user of the Sentinels');
  await granted(lines, ports, client);
}

const isOfSentinels = (line: string) => line.includes('+sentinel|');

function linesOfThePage(): readonly string[] {
  const page = new URL('../../../docs/integrations/redis.md', import.meta.url);
  return readFileSync(page, 'utf8').match(/ACL SETUSER .*/g) ?? [];
}

async function granted(
  lines: readonly string[],
  ports: readonly number[],
  client: RedisProcesses['client'],
): Promise<void> {
  for (const line of lines) {
    const [command = '', ...words] = line.replace('>…', `>${password}`).split(' ');
    for (const port of ports) await client(port).call(command, ...words);
  }
}

/** What every server of a test has: nothing on disk, and replicas that follow at once. */
export function serverLines(port: number): readonly string[] {
  return ['save ""', `dbfilename ${port}.rdb`, 'repl-diskless-sync-delay 0'];
}
