import type { Backup, BackupWanted, Copy, Survey } from '../../../core/ports/backup.ts';
import type { Looked } from '../../../core/ports/workload.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { baseBackups } from './base.ts';
import { customDumps, plainDumps } from './dump.ts';
import type { Kind, Reach } from './kind.ts';
import { said } from './place.ts';
import { openSession, type Session } from './question.ts';
import { scratchRoom } from './scratch.ts';

/** Copies of databases: new ones as the configuration says, old ones as they were made. */
export function createCopies(reach: Reach): Backup {
  const kinds = kindsOf(reach);
  return {
    async survey(wanted): Promise<Looked<Survey>> {
      try {
        const place = await reach.place(wanted);
        const session = await openSession(place);
        try {
          const { encoding, extension, survey } = kinds.wanted(wanted);
          const server = await serverOf(session);
          return {
            ok: true,
            value: {
              place: said(place),
              server,
              encoding,
              extension,
              ...(await survey(session, place, wanted)),
            },
          };
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
      return kinds.wanted(wanted).open({ place, session }, wanted, signal);
    },
    read: (copy, signal) => kinds.of(copy).read(copy, signal),
    async scratch(wanted) {
      const { scratch } = reach;
      // Only what pg_restore reads can leave owners out, and needs no more than a database.
      const isTriedThere = scratch && wanted && kinds.wanted(wanted) === kinds.custom;
      if (!isTriedThere) return scratchRoom();
      const place = `a database of its own on ${scratch.target}`;
      return { place, roomBytes: Number.POSITIVE_INFINITY };
    },
    rehearse: (copy, wanted, signal) => kinds.of(copy).rehearse(copy, wanted, signal),
  };
}

export function kindsOf(reach: Reach) {
  const custom = customDumps(reach);
  const named: ReadonlyMap<string, Kind> = new Map([
    ['custom', custom],
    ['plain', plainDumps(reach)],
    ['base', baseBackups(reach)],
  ]);
  return {
    custom,
    /** As the entry of the configuration says. */
    wanted: ({ locator }: BackupWanted): Kind => named.get(String(locator['as'])) ?? custom,
    /** As it was made. Throws POSTGRES_BACKUP_UNKNOWN_KIND. */
    of({ encoding }: Pick<Copy, 'encoding'>): Kind {
      const found = [...named.values()].find((each) => each.encoding === encoding);
      if (found) return found;
      throw new ProblemError(problem('POSTGRES_BACKUP_UNKNOWN_KIND', { encoding }));
    },
  };
}

async function serverOf(session: Session): Promise<string> {
  const [found] = await session.ask(`SELECT current_setting('server_version') AS version`);
  return `PostgreSQL ${String(found?.['version']).split(' ')[0]}`;
}
