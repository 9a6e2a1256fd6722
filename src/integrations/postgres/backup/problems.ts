import type { ProblemBook } from '../../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Words of dumps. */
export const dumpProblems: ProblemBook = {
  POSTGRES_BACKUP_UNREACHABLE: {
    what: '{place} could not be reached.',
    changed: nothing,
    why: '{why}',
    next: 'Look at the server and the network to it; `tocsin doctor` tries it again.',
  },
  POSTGRES_BACKUP_NO_PRIMARY: {
    what: 'No server of {target} is a primary.',
    changed: nothing,
    why: 'Each that answers is in recovery, and a backup is taken from the primary.',
    next: 'Look at `health` of the database: a failover may be under way.',
  },
  POSTGRES_BACKUP_REFUSED: {
    what: '{place} refused a question.',
    changed: nothing,
    why: '{why}',
    next: 'Mend what it says; the page of the integration lists the rights that a backup needs.',
  },
  POSTGRES_BACKUP_UNKNOWN_KIND: {
    what: 'A backup that is kept as “{encoding}” cannot be read by this build.',
    changed: nothing,
    why: 'Its manifest says so; a newer version of Tocsin may have made it.',
    next: 'Use the version that took it, or restore it by hand with the program that the manifest names.',
  },
  POSTGRES_BASE_UNFIT: {
    what: 'No base backup can be taken of {place}.',
    changed: nothing,
    why: '{why}',
    next: '{next}, or leave `as: base` out of the entry.',
  },
  POSTGRES_RESTORED_DIFFERS: {
    what: 'What was restored into {place} is not what the copy held.',
    changed: 'What was restored is taken away; nothing in use is touched.',
    why: 'Rows or answers differ from those of the server that was brought up from the copy and dumped by {program}.',
    next: 'Verify the backup and ask again.',
  },
  POSTGRES_WAL_NOT_NAMED: {
    what: 'No moment between backups can be reached.',
    changed: nothing,
    why: 'The entry of `backups:` does not say where the log of writes is archived.',
    next: 'Have the server archive it (`archive_mode`, `archive_command`), write `wal: FOLDER` beside `as: base`, and take a base backup.',
  },
  POSTGRES_WAL_NOT_FROM_HERE: {
    what: 'No moment can be reached from a backup of that kind.',
    changed: nothing,
    why: 'It is a copy of one database of {server}; the log of writes goes on from a copy of the whole server alone.',
    next: 'Take one with `as: base`.',
  },
  POSTGRES_WAL_BROKEN: {
    what: 'The archive in {wal} does not go on from the backup.',
    changed: nothing,
    why: '{why}.',
    next: 'Look at `pg_stat_archiver` of the server and at the folder; a base backup that is taken now can be gone on from.',
  },
  POSTGRES_SCRATCH_FAILED: {
    what: 'No throw-away server could be started to try the backup on.',
    changed: nothing,
    why: '{why}',
    next: 'Look at the room in the folder for temporary files and at the installed version of PostgreSQL, then ask again.',
  },
};
