import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Scratch } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError } from '../../../core/problem.ts';
import { checkerBeside, programOf, type Tool } from './programs.ts';
import { framed } from './rdb.ts';

const prefix = 'tocsin-rdb-';
/** One that loads for an hour is not asked twenty times a second. */
const pauseMaxMs = 1_000;
const fileName = 'copy.rdb';

/** A folder that is gone afterwards, for a copy that a program has to read from a file. */
export async function withFolder<T>(
  programs: Programs,
  task: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await openFolder(programs);
  try {
    return await task(folder.path);
  } finally {
    await folder.close();
  }
}

export interface Folder {
  readonly path: string;
  close(): Promise<void>;
}

export async function openFolder(programs: Programs): Promise<Folder> {
  await sweep(programs);
  const path = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

/** Written to a file, for that is what programs of Redis read; its beginning and its end are looked at on the way. */
export async function kept(
  bytes: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const file = join(folder, fileName);
  await pipeline(framed(bytes), createWriteStream(file, { mode: 0o600 }), { signal });
  return file;
}

/** What was written there, for whoever has to know how much it is before it comes. */
export async function readBack(
  file: string,
): Promise<{ readonly bytes: number; readonly content: AsyncIterable<Uint8Array> }> {
  return { bytes: (await stat(file)).size, content: createReadStream(file) };
}

/** Read to its end by what reads one for a living, where that is installed beside the server. */
export async function checked(
  programs: Programs,
  { server, file }: { readonly server: Tool; readonly file: string },
  signal: AbortSignal,
): Promise<void> {
  const checker = await checkerBeside(programs, server);
  if (checker === undefined) return;
  await programs.start({ path: checker, args: [file], signal, writes: 'words' }).ended;
}

export interface Loaded {
  /** Where it is reached. */
  readonly socket: string;
  /** Its INFO once everything was loaded. */
  readonly info: string;
}

/**
 * Loads the copy in a folder into a server that only a socket in that folder reaches, for as long as the task takes. It
 * is told to follow a master that is not there: a server by itself drops keys whose time is over as it loads them, a
 * replica keeps them until its master says otherwise. It writes nothing and is gone afterwards.
 */
export async function whileLoaded<T>(
  programs: Programs,
  {
    folder,
    server,
    signal,
  }: { readonly folder: string; readonly server: string; readonly signal: AbortSignal },
  task: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const client = await programOf(programs, 'redis-cli');
  // Root is too much for reading a file; Debian's package brings a user for it, and every machine has nobody.
  const user = await programs.lesserUser(['redis', 'nobody']);
  if (user) {
    await chown(join(folder, fileName), user.uid, user.gid);
    await chown(folder, user.uid, user.gid);
  }
  await chmod(folder, 0o700);
  const socket = join(folder, 's');
  const args = Object.entries(settingsOf(folder, socket)).flatMap(([name, value]) => [
    `--${name}`,
    ...value,
  ]);
  const running = programs.start({
    path: server,
    args,
    signal,
    writes: 'words',
    ...(user && { user }),
  });
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  running.ended.then(over, over);
  try {
    for (let pause = 50; ; pause = Math.min(pause * 2, pauseMaxMs)) {
      signal.throwIfAborted();
      const info = await programs
        .output({ path: client.path, args: ['-s', socket, 'INFO'], signal })
        .catch(notYet);
      if (info !== undefined && /^loading:0/m.test(info)) return await task({ socket, info });
      // It ends by itself over what it cannot load, and says why.
      if (isOver) await running.ended;
      await wait(pause);
    }
  } finally {
    // Nothing in it is worth an orderly end.
    running.end('SIGKILL');
    await running.ended.catch(() => undefined);
  }
}

/** It is kept in a file and brought up in memory. */
export async function scratchRoom(): Promise<Scratch> {
  const { place, roomBytes } = await diskRoom();
  return {
    place: `a server of its own, in memory and ${place}`,
    roomBytes: Math.min(roomBytes, process.availableMemory()),
  };
}

/** Where copies lie on their way. */
export async function diskRoom(): Promise<Scratch> {
  const { bavail, bsize } = await statfs(tmpdir());
  return { place: tmpdir(), roomBytes: bavail * bsize };
}

function settingsOf(folder: string, socket: string): Readonly<Record<string, readonly string[]>> {
  return {
    port: ['0'],
    unixsocket: [socket],
    unixsocketperm: ['700'],
    dir: [folder],
    dbfilename: [fileName],
    save: [''],
    appendonly: ['no'],
    daemonize: ['no'],
    // How many the source has is not known, and a copy with more is refused.
    databases: ['10000'],
    // Port 1 of this machine, which only root could open.
    replicaof: ['127.0.0.1', '1'],
  };
}

/** It does not listen yet. */
function notYet(error: unknown): undefined {
  if (error instanceof ProblemError && error.problem.code === 'BACKUP_PROGRAM_FAILED') return;
  throw error;
}

/** A process that died left its server behind: it is told to end by the socket that it alone has. */
async function sweep(programs: Programs): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (isAlive(Number(name.slice(prefix.length).split('-', 1)[0]))) continue;
    const folder = join(tmpdir(), name);
    const { path } = await programOf(programs, 'redis-cli');
    const args = ['-s', join(folder, 's'), 'SHUTDOWN', 'NOSAVE'];
    const signal = AbortSignal.timeout(10_000);
    await programs.output({ path, args, signal }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
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
