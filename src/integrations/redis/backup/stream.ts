import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from '../../../core/backup/manifest.ts';
import type { OpenBackup } from '../../../core/ports/backup.ts';
import type { Programs, Running } from '../../../core/ports/programs.ts';
import { type Connections, createConnections } from '../connection.ts';
import type { Address, RedisConfig } from '../schema.ts';
import { contentBetween, type Keys, keysIn, widened } from './keyspace.ts';
import { programOf } from './programs.ts';
import { framed } from './rdb.ts';

/** How often keys are counted while they are copied. */
const countEveryMs = 1_000;

/**
 * The RDB that one server sends to whoever follows it, by `redis-cli --rdb`: it comes over the network, whoever keeps the
 * disk of the server. https://redis.io/docs/latest/develop/tools/cli/#remote-backups-of-rdb-files
 */
export async function openStream(
  { config, programs }: { readonly config: RedisConfig; readonly programs: Programs },
  address: Address,
  signal: AbortSignal,
): Promise<OpenBackup> {
  const asking = createConnections(config, { forChanges: false });
  const program = await programOf(programs, 'redis-cli');
  const count = async () => keysIn(await infoOf(asking, address, 'keyspace'));
  const before = await count();
  const authority = await authorityOf(config);
  try {
    const { password } = config.servers;
    const running = programs.start({
      path: program.path,
      args: [...wayTo(config, address), ...authority.args, '--rdb', '-'],
      ...(password !== undefined && { secrets: { REDISCLI_AUTH: password } }),
      signal,
    });
    return opened(running, { before, count, close: authority.close });
  } catch (error) {
    await authority.close();
    throw error;
  }
}

/** `Redis 7.0.15`. */
export async function versionAt(connections: Connections, address: Address): Promise<string> {
  const info = await infoOf(connections, address, 'server');
  return `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? '?'}`;
}

function opened(
  running: Running,
  {
    before,
    count,
    close,
  }: {
    readonly before: Keys;
    readonly count: () => Promise<Keys>;
    readonly close: () => Promise<void>;
  },
): OpenBackup {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* running.output;
    // One that failed looks like one that is through; its own words are better than ours.
    await running.ended;
  }
  const content = (async (): Promise<Content> => {
    let samples: readonly Keys[] = [before];
    let isOver = false;
    const ended = running.ended.finally(() => {
      isOver = true;
    });
    ended.catch(() => undefined);
    try {
      while (!isOver) {
        await Promise.race([ended, wait(countEveryMs, undefined, { ref: false })]);
        if (!isOver)
          samples = await count().then(
            (next) => widened(samples, next),
            () => samples,
          );
      }
      await ended;
      return contentBetween(widened(samples, await count()));
    } finally {
      running.end();
      await close();
    }
  })();
  content.catch(() => undefined);
  return { bytes: framed(whole()), content };
}

function infoOf(connections: Connections, address: Address, section: string): Promise<string> {
  return connections.server(address, async (server) => String(await server.call('INFO', section)));
}

function wayTo({ servers, tls }: RedisConfig, { host, port }: Address): readonly string[] {
  return [
    ...['-h', host, '-p', String(port), '--no-auth-warning'],
    ...(servers.username === undefined ? [] : ['--user', servers.username]),
    ...(tls === undefined ? [] : ['--tls']),
  ];
}

/** An authority has to be a file for it; where none is named it takes those of the system. */
async function authorityOf({ tls }: RedisConfig) {
  if (typeof tls !== 'string') return { args: [], close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-authority-'));
  const close = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'ca.pem');
  await writeFile(file, tls, { mode: 0o600 });
  return { args: ['--cacert', file], close };
}
