import type { Session } from './connection.ts';
import { valueIn } from './conninfo.ts';
import type { Lsn } from './lsn.ts';
import { isTrue, numberOf, type Row, textOf } from './schema.ts';

/** What one server says of itself. */
export interface NodeState {
  /** `pg_is_in_recovery()` alone tells: https://www.postgresql.org/docs/current/functions-info.html */
  readonly role: 'primary' | 'standby';
  /** The same for a primary and all that descend from it. */
  readonly system: string;
  readonly timeline: number;
  /** When it was started, as it says it: one that was restarted since is looked at again. */
  readonly startedAt: string;
  /** A primary: written. A standby: received, which is more than what a restarted one knows of its stream. */
  readonly received: Lsn;
  /** A standby: what its data holds. A primary: as `received`. */
  readonly replayed: Lsn;
  /** A standby: when the last transaction it holds was committed on the primary, ms; 0 when it cannot say. */
  readonly replayedAt: number;
  /** A standby: whom it follows, `host:port`; empty when it follows nobody or may not be asked. */
  readonly upstream: string;
  /** A standby: the stream stands. */
  readonly streams: boolean;
}

/**
 * The timeline of a primary is in the name of its log file; the control file's is old until the next checkpoint. A
 * standby knows three, each of which may lag: the received one, the one its data needs, the one of its last restartpoint.
 */
const question = `
SELECT pg_is_in_recovery() AS standby,
  (SELECT system_identifier::text FROM pg_control_system()) AS system,
  pg_postmaster_start_time()::text AS started_at,
  CASE WHEN pg_is_in_recovery()
    THEN greatest(
      (SELECT received_tli FROM pg_stat_wal_receiver),
      (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
      (SELECT timeline_id FROM pg_control_checkpoint()))
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
  END AS timeline,
  CASE WHEN pg_is_in_recovery()
    THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
    ELSE pg_current_wal_lsn()
  END AS received,
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS replayed,
  CASE WHEN pg_is_in_recovery()
    THEN (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::bigint
  END AS replayed_at,
  current_setting('primary_conninfo', true) AS conninfo,
  (SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming') AS streams`;

export async function readNode(session: Session): Promise<NodeState> {
  const [row] = await session.query(question);
  const isStandby = isTrue(row, 'standby');
  return {
    role: isStandby ? 'standby' : 'primary',
    system: textOf(row, 'system'),
    timeline: numberOf(row, 'timeline'),
    startedAt: textOf(row, 'started_at'),
    received: textOf(row, 'received'),
    replayed: textOf(row, 'replayed'),
    replayedAt: numberOf(row, 'replayed_at'),
    upstream: isStandby ? upstreamOf(row) : '',
    streams: isStandby && numberOf(row, 'streams') > 0,
  };
}

/** Of the `key=value` words of a connection string only the address is taken; its password is left where it is. */
function upstreamOf(row: Row | undefined): string {
  const words = textOf(row, 'conninfo');
  const host = valueIn(words, 'host') || valueIn(words, 'hostaddr');
  return host === '' ? '' : `${host}:${valueIn(words, 'port') || '5432'}`;
}

/** Better known before anybody approves than with the primary stopped. */
export async function mayPromote(session: Session): Promise<boolean> {
  const [row] = await session.query(
    `SELECT has_function_privilege('pg_promote(boolean, integer)', 'EXECUTE') AS given`,
  );
  return isTrue(row, 'given');
}

/** Whether we may have it follow another one. Before PostgreSQL 15 that is for superusers. */
export async function mayTurn(session: Session): Promise<boolean> {
  const [row] = await session.query(
    `SELECT rolsuper AS super, current_setting('server_version_num')::int AS version
     FROM pg_roles WHERE rolname = current_user`,
  );
  if (isTrue(row, 'super')) return true;
  if (numberOf(row, 'version') < 150_000) return false;
  const [right] = await session.query(
    `SELECT has_parameter_privilege('primary_conninfo', 'ALTER SYSTEM')
       AND has_function_privilege('pg_reload_conf()', 'EXECUTE') AS given`,
  );
  return isTrue(right, 'given');
}
