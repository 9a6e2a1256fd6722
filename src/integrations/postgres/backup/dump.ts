import type { Content } from '../../../core/backup/manifest.ts';
import type { Backup, BackupWanted, OpenBackup, Survey } from '../../../core/ports/backup.ts';
import type { Looked } from '../../../core/ports/workload.ts';
import { ProblemError } from '../../../core/problem.ts';
import { withEnvironment } from './environment.ts';
import { type DumpPlace, said } from './place.ts';
import { programFor, type Tool, type Tools } from './programs.ts';
import { contentOf, openSession, type Session } from './question.ts';
import { contentAt, majorIn, readDump, restoreDump } from './restore.ts';
import { scratchRoom, withScratch } from './scratch.ts';

export interface DumpReach extends Tools {
  /** Where the database of a locator can be read now. Rejects with a ProblemError. */
  place(wanted: BackupWanted): Promise<DumpPlace>;
}

/** A lock that somebody holds is waited for this long: a dump that queues makes everybody behind it wait. */
const lockWaitMs = 60_000;

/** `pg_dump` in its custom format, and what the same snapshot holds. */
export function createDumps(reach: DumpReach): Backup {
  return {
    async survey(wanted): Promise<Looked<Survey>> {
      try {
        const place = await reach.place(wanted);
        const session = await openSession(place);
        try {
          return { ok: true, value: await surveyed(session, place, reach) };
        } finally {
          await session.end();
        }
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async open(wanted, signal) {
      const place = await reach.place(wanted);
      const session = await openSession(place);
      try {
        const program = await programFor(reach, 'pg_dump', await majorOf(session));
        // One state for both: what is counted is what is dumped.
        await session.ask('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const [exported] = await session.ask('SELECT pg_export_snapshot() AS id');
        // Awaited here, so that what fails on the way gives the snapshot back.
        return await opened(
          reach,
          { place, session, program, wanted, snapshot: String(exported?.['id']) },
          signal,
        );
      } catch (error) {
        await session.end();
        throw error;
      }
    },
    read: (copy, signal) => readDump(reach, copy, signal),
    scratch: scratchRoom,
    rehearse: (copy, { query }, signal) =>
      withScratch(reach, { major: majorIn(copy.server), signal }, async (place) => {
        await restoreDump(reach, copy, { place, signal, owners: false });
        return contentAt(place, query);
      }),
  };
}

async function surveyed(session: Session, place: DumpPlace, reach: DumpReach): Promise<Survey> {
  const [found] = await session.ask(
    // The sizes of single tables wait for whoever has one of them locked; this one reads files.
    `SELECT current_setting('server_version') AS version,
       pg_database_size(current_database()) AS bytes`,
  );
  const program = await programFor(reach, 'pg_dump', await majorOf(session));
  return {
    place: said(place),
    server: `PostgreSQL ${String(found?.['version']).split(' ')[0]}`,
    program: program.says,
    encoding: 'pg_dump custom',
    extension: 'dump',
    bytesAtMost: Number(found?.['bytes']),
  };
}

async function majorOf(session: Session): Promise<number> {
  const [row] = await session.ask(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  return Number(row?.['major']);
}

interface Opened {
  readonly place: DumpPlace;
  readonly session: Session;
  readonly program: Tool;
  readonly wanted: BackupWanted;
  readonly snapshot: string;
}

function opened({ programs }: Tools, given: Opened, signal: AbortSignal): Promise<OpenBackup> {
  const { place, session, program, wanted, snapshot } = given;
  return new Promise((resolve, reject) => {
    // Its environment lasts as long as the program.
    withEnvironment(place, async (environment) => {
      const running = programs.start({
        path: program.path,
        args: [
          '--format=custom',
          `--snapshot=${snapshot}`,
          `--lock-wait-timeout=${lockWaitMs}`,
          '--no-password',
          `--dbname=${place.database}`,
        ],
        ...environment,
        signal,
      });
      // The snapshot lasts as long as its session; an abort ends both.
      const cut = () => void session.end();
      signal.addEventListener('abort', cut, { once: true });
      const content = (async (): Promise<Content> => {
        try {
          const counted = contentOf(session, wanted.query);
          const [found] = await Promise.all([counted, running.ended]);
          return found;
        } finally {
          running.end();
          signal.removeEventListener('abort', cut);
          await session.end();
        }
      })();
      content.catch(() => undefined);
      resolve({ bytes: running.output, content });
      await running.ended.catch(() => undefined);
    }).catch(reject);
  });
}
