import { sayBytes } from '../../../core/backup/estimate.ts';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Backup, Copy, OpenBackup } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { createConnections } from '../connection.ts';
import type { NodesConfig } from '../schema.ts';
import { keysIn } from './keyspace.ts';
import { programOf, serverFor } from './programs.ts';
import {
  checked,
  diskRoom,
  kept,
  openFolder,
  readBack,
  scratchRoom,
  whileLoaded,
  withFolder,
} from './scratch.ts';
import { checkSame, coveredBy, type Shard, shardsOf, slotsOfACluster } from './shards.ts';
import { openStream, versionAt } from './stream.ts';
import { endOfTar, entriesOf, headerOf, paddingOf } from './tar.ts';

/** Which slots each file holds, a line each: `1.rdb 0-5460`. */
const listName = 'slots.txt';
const listMax = 1024 * 1024;

interface Reach {
  readonly config: NodesConfig;
  readonly programs: Programs;
}

/**
 * The RDB of each master, one after the other, in one tar: there is no moment that all of them share. What precedes a file in a tar
 * is its size, so each one is written to the folder for temporary files first, and is gone before the next one comes.
 */
export function createClusterSnapshots(config: NodesConfig, programs: Programs): Backup {
  const connections = createConnections(config, { forChanges: false });
  const reach = { config, connections };
  return {
    async survey() {
      try {
        const shards = await shardsOf(reach);
        const [first] = shards;
        const sizes = shards.map(({ from }) => from.memoryBytes);
        await checkRoom(Math.max(...sizes));
        const names = shards.map(({ from }) => from.name).join(', ');
        return {
          ok: true,
          value: {
            place: `${shards.length} masters, each at a moment of its own, by ${names}`,
            server: first ? await versionAt(connections, first.from.address) : 'Redis ?',
            program: (await programOf(programs, 'redis-cli')).says,
            encoding: 'RDBs in a tar',
            extension: 'tar',
            bytesAtMost: sizes.reduce((sum, each) => sum + each, 0),
          },
        };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async open(_, signal) {
      const shards = await shardsOf(reach);
      await checkRoom(Math.max(...shards.map(({ from }) => from.memoryBytes)));
      return opened({ config, programs }, shards, {
        signal,
        same: () => checkSame(shards, reach),
      });
    },
    async read(copy, signal) {
      const server = await serverFor(programs, copy.server);
      await eachOf(copy, signal, async (bytes) =>
        withFolder(programs, async (folder) =>
          checked(programs, { server, file: await kept(bytes, folder, signal) }, signal),
        ),
      );
    },
    scratch: scratchRoom,
    async rehearse(copy, _, signal) {
      const server = await serverFor(programs, copy.server);
      const counts: Record<string, number> = {};
      await eachOf(copy, signal, async (bytes, name) =>
        withFolder(programs, async (folder) => {
          await kept(bytes, folder, signal);
          const loading = { folder, server: server.path, signal };
          counts[name] = await whileLoaded(programs, loading, async ({ info }) => sumOf(info));
        }),
      );
      return { counts, uncounted: 0 };
    },
  };
}

function opened(
  { config, programs }: Reach,
  shards: readonly Shard[],
  { signal, same }: { readonly signal: AbortSignal; readonly same: () => Promise<void> },
): OpenBackup {
  const counts: Record<string, number> = {};
  const atMost: Record<string, number> = {};
  const settled = Promise.withResolvers<Content>();
  settled.promise.catch(() => undefined);
  // Whoever gives up before the first byte was read waits for this as well.
  signal.addEventListener('abort', () => settled.reject(signal.reason), { once: true });

  async function* one({ slots, from }: Shard, at: number): AsyncGenerator<Uint8Array> {
    const folder = await openFolder(programs);
    try {
      const stream = await openStream({ config, programs }, from.address, signal);
      const file = await kept(stream.bytes, folder.path, signal);
      const held = await stream.content;
      const name = nameOf(slots, at);
      counts[name] = sum(held.counts);
      atMost[name] = sum(held.atMost ?? held.counts);
      const { bytes, content } = await readBack(file);
      yield headerOf({ name: `${at + 1}.rdb`, bytes }, Date.now());
      yield* content;
      yield paddingOf(bytes);
    } finally {
      await folder.close();
    }
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      const list = Buffer.from(
        shards.map(({ slots }, at) => `${at + 1}.rdb ${slots.join(' ')}\n`).join(''),
      );
      yield headerOf({ name: listName, bytes: list.length }, Date.now());
      yield list;
      yield paddingOf(list.length);
      for (const [at, shard] of shards.entries()) {
        yield* one(shard, at);
        await same();
      }
      yield endOfTar;
      settled.resolve({ counts, atMost, uncounted: 0 });
    } catch (error) {
      settled.reject(error);
      throw error;
    } finally {
      settled.reject(new Error('it was not read to its end'));
    }
  }
  return { bytes: all(), content: settled.promise };
}

/** Every RDB in it, by what is said of its slots. Rejects where one is missing, or a slot is in none of them. */
async function eachOf(
  { bytes }: Copy,
  signal: AbortSignal,
  task: (bytes: AsyncIterable<Uint8Array>, name: string) => Promise<void>,
): Promise<void> {
  let list: readonly (readonly string[])[] = [];
  let at = 0;
  for await (const entry of entriesOf(bytes, signal)) {
    if (at === 0 && list.length === 0) {
      if (entry.name !== listName || entry.bytes > listMax)
        throw broken(`${listName} is not first`);
      list = await listIn(entry.content);
      continue;
    }
    const [name, ...slots] = list[at] ?? [];
    if (entry.name !== name) throw broken(`${entry.name} is not the file that follows`);
    await task(entry.content, nameOf(slots, at));
    at += 1;
  }
  if (at < list.length) throw broken(`${list.length - at} files are missing`);
}

async function listIn(content: AsyncIterable<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  const lines = Buffer.concat(parts).toString('utf8').trim().split('\n');
  const list = lines.map((line) => line.split(' '));
  const covered = coveredBy(list.flatMap(([, ...slots]) => slots));
  if (covered === slotsOfACluster) return list;
  throw broken(`${covered} of ${slotsOfACluster} slots are in it`);
}

/** `1: slots 0-5460`; one of many ranges says the first and how many there are. */
function nameOf(slots: readonly string[], at: number): string {
  const more = slots.length > 3 ? ` and ${slots.length - 3} ranges` : '';
  return `${at + 1}: slots ${slots.slice(0, 3).join(', ')}${more}`;
}

async function checkRoom(bytes: number): Promise<void> {
  const { place, roomBytes } = await diskRoom();
  if (roomBytes > bytes) return;
  const facts = { store: place, free: sayBytes(roomBytes), needed: sayBytes(bytes) };
  const by = 'the largest master, which is kept there on its way';
  throw new ProblemError(problem('BACKUP_NO_ROOM', { ...facts, by }));
}

function sumOf(info: string): number {
  return sum(keysIn(info));
}

function sum(counts: Content['counts']): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}

function broken(why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: 'tar', why }));
}
