import type { Endpoint } from '../../core/ports/endpoint.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { type Connections, createConnections } from './connection.ts';
import {
  isTrue,
  type NodeConfig,
  numberOf,
  type PostgresConfig,
  type Row,
  textOf,
} from './schema.ts';
import type { Sighting, Sightings } from './sightings.ts';

/** How one server met the application. */
interface Met {
  readonly name: string;
  readonly how: 'open' | 'silent' | 'closed';
  readonly told: string;
  /** Of one that takes writes: how far it is. */
  readonly wrote?: Pick<Sighting, 'system' | 'timeline' | 'lsn'>;
}

/** A check leaves how far the primary was: it may be the last that anybody sees of it. */
interface Remembering {
  readonly clock: { now(): number };
  readonly sightings: Pick<Sightings, 'note'>;
}

/**
 * Whether the application can connect and write: at exactly one server, as there the next transaction would begin. Nothing is
 * written, so that a watch leaves no rows, no log and no dead catalogue entries behind.
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-TRANSACTION-READ-ONLY
 */
export function watchWrites(
  config: PostgresConfig,
  withinMs: number,
  { clock, sightings }: Remembering,
): Endpoint {
  const { target, nodes } = config;
  const connections = createConnections({ ...config, timeoutMs: eachMs(config, withinMs) });
  return {
    async check() {
      const at = clock.now();
      const met = await Promise.all(nodes.map((node) => meet(connections, node)));
      const open = met.filter(({ how }) => how === 'open');
      for (const { name, wrote } of open) if (wrote) sightings.note({ ...wrote, node: name, at });
      if (open.length === 1) return undefined;
      if (open.length > 1) {
        return problem('PG_TWO_PRIMARIES', { target, told: named(open) });
      }
      return met.every(({ how }) => how === 'silent')
        ? problem('PG_ALL_SILENT', { target })
        : problem('PG_NOBODY_WRITES', { target, told: met.map(({ told }) => told).join(', ') });
    },
  };
}

/** Connecting, then asking: both fit into the time of a check, so that what is said is what was found. */
function eachMs({ timeoutMs }: PostgresConfig, withinMs: number): number {
  return Math.max(1, Math.min(timeoutMs, Math.floor(withinMs * 0.45)));
}

async function meet(connections: Connections, { name, address }: NodeConfig): Promise<Met> {
  try {
    const [row] = await connections.application(address, (session) => session.query(question));
    if (isTrue(row, 'standby')) return { name, how: 'closed', told: `${name} is a standby` };
    return isTrue(row, 'read_only')
      ? { name, how: 'closed', told: `${name} is read-only` }
      : { name, how: 'open', told: `${name} takes writes`, wrote: wroteIn(row) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const code = String(error.problem.facts['code'] ?? '');
    const reason = /^[A-Z0-9_]{3,60}$/.test(code) ? ` (${code})` : '';
    return isAnswer(code)
      ? { name, how: 'closed', told: `${name} refuses the application${reason}` }
      : { name, how: 'silent', told: `${name} does not answer${reason}` };
  }
}

function wroteIn(row: Row | undefined): NonNullable<Met['wrote']> {
  const [system, lsn] = [textOf(row, 'system'), textOf(row, 'lsn')];
  return { system, timeline: numberOf(row, 'timeline'), lsn };
}

/** All of it is open to every user. */
const question = `
SELECT standby, current_setting('transaction_read_only') = 'on' AS read_only,
  (SELECT system_identifier::text FROM pg_control_system()) AS system,
  CASE WHEN NOT standby THEN pg_current_wal_lsn()::text END AS lsn,
  CASE WHEN NOT standby
    THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
  END AS timeline
FROM pg_is_in_recovery() AS standby`;

/** A SQLSTATE is a server's word; what the system says of a connection begins with E. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isAnswer(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E');
}

function named(met: readonly Met[]): string {
  return met.map(({ name }) => name).join(', ');
}
