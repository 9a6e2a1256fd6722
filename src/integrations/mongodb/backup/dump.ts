import type { Content } from '../../../core/backup/manifest.ts';
import type { Backup, OpenBackup, Survey } from '../../../core/ports/backup.ts';
import type { Programs, Running } from '../../../core/ports/programs.ts';
import { ProblemError } from '../../../core/problem.ts';
import type { Member } from '../connection.ts';
import type { Reach } from '../topology.ts';
import type { Documents } from './archive.ts';
import { bytesOf, countMs, databasesOf, glance, type Place, placeOf, versionOf } from './place.ts';
import { rehearsed } from './rehearsal.ts';
import { compressed, counted, decompressed } from './stream.ts';
import { toolOf, withLogin } from './tools.ts';

export interface DumpReach extends Reach {
  readonly programs: Programs;
  /** A server on which copies are tried; they are read and counted only where there is none. */
  readonly scratch?: Reach;
}

/** What room there is nobody tells, or none is needed. */
const unbounded = 2 ** 53;

/** `mongodump` into one archive, and what went into it. */
export function createDumps(reach: DumpReach): Backup {
  const { config, connections, programs, scratch } = reach;
  return {
    async survey(wanted) {
      try {
        const tool = await toolOf(programs, 'mongodump', config);
        const place = await placeOf(reach, wanted);
        const { address, database } = place;
        const look = async (member: Member): Promise<Survey> => ({
          place: `${database ?? 'all databases'} of ${place.says}`,
          server: await versionOf(member),
          program: tool.says,
          encoding: database === undefined ? 'mongodump with oplog, gzip' : 'mongodump, gzip',
          extension: 'archive.gz',
          bytesAtMost: await bytesOf(member, await databasesOf(member, place)),
        });
        return { ok: true, value: await connections.member(address, look, countMs) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async open(wanted, signal) {
      const tool = await toolOf(programs, 'mongodump', config);
      const place = await placeOf(reach, wanted);
      const count = () =>
        connections.member(
          place.address,
          async (member) => glance(member, await databasesOf(member, place)),
          countMs,
        );
      const before = await count();
      return opened(reach, { place, path: tool.path, before, count }, signal);
    },
    async read({ bytes }, signal) {
      for await (const _ of counted(decompressed(bytes), true, () => undefined)) {
        signal.throwIfAborted();
      }
    },
    async scratch() {
      return scratch
        ? {
            place: `a database of its own on ${scratch.config.target}`,
            roomBytes: unbounded,
          }
        : {
            place: 'nowhere',
            roomBytes: unbounded,
            onlyRead: `targets.${config.target}.mongodb names no scratch server; each document is read and counted`,
          };
    },
    rehearse: (copy, wanted, signal) => rehearsed(reach, copy, wanted, signal),
  };
}

interface Opening {
  readonly place: Place;
  readonly path: string;
  readonly before: Documents;
  readonly count: () => Promise<Documents>;
}

function opened(
  { config, programs }: DumpReach,
  { place, path, before, count }: Opening,
  signal: AbortSignal,
): Promise<OpenBackup> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenBackup>();
  const members = [place.address];
  const options = { directConnection: 'true', readPreference: 'secondaryPreferred' };
  // The file that it logs in with lasts as long as the program, and the copy is over once it is gone.
  const session = withLogin(config, { members, options }, async (login) => {
    const which = place.database === undefined ? '--oplog' : `--db=${place.database}`;
    const running = programs.start({ path, args: [login, which, '--archive'], signal });
    const { bytes, documents } = archiveOf(running);
    const content = (async (): Promise<Content> => {
      try {
        await running.ended;
        return contentOf(await documents, [before, await count()]);
      } finally {
        running.end();
        await session.catch(() => undefined);
      }
    })();
    content.catch(() => undefined);
    resolve({ bytes: compressed(bytes), content });
    await running.ended.catch(() => undefined);
  });
  session.catch(reject);
  return promise;
}

/** What the program writes, and how many documents went through. */
function archiveOf(running: Running) {
  const held = Promise.withResolvers<Documents>();
  held.promise.catch(() => undefined);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* counted(running.output, false, held.resolve);
    } catch (error) {
      // One that failed looks like one that was cut; its own words are better than ours.
      running.end();
      const said = await running.ended.then(
        () => error,
        (its: unknown) => its,
      );
      held.reject(said);
      throw said;
    }
  }
  return { bytes: bytes(), documents: held.promise };
}

/**
 * What the copy holds, counted in it. Where it lacks what was there before and after, somebody may have written meanwhile, or the copy
 * is wrong: it is said.
 */
export function contentOf(documents: Documents, around: readonly [Documents, Documents]): Content {
  const [before, after] = around;
  const names = Object.keys(before).filter((name) => Object.hasOwn(after, name));
  const fewer = names.flatMap((name) => {
    const least = Math.min(before[name] ?? 0, after[name] ?? 0);
    const has = documents[name] ?? 0;
    return has < least ? [`${name} has ${has} documents and had ${least} before and after`] : [];
  });
  const more = fewer.length > 10 ? [`and ${fewer.length - 10} more`] : [];
  return {
    counts: documents,
    counted: 'documents',
    uncounted: 0,
    ...(fewer.length > 0 && { notes: [...fewer.slice(0, 10), ...more] }),
  };
}
