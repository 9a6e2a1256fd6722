import { readdir } from 'node:fs/promises';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type DumpPlace, said } from './place.ts';
import { replicationFault, type Session } from './question.ts';

/** What `pg_basebackup` needs: better known when it is planned than in the night. */
export async function refuseUnfit(session: Session, place: DumpPlace, wal: unknown): Promise<void> {
  const refuse = (why: string, next: string): never => {
    throw new ProblemError(problem('POSTGRES_BASE_UNFIT', { place: said(place), why, next }));
  };
  const [found] = await session.ask(
    `SELECT current_setting('wal_level') AS level, current_setting('archive_mode') AS archives,
       (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may,
       (SELECT count(*)::int FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS spaces,
       current_setting('max_replication_slots')::int - (SELECT count(*)::int FROM pg_replication_slots) AS slots`,
  );
  if (found?.['level'] === 'minimal') {
    refuse('its wal_level is minimal', 'Set wal_level to replica and restart it');
  }
  if (found?.['may'] !== true) {
    refuse(`${place.username} may not replicate`, `ALTER ROLE ${place.username} REPLICATION`);
  }
  if (Number(found?.['spaces']) > 0) {
    // https://www.postgresql.org/docs/current/app-pgbasebackup.html: one tablespace is all that standard output takes.
    refuse('it has tablespaces, and one stream holds one', 'Move them into the default one');
  }
  if (Number(found?.['slots']) < 1) {
    refuse('all its replication slots are taken', 'Raise max_replication_slots');
  }
  if (typeof wal === 'string') {
    if (found?.['archives'] === 'off') {
      refuse('its log is to be archived, and archive_mode is off', 'Switch archive_mode on');
    }
    const unread = await readdir(wal).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (unread !== undefined) refuse(unread, `Let Tocsin read ${wal}`);
  }
  const fault = await replicationFault(place);
  if (fault !== undefined) {
    refuse(
      fault,
      'Let the user in for replication in pg_hba.conf, and see that max_wal_senders suffices',
    );
  }
}
