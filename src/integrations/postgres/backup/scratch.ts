import { chown, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Programs, ProgramWanted, Running, User } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { DumpPlace } from './place.ts';
import { programFor, type Tools } from './programs.ts';
import { openSession } from './question.ts';

const prefix = 'tocsin-scratch-';
const database = 'restored';
/** A server on a busy machine takes seconds to start. */
const startMs = 60_000;

/** A server of its own, which nobody can reach but by a socket in a folder of ours, and which is gone afterwards. */
export interface ScratchServer {
  readonly major: number;
  /** Whether the files are of that version, and no newer one can read them. */
  readonly isExact: boolean;
  readonly signal: AbortSignal;
  /** Puts the data of the server into `data`, which is there and empty; programs have to run as `common` says. */
  prepare(at: { readonly data: string; readonly common: CommonWanted }): Promise<void>;
  readonly settings: (folder: string) => Readonly<Record<string, string>>;
  /** Who is let in, and where. */
  readonly login: { readonly username: string; readonly database: string };
  /** How long it may take until it lets somebody in; as long as the signal lets it when absent. */
  readonly startMs?: number;
}

export type CommonWanted = Pick<ProgramWanted, 'folder' | 'signal' | 'user'>;

/**
 * Runs a task with an empty database on such a server, as its superuser. It keeps nothing from a crash and is fast for it.
 */
export async function withScratch<T>(
  tools: Tools,
  { major, signal }: { readonly major: number; readonly signal: AbortSignal },
  task: (place: DumpPlace) => Promise<T>,
): Promise<T> {
  const initdb = await programFor(tools, 'initdb', major);
  const empty: ScratchServer = {
    major,
    isExact: false,
    signal,
    async prepare({ data, common }) {
      const args = ['-U', 'tocsin', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
      await tools.programs.output({ ...common, path: initdb.path, args: ['-D', data, ...args] });
    },
    settings: () => ({ ...quiet, wal_level: 'minimal', max_wal_senders: '0' }),
    login: { username: 'tocsin', database: 'postgres' },
    startMs,
  };
  return withServer(tools, empty, async (place) => {
    const session = await openSession(place);
    try {
      await session.ask(`CREATE DATABASE ${database} TEMPLATE template0`);
    } finally {
      await session.end();
    }
    return task({ ...place, database });
  });
}

/** Runs a task with a server of its own. */
export async function withServer<T>(
  tools: Tools,
  wanted: ScratchServer,
  task: (place: DumpPlace) => Promise<T>,
): Promise<T> {
  await sweepScratch();
  const { major, isExact, signal } = wanted;
  const postgres = await programFor(tools, 'postgres', major, { isExact });
  const { programs } = tools;
  const user = await unprivileged(programs);
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  let server: Running | undefined;
  try {
    if (user) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const common = { folder, signal, ...(user && { user }) };
    await wanted.prepare({ data, common });
    const settings = { ...apart(folder), ...wanted.settings(folder) };
    server = programs.start({
      ...common,
      path: postgres.path,
      writes: 'words',
      args: ['-D', data, ...Object.entries(settings).flatMap(setting)],
    });
    const place: DumpPlace = { host: folder, port: 5432, timeoutMs: 10_000, ...wanted.login };
    await started(place, server, wanted);
    return await task(place);
  } finally {
    // Nothing in it is worth an orderly end.
    server?.end('SIGQUIT');
    await server?.ended.catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** How much fits where it would be brought up. */
export async function scratchRoom(): Promise<{
  readonly place: string;
  readonly roomBytes: number;
}> {
  const { bavail, bsize } = await statfs(tmpdir());
  return { place: `a server of its own in ${tmpdir()}`, roomBytes: bavail * bsize };
}

/**
 * A process that died left its server behind. Without its folder it ends by itself within a minute:
 * https://www.postgresql.org/message-id/E1ZeZ5x-0003Nf-1q%40gemulon.postgresql.org
 */
async function sweepScratch(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-', 1)[0]);
    if (!isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Reached by nobody else, and small. */
function apart(folder: string): Readonly<Record<string, string>> {
  return {
    listen_addresses: '',
    unix_socket_directories: folder,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: '10',
    shared_buffers: '64MB',
    maintenance_work_mem: '128MB',
  };
}

/** Nothing that outlives a crash, and nothing by itself. */
export const quiet: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
};

function setting([name, value]: readonly [string, string]): readonly string[] {
  return ['-c', `${name}=${value}`];
}

async function started(
  place: DumpPlace,
  server: Running,
  { signal, startMs: withinMs = Number.POSITIVE_INFINITY }: ScratchServer,
): Promise<void> {
  const until = performance.now() + withinMs;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  server.ended.then(over, over);
  for (let pause = 50; ; pause = Math.min(pause * 1.2, 1_000)) {
    signal.throwIfAborted();
    try {
      const session = await openSession(place);
      return await session.end();
    } catch (error) {
      // It says itself why it could not go on.
      if (isOver) await server.ended;
      if (isOver || performance.now() > until || !isEarly(error)) {
        const why = error instanceof ProblemError ? String(error.problem.facts['why']) : 'it ended';
        throw new ProblemError(problem('POSTGRES_SCRATCH_FAILED', { why }), { cause: error });
      }
    }
    await wait(pause);
  }
}

/** There is no socket yet, or it recovers: `cannot_connect_now`. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isEarly(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return !/^[0-9A-Z]{5}$/.test(code) || code === '57P03';
}

/** PostgreSQL refuses to run as root; Debian's packages bring a user for it, and every machine has nobody. */
async function unprivileged(programs: Programs): Promise<User | undefined> {
  try {
    return await programs.lesserUser(['postgres', 'nobody']);
  } catch (error) {
    const why = 'there is no user to run it';
    throw new ProblemError(problem('POSTGRES_SCRATCH_FAILED', { why }), { cause: error });
  }
}
