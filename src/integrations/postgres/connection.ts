import type { Client } from 'pg';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type Address, type Login, type PostgresConfig, type Row, said } from './schema.ts';

/** One connection to one server. Nothing is queued, sent again or reconnected. */
export interface Session {
  readonly server: string;
  /**
   * Throws PG_REFUSED with the server's own words and its SQLSTATE in `code`, PG_NO_ANSWER when the answer was lost:
   * then it may have taken effect.
   */
  query(text: string, ...values: readonly (string | number)[]): Promise<readonly Row[]>;
}

export interface Connections {
  /** `withinMs`: of one question, where it may take longer than the configured time. */
  admin<T>(address: Address, task: Task<T>, withinMs?: number): Promise<T>;
  application<T>(address: Address, task: Task<T>): Promise<T>;
}

export type Task<T> = (session: Session) => Promise<T>;

/** Opens a connection for one task and ends it. Throws PG_UNREACHABLE, with the SQLSTATE or the system's code in `code`. */
export function createConnections(config: PostgresConfig): Connections {
  return {
    admin: (address, task, withinMs = config.timeoutMs) =>
      withSession(config, { address, login: config.admin, withinMs }, task),
    application: (address, task) =>
      withSession(config, { address, login: config.application, withinMs: config.timeoutMs }, task),
  };
}

interface Way {
  readonly address: Address;
  readonly login: Login;
  readonly withinMs: number;
}

async function withSession<T>(config: PostgresConfig, way: Way, task: Task<T>): Promise<T> {
  const server = said(way.address);
  const client = await connected(config, way);
  try {
    return await task({
      server,
      async query(text, ...values) {
        try {
          const answer = await client.query<Row>(text, [...values]);
          return answer.rows;
        } catch (error) {
          throw new ProblemError(queryProblem(error, server), { cause: error });
        }
      },
    });
  } finally {
    // The end is not waited for: a server that went away never confirms it.
    client.end().catch(() => undefined);
  }
}

async function connected(config: PostgresConfig, way: Way): Promise<Client> {
  const { Client: PgClient } = await import('pg');
  const client = new PgClient({
    ...way.address,
    ...way.login,
    database: config.database,
    application_name: 'tocsin',
    connectionTimeoutMillis: config.timeoutMs,
    // The server gives up first, so that a question we no longer wait for is not still under way.
    statement_timeout: way.withinMs,
    query_timeout: way.withinMs + config.timeoutMs,
    ssl: config.tls === undefined ? false : config.tls === true ? true : { ca: config.tls },
  });
  // A server that ends says so to an idle connection as well; whoever asks next is told.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    const facts = { server: said(way.address), why: words(error), code: codeOf(error) };
    throw new ProblemError(problem('PG_UNREACHABLE', facts), { cause: error });
  }
}

/** FATAL ends the connection: whether the statement took effect is not said. https://www.postgresql.org/docs/current/protocol-error-fields.html */
function queryProblem(error: unknown, server: string): Problem {
  const facts = { server, why: words(error), code: codeOf(error) };
  const isAnswer =
    error instanceof Error && 'severity' in error && /^ERROR$/.test(String(error.severity));
  return problem(isAnswer ? 'PG_REFUSED' : 'PG_NO_ANSWER', facts);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function words(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.slice(0, 200);
}
