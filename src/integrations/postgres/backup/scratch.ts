import { chown, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Programs, Running, User } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { DumpPlace } from './place.ts';
import { programFor, type Tools } from './programs.ts';
import { openSession } from './question.ts';

const prefix = 'tocsin-scratch-';
const database = 'restored';
/** A server on a busy machine takes seconds to start. */
const startMs = 60_000;

/**
 * Runs a task with an empty database on a server of its own, which nobody can reach but by a socket in a folder of ours,
 * and which is gone afterwards. It keeps nothing from a crash and is fast for it.
 */
export async function withScratch<T>(
  tools: Tools,
  { major, signal }: { readonly major: number; readonly signal: AbortSignal },
  task: (place: DumpPlace) => Promise<T>,
): Promise<T> {
  await sweepScratch();
  const initdb = await programFor(tools, 'initdb', major);
  const postgres = await programFor(tools, 'postgres', major);
  const { programs } = tools;
  const user = await unprivileged(programs);
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  let server: Running | undefined;
  try {
    if (user) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const common = { folder, signal, ...(user && { user }) };
    await programs.output({
      ...common,
      path: initdb.path,
      args: ['-D', data, '-U', 'tocsin', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    });
    server = programs.start({
      ...common,
      path: postgres.path,
      writes: 'words',
      args: ['-D', data, ...Object.entries(settingsOf(folder)).flatMap(setting)],
    });
    const place: DumpPlace = {
      host: folder,
      port: 5432,
      database: 'postgres',
      username: 'tocsin',
      timeoutMs: 10_000,
    };
    await started(place, server, signal);
    return await task({ ...place, database });
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

function settingsOf(folder: string): Readonly<Record<string, string>> {
  return {
    listen_addresses: '',
    unix_socket_directories: folder,
    unix_socket_permissions: '0700',
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_connections: '10',
    shared_buffers: '64MB',
    maintenance_work_mem: '128MB',
    autovacuum: 'off',
  };
}

function setting([name, value]: readonly [string, string]): readonly string[] {
  return ['-c', `${name}=${value}`];
}

async function started(place: DumpPlace, server: Running, signal: AbortSignal): Promise<void> {
  const until = performance.now() + startMs;
  let isOver = false;
  server.ended.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  for (;;) {
    signal.throwIfAborted();
    try {
      const session = await openSession(place);
      try {
        await session.ask(`CREATE DATABASE ${database} TEMPLATE template0`);
      } finally {
        await session.end();
      }
      return;
    } catch (error) {
      if (isOver) await server.ended;
      if (isOver || performance.now() > until) {
        const why = error instanceof ProblemError ? String(error.problem.facts['why']) : 'it ended';
        throw new ProblemError(problem('POSTGRES_SCRATCH_FAILED', { why }), { cause: error });
      }
    }
    await wait(50);
  }
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
