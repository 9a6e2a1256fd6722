import { ProblemError, problem } from '../../core/problem.ts';
import type { Connections, Session } from './connection.ts';
import { type Address, isTrue } from './schema.ts';

/** How a server met a write of the application. `silent` proves nothing: what we cannot reach, others may. */
export interface Met {
  readonly how: 'taken' | 'refused' | 'silent';
  readonly why: string;
}

/**
 * A write that every application may make, that reaches the log and leaves nothing behind. READ WRITE is said outright, as
 * any client may: a server that only has read-only as its default takes it.
 * https://www.postgresql.org/docs/current/sql-set-transaction.html
 */
const write = [
  'CREATE TEMPORARY TABLE tocsin_proof (taken boolean) ON COMMIT DROP',
  'INSERT INTO tocsin_proof VALUES (true)',
];

type Begin = 'BEGIN READ WRITE' | 'BEGIN';

async function proveWrite(session: Session, begin: Begin): Promise<void> {
  for (const statement of [begin, ...write, 'COMMIT']) await session.query(statement);
}

/** Whether the application could, without doing it: nothing of it is kept. */
export async function rehearseWrite(session: Session): Promise<void> {
  for (const statement of ['BEGIN READ WRITE', ...write, 'ROLLBACK'])
    await session.query(statement);
}

/** Whether the application may connect at all: a replica that refuses it would be a primary that does. */
export async function admits(connections: Connections, address: Address): Promise<boolean> {
  try {
    await connections.application(address, (session) => session.query('SELECT 1'));
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** Tries a write as the application over a connection of its own. Throws only where its login is what is refused. */
export async function meetWrite(
  connections: Connections,
  address: Address,
  begin: Begin = 'BEGIN READ WRITE',
): Promise<Met> {
  try {
    return await connections.application(address, (session) => meetWriteOn(session, begin));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, why } = error.problem.facts;
    if (unproven.has(String(code))) {
      throw new ProblemError(problem('PG_PROOF_IMPOSSIBLE', error.problem.facts), { cause: error });
    }
    return { how: closed.has(String(code)) ? 'refused' : 'silent', why: String(why) };
  }
}

/** The same over a connection that was open before. */
export async function meetWriteOn(
  session: Session,
  begin: Begin = 'BEGIN READ WRITE',
): Promise<Met> {
  try {
    const [row] = await session.query('SELECT pg_is_in_recovery() AS standby');
    if (isTrue(row, 'standby')) return { how: 'refused', why: 'it is a standby' };
    await proveWrite(session, begin);
    return { how: 'taken', why: 'it took a write' };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, why } = error.problem.facts;
    if (unproven.has(String(code))) {
      throw new ProblemError(problem('PG_PROOF_IMPOSSIBLE', error.problem.facts), { cause: error });
    }
    const isRefused = readOnly.has(String(code)) || ended.has(String(code));
    return { how: isRefused ? 'refused' : 'silent', why: String(why) };
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html : nobody listens; starting or ending; pg_hba.conf says no. */
const closed = new Set(['ECONNREFUSED', '57P03', '28000']);
/** The connection was ended by the server: an administrator's word, or its end. */
const ended = new Set(['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE']);
/** read_only_sql_transaction, and READ WRITE during recovery. */
const readOnly = new Set(['25006', '0A000']);
/** Our own login is wrong, the database is not there, or the right is missing: that says nothing about a fence. */
const unproven = new Set(['28P01', '3D000', '42501']);
