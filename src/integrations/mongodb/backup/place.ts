import type { BackupWanted } from '../../../core/ports/backup.ts';
import type { Member } from '../connection.ts';
import { arrayOf, numberOf, textOf } from '../reply.ts';
import { type Address, said } from '../schema.ts';
import { type Reach, readTopology, trouble } from '../topology.ts';
import type { Documents } from './archive.ts';

/** A secondary that is later than this is not copied: a copy of it would be an old one. */
const lateMs = 10_000;
/** Of questions about sizes and numbers, which a busy member takes its time for. */
export const countMs = 60_000;

/** Whom a copy is asked of. */
export interface Place {
  readonly address: Address;
  /** `secondary db-2:27017 of rs0`. */
  readonly says: string;
  /** One database; undefined: all of them, with what is written meanwhile. */
  readonly database?: string;
}

/** The secondary that lacks least, where one is near enough, else the primary. Rejects with a ProblemError. */
export async function placeOf(reach: Reach, { locator }: BackupWanted): Promise<Place> {
  const { config } = reach;
  const { primary, candidates } = await readTopology(reach);
  const [best] = candidates
    .filter(({ lagMs }) => lagMs <= lateMs)
    .toSorted((a, b) => a.lagMs - b.lagMs);
  const near = best && config.members.find((member) => said(member) === best.name);
  const database = locator['database'];
  return {
    ...(best && near
      ? { address: near, says: `secondary ${best.name} of ${config.set}` }
      : { address: primary.address, says: `primary ${primary.name} of ${config.set}` }),
    ...(database !== undefined && { database: String(database) }),
  };
}

/** `MongoDB 8.0.4`. */
export async function versionOf(member: Member): Promise<string> {
  return `MongoDB ${textOf(await member.command({ buildInfo: 1 }), 'version') || '?'}`;
}

/** Those that a copy holds; `local` is of one member and never copied. */
export async function databasesOf(
  member: Member,
  { database }: Pick<Place, 'database'>,
): Promise<readonly string[]> {
  const listed = await member.command({ listDatabases: 1, nameOnly: true });
  const names = arrayOf(listed, 'databases').map((each) => textOf(each, 'name'));
  if (database === undefined) return names.filter((name) => name !== '' && name !== 'local');
  // Of one that is not there the tool makes an empty copy, and is content.
  if (!names.includes(database)) throw trouble('MONGODB_NO_DATABASE', { database });
  return [database];
}

/** All documents as they would lie in an archive. */
export async function bytesOf(member: Member, databases: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const database of databases) {
    const stats = await member.command({ dbStats: 1 }, database);
    const collections = numberOf(stats, 'collections') + numberOf(stats, 'views');
    bytes += numberOf(stats, 'dataSize') + collections * perCollection;
  }
  return bytes + perCollection;
}

/** Names, options, indexes, and both ends of its blocks. */
const perCollection = 16 * 1024;

export async function collectionsOf(member: Member, database: string): Promise<readonly string[]> {
  const { cursor } = await member.command(
    {
      listCollections: 1,
      nameOnly: true,
      authorizedCollections: true,
      cursor: { batchSize: 100_000 },
    },
    database,
  );
  return arrayOf(cursor, 'firstBatch')
    .filter((each) => textOf(each, 'type') === 'collection')
    .map((each) => textOf(each, 'name'));
}

/** What servers keep for themselves is copied in part. */
const ofServers = ['admin', 'config'];

/** By what each collection says of itself, which costs nothing and may be late by what is being written. */
export async function glance(member: Member, databases: readonly string[]): Promise<Documents> {
  const counts: Record<string, number> = {};
  for (const database of databases.filter((name) => !ofServers.includes(name))) {
    const all = await collectionsOf(member, database);
    for (const name of all.filter((each) => !each.startsWith('system.'))) {
      const answer = await member.command({ count: name }, database);
      counts[`${database}.${name}`] = numberOf(answer, 'n');
    }
  }
  return counts;
}

/** By going through them. */
export async function countDocuments(member: Member, database: string): Promise<Documents> {
  const counts: Record<string, number> = {};
  for (const name of await collectionsOf(member, database)) {
    const { cursor } = await member.command(
      { aggregate: name, pipeline: [{ $count: 'n' }], cursor: {} },
      database,
    );
    const [found] = arrayOf(cursor, 'firstBatch');
    counts[name] = numberOf(found, 'n');
  }
  return counts;
}
