import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Backup, Copy, OpenBackup } from '../../../core/ports/backup.ts';
import type { Programs, Running } from '../../../core/ports/programs.ts';
import { ProblemError } from '../../../core/problem.ts';
import { type Connections, createConnections } from '../connection.ts';
import type { Address, RedisConfig } from '../schema.ts';
import { contentBetween, type Keys, keysIn, widened } from './keyspace.ts';
import { copiedFrom } from './place.ts';
import { checkerBeside, programOf, serverFor } from './programs.ts';
import { framed } from './rdb.ts';
import { fileName, scratchRoom, whileLoaded, withFolder } from './scratch.ts';

/** How often keys are counted while they are copied. */
const countEveryMs = 1_000;

/**
 * The RDB that a server sends to whoever follows it, by `redis-cli --rdb`: it comes over the network, whoever keeps the
 * disk of the server. https://redis.io/docs/latest/develop/tools/cli/#remote-backups-of-rdb-files
 */
export function createSnapshots(config: RedisConfig, programs: Programs): Backup {
  const asking = createConnections(config, { forChanges: false });
  return {
    async survey() {
      try {
        const { address, name, memoryBytes, role } = await copiedFrom(config, asking);
        const program = await programOf(programs, 'redis-cli');
        const info = await infoOf(asking, address, 'server');
        const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? '?';
        return {
          ok: true,
          value: {
            place: `${role === 'master' ? 'master' : 'replica'} ${name}`,
            server: `Redis ${version}`,
            program: program.says,
            encoding: 'RDB',
            extension: 'rdb',
            bytesAtMost: memoryBytes,
          },
        };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async open(_, signal) {
      const { address } = await copiedFrom(config, asking);
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
    },
    read: (copy, signal) =>
      withFolder(programs, async (folder) => {
        const checker = await checkerBeside(programs, await serverFor(programs, copy.server));
        const file = await kept(copy, folder, signal);
        if (checker === undefined) return;
        await programs.start({ path: checker, args: [file], signal, writes: 'words' }).ended;
      }),
    scratch: scratchRoom,
    rehearse: (copy, _, signal) =>
      withFolder(programs, async (folder) => {
        const server = await serverFor(programs, copy.server);
        await kept(copy, folder, signal);
        return whileLoaded(programs, { folder, server: server.path, signal }, async ({ info }) => ({
          counts: keysIn(info),
          uncounted: 0,
        }));
      }),
  };
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

/** Written to a file, for that is what programs of Redis read; its beginning and its end are looked at on the way. */
export async function kept({ bytes }: Copy, folder: string, signal: AbortSignal): Promise<string> {
  const file = join(folder, fileName);
  await pipeline(framed(bytes), createWriteStream(file, { mode: 0o600 }), { signal });
  return file;
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
