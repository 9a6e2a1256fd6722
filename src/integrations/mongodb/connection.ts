import type { Document, MongoClient, MongoClientOptions } from 'mongodb';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type Address, type MongodbConfig, said } from './schema.ts';

export interface Member {
  /** Throws MONGODB_REFUSED with the server's own words, MONGODB_NO_ANSWER when a reply was lost. */
  command(words: Document, database?: string): Promise<Document>;
}

/** Opens a connection to one member for one task; throws MONGODB_UNREACHABLE. */
export interface Connections {
  member<T>(
    address: Address,
    task: (member: Member) => Promise<T>,
    patienceMs?: number,
  ): Promise<T>;
}

export function createConnections(config: MongodbConfig): Connections {
  return {
    async member(address, task, patienceMs = 0) {
      const client = await connected(config, address, patienceMs);
      const name = said(address);
      try {
        return await task({
          async command(words, database = 'admin') {
            const [command = ''] = Object.keys(words);
            try {
              return await client.db(database).command(words);
            } catch (error) {
              throw new ProblemError(problemOf(error, { member: name, command }), { cause: error });
            }
          },
        });
      } finally {
        await client.close(true).catch(() => undefined);
      }
    },
  };
}

/**
 * By its defaults the driver looks for the primary wherever it is and sends again what was lost: for a step-down that is
 * the second primary of the night. So: the one member that is named, one connection, nothing twice.
 * https://www.mongodb.com/docs/drivers/node/current/connect/connection-options/
 */
async function connected(
  config: MongodbConfig,
  address: Address,
  patienceMs: number,
): Promise<MongoClient> {
  const { MongoClient: Client } = await import('mongodb');
  const client = new Client(`mongodb://${said(address)}/`, optionsOf(config, patienceMs));
  try {
    return await client.connect();
  } catch (error) {
    await client.close(true).catch(() => undefined);
    const context = { member: said(address), command: 'authenticate' };
    const because = isServersWord(error)
      ? problemOf(error, context)
      : problem('MONGODB_UNREACHABLE', { member: said(address), why: words(error) });
    throw new ProblemError(because, { cause: error });
  }
}

function optionsOf(config: MongodbConfig, patienceMs: number): MongoClientOptions {
  const { username, password, authSource, timeoutMs, tls } = config;
  return {
    directConnection: true,
    maxPoolSize: 1,
    minPoolSize: 0,
    retryReads: false,
    retryWrites: false,
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs + patienceMs,
    appName: 'tocsin',
    ...(username === undefined ? {} : { auth: { username, password: password ?? '' }, authSource }),
    ...(tls === undefined ? {} : { tls: true, ...(tls === true ? {} : { ca: tls }) }),
  };
}

function problemOf(error: unknown, context: { member: string; command: string }): Problem {
  const why = words(error);
  return isServersWord(error)
    ? problem('MONGODB_REFUSED', { ...context, why })
    : problem('MONGODB_NO_ANSWER', { ...context, why });
}

/** The server answered, and said no. */
function isServersWord(error: unknown): boolean {
  return error instanceof Error && error.name === 'MongoServerError';
}

function words(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const name =
    error instanceof Error && 'codeName' in error && typeof error.codeName === 'string'
      ? `${error.codeName}: `
      : '';
  return `${name}${said}`.replaceAll(/\s+/g, ' ').slice(0, 200);
}
