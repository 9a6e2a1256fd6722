import type { Client } from 'pg';
import type { Content } from '../../../core/backup/manifest.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type DumpPlace, said } from './place.ts';

/** One connection to a database, for reading. */
export interface Session {
  ask(sql: string, values?: readonly string[]): Promise<readonly Row[]>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

export type Row = Readonly<Record<string, unknown>>;

export async function openSession(place: DumpPlace): Promise<Session> {
  const { default: pg } = await import('pg');
  const client: Client = new pg.Client({
    // One that holds a snapshot for hours is not to be forgotten by a firewall.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    ...wayTo(place),
    statement_timeout: place.timeoutMs,
    lock_timeout: lockMs,
    // Where the server is gone without a word.
    query_timeout: countMs + place.timeoutMs,
  });
  // A connection that breaks makes the question fail; nobody else needs to hear of it.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    const facts = { place: said(place), why: wordsOf(error) };
    throw new ProblemError(problem('POSTGRES_BACKUP_UNREACHABLE', facts), { cause: error });
  }
  return {
    async ask(sql, values = []) {
      try {
        const { rows } = await client.query<Row>(sql, [...values]);
        return rows;
      } catch (error) {
        const facts = { place: said(place), why: wordsOf(error) };
        throw new ProblemError(problem('POSTGRES_BACKUP_REFUSED', facts), { cause: error });
      }
    },
    end: () => client.end().catch(() => undefined),
  };
}

/** Why nobody is let in as whoever replicates; undefined where it is. */
export async function replicationFault(place: DumpPlace): Promise<string | undefined> {
  const { default: pg } = await import('pg');
  // https://www.postgresql.org/docs/current/protocol-replication.html
  const way = { ...wayTo(place), query_timeout: place.timeoutMs, replication: 'true' };
  const client: Client = new pg.Client(way);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('IDENTIFY_SYSTEM;');
    return undefined;
  } catch (error) {
    return wordsOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function wayTo(place: DumpPlace) {
  return {
    host: place.host,
    port: place.port,
    database: place.database,
    user: place.username,
    password: place.password,
    connectionTimeoutMillis: place.timeoutMs,
    application_name: 'tocsin backup',
    ...(place.tls === undefined
      ? {}
      : { ssl: place.tls === true ? { rejectUnauthorized: true } : { ca: place.tls } }),
  };
}

/** More tables than these are not counted one by one. */
const tablesMax = 1_000;
/** One table is counted for this long at most, and all of them together no longer than a dump may take to be useful. */
const countMs = 60_000;
const countsMs = 15 * 60_000;

/** A table that somebody has locked is not waited for: it is copied later, and not counted. */
const lockMs = 5_000;

const tables = `SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
    AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

/**
 * Counts what a state of a database holds, in the transaction that the session has open. What takes too long is left
 * out and said to be.
 */
export async function contentOf(
  session: Session,
  query: string | undefined,
  now: () => number = () => performance.now(),
): Promise<Content> {
  const answered = query === undefined ? undefined : await answerOf(session, query);
  const names = (await session.ask(tables)).map(({ name }) => String(name));
  const until = now() + countsMs;
  const counts: Record<string, number> = {};
  for (const name of names.slice(0, tablesMax)) {
    if (now() > until) break;
    const count = await countOf(session, name);
    if (count !== undefined) counts[name] = count;
  }
  return {
    counts,
    uncounted: names.length - Object.keys(counts).length,
    ...(query !== undefined && answered !== undefined && { query: { asked: query, answered } }),
  };
}

/** A table whose count takes too long, or that we may not read, is not counted; the transaction goes on. */
async function countOf(session: Session, name: string): Promise<number | undefined> {
  await session.ask('SAVEPOINT tocsin');
  try {
    await session.ask(`SET LOCAL statement_timeout = ${countMs}`);
    const [row] = await session.ask(`SELECT count(*) AS rows FROM ${name}`);
    await session.ask('RELEASE SAVEPOINT tocsin');
    return Number(row?.['rows']);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await session.ask('ROLLBACK TO SAVEPOINT tocsin');
    return undefined;
  }
}

/** As much of an answer as is worth comparing. */
const answerMax = 4_000;

/** The answer to a question of the configuration as text, rows in the order in which they come. */
async function answerOf(session: Session, query: string): Promise<string> {
  await session.ask(`SET LOCAL statement_timeout = ${countMs}`);
  const rows = await session.ask(query);
  return JSON.stringify(rows.map((row) => Object.values(row).map(String))).slice(0, answerMax);
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message || error.name : String(error)).slice(0, 200);
}
