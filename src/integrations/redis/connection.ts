import type { Redis } from 'ioredis';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type Address, type Login, said, type WayConfig } from './schema.ts';

export interface Server {
  readonly address: string;
  /** Throws REDIS_REFUSED with the server's own words, REDIS_NO_ANSWER when a reply was lost. */
  call(command: string, ...words: readonly string[]): Promise<unknown>;
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

async function withServer<T>(
  config: WayConfig,
  { address, login }: { readonly address: Address; readonly login: Login },
  task: (server: Server) => Promise<T>,
): Promise<T> {
  const redis = await connected(config, address, login);
  const name = said(address);
  try {
    return await task({
      address: name,
      async call(command, ...words) {
        try {
          return await redis.call(command, ...words);
        } catch (error) {
          throw new ProblemError(callProblem(error, { server: name, command }), { cause: error });
        }
      },
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
async function connected(config: WayConfig, address: Address, login: Login): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client({
    ...address,
    ...login,
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
    const facts = { server: said(address), why: words(last ?? error) };
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
