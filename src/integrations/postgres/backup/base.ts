import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Copy, OpenBackup } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { contentAround, type Sample, sampleOf, writtenIn } from './around.ts';
import { type Moment, readCluster, withCluster } from './cluster.ts';
import { withEnvironment } from './environment.ts';
import { refuseUnfit } from './fitness.ts';
import { type Kind, majorIn, majorOf, type Reach } from './kind.ts';
import { packed } from './packed.ts';
import { type DumpPlace, said } from './place.ts';
import { programFor, type Tool } from './programs.ts';
import type { Session } from './question.ts';
import { contentAt, restoreDump } from './restore.ts';

/**
 * `pg_basebackup`: the files of a whole server, with the log of writes that makes them consistent, as one archive over one
 * connection. https://www.postgresql.org/docs/current/app-pgbasebackup.html
 */
export function baseBackups(reach: Reach): Kind {
  return {
    encoding: 'pg_basebackup tar, zstd',
    extension: 'tar.zst',
    async survey(session, place, { locator }) {
      await refuseUnfit(session, place, locator['wal']);
      const { says } = await programFor(reach, 'pg_basebackup', await majorOf(session));
      const [found] = await session.ask(
        'SELECT sum(pg_database_size(oid))::bigint AS bytes FROM pg_database',
      );
      return { program: says, bytesAtMost: Number(found?.['bytes']) };
    },
    async open({ place, session }, { query }, signal) {
      try {
        const program = await programFor(reach, 'pg_basebackup', await majorOf(session));
        // Keeps the log until it is sent, and is gone with the session: without it a server may throw away what the end needs.
        await session.ask('SELECT pg_create_physical_replication_slot($1, true, true)', [
          `tocsin_backup_${randomBytes(4).toString('hex')}`,
        ]);
        const before = await sampleOf(session, query);
        return await opened(reach, { place, session, program, query, before }, signal);
      } catch (error) {
        await session.end();
        throw error;
      }
    },
    read: (copy, signal) => readCluster(reach, copy, signal),
    rehearse: (copy, wanted, signal) =>
      withCluster(
        reach,
        copy,
        {
          login: {
            username: reach.login,
            database: String(wanted.locator['database'] ?? reach.database),
          },
          signal,
        },
        (place) => contentAt(place, wanted.query),
      ),
    async restore(copy, { place, from }, signal) {
      await restoreFromCluster(reach, copy, { place, from, signal });
    },
  };
}

/** A server is brought up from the copy, and one database of it dumped into an empty one in use. Says what that one holds. */
export async function restoreFromCluster(
  reach: Reach,
  copy: Copy,
  {
    place,
    from,
    signal,
    moment,
    query,
  }: {
    readonly place: DumpPlace;
    /** The database in the copy. */
    readonly from: string;
    readonly signal: AbortSignal;
    readonly moment?: Moment;
    readonly query?: string;
  },
): Promise<Content> {
  const login = { username: reach.login, database: from };
  return withCluster(reach, copy, { login, signal, ...(moment && { moment }) }, async (scratch) => {
    const { path, says } = await programFor(reach, 'pg_dump', majorIn(copy.server));
    const bytes = dumped();
    async function* dumped() {
      const args = ['--format=custom', '--no-password', `--dbname=${from}`];
      const env = { PGHOST: scratch.host, PGPORT: String(scratch.port), PGUSER: reach.login };
      const running = reach.programs.start({ path, args, env, signal });
      yield* running.output;
      await running.ended;
    }
    await restoreDump(reach, { ...copy, bytes }, { place, signal, owners: true });
    const [there, here] = await Promise.all([contentAt(scratch, query), contentAt(place, query)]);
    if (isDeepStrictEqual(there, here)) return here;
    throw new ProblemError(
      problem('POSTGRES_RESTORED_DIFFERS', { place: said(place), program: says }),
    );
  });
}

interface Opened {
  readonly place: DumpPlace;
  readonly session: Session;
  readonly program: Tool;
  readonly query: string | undefined;
  readonly before: Sample;
}

/** What was written a moment ago is counted by the server a moment later. */
const countedAfterMs = 1_500;

function opened(
  { programs }: Reach,
  { place, session, program, query, before }: Opened,
  signal: AbortSignal,
): Promise<OpenBackup> {
  return new Promise((resolve, reject) => {
    withEnvironment(place, async (environment) => {
      const running = programs.start({
        path: program.path,
        args: [
          '--pgdata=-',
          '--format=tar',
          '--wal-method=fetch',
          '--checkpoint=fast',
          '--label=tocsin backup',
          '--no-password',
        ],
        ...environment,
        signal,
      });
      // The log is kept for it as long as its session; an abort ends both.
      const cut = () => void session.end();
      signal.addEventListener('abort', cut, { once: true });
      const content = (async (): Promise<Content> => {
        try {
          await running.ended;
          const log = await logOf(session);
          const after = await sampleOf(session, query);
          await wait(countedAfterMs, undefined, { signal });
          return { ...contentAround(before, after, await writtenIn(session)), log };
        } finally {
          running.end();
          signal.removeEventListener('abort', cut);
          await session.end();
        }
      })();
      content.catch(() => undefined);
      resolve({ bytes: packed(running.output, 'zstd'), content });
      await running.ended.catch(() => undefined);
    }).catch(reject);
  });
}

/** Where the log goes on behind the copy, by the name of its file, and the server's clock. */
async function logOf(session: Session): Promise<NonNullable<Content['log']>> {
  const [row] = await session.ask(
    `SELECT pg_walfile_name(pg_current_wal_lsn()) AS file,
       ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at`,
  );
  return { file: String(row?.['file']), at: Number(row?.['at']) };
}
