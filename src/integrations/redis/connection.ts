import type { Redis } from 'ioredis';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type Address, type Login, said, type WayConfig } from './schema.ts';

export interface Server {
  readonly address: string;
  /** Throws REDIS_REFUSED with the server's own words, REDIS_NO_ANSWER when a reply was lost. */
  call(command: string, ...words: readonly string[]): Promise<unknown>;
}

/** One that what is no text goes through as well. */
export interface ByteServer extends Server {
  /** The same with bytes for what is no text: strings of the answer are buffers. */
  bytes(command: string, ...words: readonly (string | Buffer)[]): Promise<unknown>;
}

/** Opens connections for one task each, so that no command of ours waits anywhere for a server to come back. */
export interface Connections {
  server<T>(address: Address, task: (server: Server) => Promise<T>): Promise<T>;
  sentinel<T>(address: Address, task: (server: Server) => Promise<T>): Promise<T>;
}

/** `forChanges`: with the credential that may change; without it every question is asked with the other one. */
export function createConnections(
  config: WayConfig,
  { forChanges }: { readonly forChanges: boolean },
): Connections {
  const login = forChanges ? config.servers : (config.read ?? config.servers);
  return {
    server: (address, task) => withServer(config, { address, login }, task),
    sentinel: (address, task) => withServer(config, { address, login: config.sentinelLogin }, task),
  };
}

/** A server of our own that a socket alone reaches. */
export function withSocket<T>(
  path: string,
  { timeoutMs }: Pick<WayConfig, 'timeoutMs'>,
  task: (server: ByteServer) => Promise<T>,
): Promise<T> {
  return withConnection({ timeoutMs }, { path }, task);
}

export function withServer<T>(
  config: WayConfig,
  { address, login }: { readonly address: Address; readonly login: Login },
  task: (server: ByteServer) => Promise<T>,
): Promise<T> {
  return withConnection(config, { ...address, ...login }, task);
}

type Place = { readonly path: string } | (Address & Login);

async function withConnection<T>(
  config: Pick<WayConfig, 'timeoutMs' | 'tls'>,
  place: Place,
  task: (server: ByteServer) => Promise<T>,
): Promise<T> {
  const server = 'path' in place ? place.path : said(place);
  const redis = await connected(config, place);
  const answer = async <R>(command: string, asking: Promise<R>): Promise<R> => {
    try {
      return await asking;
    } catch (error) {
      throw new ProblemError(callProblem(error, { server, command }), { cause: error });
    }
  };
  try {
    return await task({
      address: server,
      call: (command, ...words) => answer(command, redis.call(command, ...words)),
      bytes: (command, ...words) => answer(command, redis.callBuffer(command, ...words)),
    });
  } finally {
    redis.disconnect();
  }
}

/**
 * By its defaults ioredis keeps what it could not send and sends it once the server is back, minutes later: for
 * a failover that is a second one. So: no queue, no resending, no reconnecting, and a limit for every command.
 * https://github.com/redis/ioredis#readme
 */
async function connected(
  config: Pick<WayConfig, 'timeoutMs' | 'tls'>,
  place: Place,
): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client({
    ...place,
    protocol: 2,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: config.timeoutMs,
    commandTimeout: config.timeoutMs,
    connectionName: 'tocsin',
    disableClientInfo: true,
    ...(config.tls === undefined ? {} : { tls: config.tls === true ? {} : { ca: config.tls } }),
  });
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    redis.disconnect();
    const server = 'path' in place ? place.path : said(place);
    const facts = { server, why: words(last ?? error) };
    throw new ProblemError(problem('REDIS_UNREACHABLE', facts), { cause: error });
  }
}

function callProblem(
  error: unknown,
  context: { readonly server: string; readonly command: string },
): Problem {
  const why = words(error);
  return error instanceof Error && error.name === 'ReplyError'
    ? problem('REDIS_REFUSED', { ...context, why })
    : problem('REDIS_NO_ANSWER', { ...context, why });
}

function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
