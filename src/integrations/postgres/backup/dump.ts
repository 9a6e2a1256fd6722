import type { Content } from '../../../core/backup/manifest.ts';
import type { OpenBackup } from '../../../core/ports/backup.ts';
import { withEnvironment } from './environment.ts';
import { type Kind, majorIn, majorOf, type Reach } from './kind.ts';
import { packed } from './packed.ts';
import type { DumpPlace } from './place.ts';
import { readPlain, restorePlain, withPreface } from './plain.ts';
import { programFor, type Tool, type Tools } from './programs.ts';
import { contentOf, type Session } from './question.ts';
import { withEmpty } from './rehearsal.ts';
import { contentAt, readDump, restoreDump } from './restore.ts';
import { withScratch } from './scratch.ts';

/** A lock that somebody holds is waited for this long: a dump that queues makes everybody behind it wait. */
const lockWaitMs = 60_000;

export const customEncoding = 'pg_dump custom';

/** `pg_dump` in its custom format, and what the same snapshot holds. */
export function customDumps(reach: Reach): Kind {
  return {
    encoding: customEncoding,
    extension: 'dump',
    ...makingOf(reach, { format: 'custom', kept: async (output) => output }),
    read: (copy, signal) => readDump(reach, copy, signal),
    rehearse: (copy, wanted, signal) =>
      withEmpty(reach, { wanted, major: majorIn(copy.server), signal }, async (place) => {
        await restoreDump(reach, copy, { place, signal, owners: false });
        return contentAt(place, wanted.query);
      }),
    restore: (copy, { place }, signal) => restoreDump(reach, copy, { place, signal, owners: true }),
  };
}

/** `pg_dump` as SQL that any `psql` reads, compressed. */
export function plainDumps(reach: Reach): Kind {
  return {
    encoding: 'pg_dump plain, gzip',
    extension: 'sql.gz',
    ...makingOf(reach, {
      format: 'plain',
      kept: async (output, session) => packed(await withPreface(output, session), 'gzip'),
    }),
    read: (copy, signal) => readPlain(copy, signal),
    rehearse: (copy, { query }, signal) =>
      withScratch(reach, { major: majorIn(copy.server), signal }, async (place) => {
        await restorePlain(reach, copy, { place, signal, roles: 'made' });
        return contentAt(place, query);
      }),
    restore: (copy, { place }, signal) =>
      restorePlain(reach, copy, { place, signal, roles: 'there' }),
  };
}

interface Format {
  readonly format: 'custom' | 'plain';
  /** What becomes of the output before it is kept; the session is in the snapshot. */
  kept(output: AsyncIterable<Uint8Array>, session: Session): Promise<AsyncIterable<Uint8Array>>;
}

function makingOf(reach: Reach, format: Format): Pick<Kind, 'survey' | 'open'> {
  return {
    async survey(session) {
      const [found] = await session.ask(
        // The sizes of single tables wait for whoever has one of them locked; this one reads files.
        'SELECT pg_database_size(current_database()) AS bytes',
      );
      const { says } = await programFor(reach, 'pg_dump', await majorOf(session));
      return { program: says, bytesAtMost: Number(found?.['bytes']) };
    },
    async open({ place, session }, { query }, signal) {
      try {
        const program = await programFor(reach, 'pg_dump', await majorOf(session));
        // One state for both: what is counted is what is dumped.
        await session.ask('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const [exported] = await session.ask('SELECT pg_export_snapshot() AS id');
        const snapshot = String(exported?.['id']);
        // Awaited here, so that what fails on the way gives the snapshot back.
        return await opened(reach, { place, session, program, query, snapshot, format }, signal);
      } catch (error) {
        await session.end();
        throw error;
      }
    },
  };
}

interface Opened {
  readonly place: DumpPlace;
  readonly session: Session;
  readonly program: Tool;
  readonly query: string | undefined;
  readonly snapshot: string;
  readonly format: Format;
}

function opened({ programs }: Tools, given: Opened, signal: AbortSignal): Promise<OpenBackup> {
  const { place, session, program, query, snapshot, format } = given;
  return new Promise((resolve, reject) => {
    // Its environment lasts as long as the program.
    withEnvironment(place, async (environment) => {
      const running = programs.start({
        path: program.path,
        args: [
          `--format=${format.format}`,
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
      let content: Promise<Content> | undefined;
      try {
        const bytes = await format.kept(running.output, session);
        content = (async () => {
          try {
            const counted = contentOf(session, query);
            const [found] = await Promise.all([counted, running.ended]);
            return found;
          } finally {
            running.end();
            signal.removeEventListener('abort', cut);
            await session.end();
          }
        })();
        content.catch(() => undefined);
        resolve({ bytes, content });
      } finally {
        if (!content) running.end();
        await running.ended.catch(() => undefined);
      }
    }).catch(reject);
  });
}
