import type { Content } from '../../../core/backup/manifest.ts';
import type { BackupWanted, Copy } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import type { Member } from '../connection.ts';
import { type Reach, readTopology } from '../topology.ts';
import type { Documents } from './archive.ts';
import type { DumpReach } from './dump.ts';
import { countDocuments } from './place.ts';
import { counted, decompressed } from './stream.ts';
import { toolOf, withLogin } from './tools.ts';

/**
 * Restored under another name on the scratch server, counted there and dropped again. Without one, and of a copy of all databases,
 * which cannot get other names, it is what reading the copy counts.
 */
export async function rehearsed(
  { config, programs, scratch }: DumpReach,
  { bytes }: Copy,
  { locator }: BackupWanted,
  signal: AbortSignal,
): Promise<Content> {
  const database = locator['database'];
  if (!scratch || database === undefined) {
    const { promise, resolve } = Promise.withResolvers<Documents>();
    for await (const _ of counted(decompressed(bytes), true, resolve)) signal.throwIfAborted();
    return { counts: await promise, counted: 'documents', uncounted: 0 };
  }
  const from = String(database);
  const to = `tocsin_scratch_${`${config.target}_${from}`.replaceAll(/\W/g, '_').slice(0, 40)}`;
  await dropDatabase(scratch, to);
  try {
    return await restoredAs({ reach: scratch, programs, from, to }, bytes, signal);
  } finally {
    await dropDatabase(scratch, to);
  }
}

export interface Renamed {
  readonly reach: Reach;
  readonly programs: Programs;
  readonly from: string;
  readonly to: string;
}

/** One database of an archive under another name, acknowledged by a majority; says what it holds there. */
export async function restoredAs(
  { reach, programs, from, to }: Renamed,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Content> {
  const { config } = reach;
  const { path } = await toolOf(programs, 'mongorestore', config);
  const options = { replicaSet: config.set, w: 'majority' };
  const names = [`--nsInclude=${from}.*`, `--nsFrom=${from}.*`, `--nsTo=${to}.*`];
  await withLogin(config, { members: config.members, options }, async (login) => {
    const running = programs.start({
      path,
      args: [login, ...names, '--stopOnError', '--archive'],
      input: decompressed(bytes),
      writes: 'words',
      signal,
    });
    await running.ended;
  });
  const found = await onPrimary(reach, (member) => countDocuments(member, to));
  const counts = Object.fromEntries(
    Object.entries(found).map(([name, count]) => [`${from}.${name}`, count]),
  );
  return { counts, counted: 'documents', uncounted: 0 };
}

export async function dropDatabase(reach: Reach, database: string): Promise<void> {
  await onPrimary(reach, (member) =>
    member.command({ dropDatabase: 1, writeConcern: { w: 'majority' } }, database),
  );
}

export async function onPrimary<T>(reach: Reach, task: (member: Member) => Promise<T>): Promise<T> {
  const { primary } = await readTopology(reach);
  return reach.connections.member(primary.address, task, 3_600_000);
}
