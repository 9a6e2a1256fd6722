import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EndSignal, Programs, ProgramWanted, Running } from '../core/ports/programs.ts';
import { ProblemError, problem } from '../core/problem.ts';

/** What is kept of what it says when it fails. */
const saidMax = 2_000;
const wordsMax = 400;
/** After this one that was told to end is killed. */
const graceMs = 5_000;
/** Of what answers at once. */
const shortMs = 10_000;
const outputMax = 64 * 1024;
const plainEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/** The programs of this machine. */
export const programs: Programs = {
  async find(name, folders) {
    const path = folders.map((folder) => `${folder}/${name}`).find(isThere);
    if (path === undefined) return undefined;
    const text = await versionOf(path);
    return { path, version: (/\d+(\.\d+)+/.exec(text) ?? /\d+\w*/.exec(text))?.[0] ?? '?' };
  },
  start,
  output,
  async lesserUser(names) {
    if (process.getuid?.() !== 0) return undefined;
    let last: unknown;
    for (const name of names) {
      try {
        return { uid: await idOf('-u', name), gid: await idOf('-g', name) };
      } catch (error) {
        last = error;
      }
    }
    throw last;
  },
};

function start(wanted: ProgramWanted): Running {
  const { path, args, env, secrets = {}, signal, withinMs, input, writes, user, folder } = wanted;
  signal.throwIfAborted();
  const child = spawn(path, args, {
    detached: true,
    env: { ...plainEnv, ...env, ...secrets },
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...user,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const isRead = writes !== 'words';
  const words = wordsOf(child, { secrets, isRead });
  const state = { isOver: false };
  const end = (how: EndSignal = 'SIGTERM'): void => {
    const { pid } = child;
    if (state.isOver || pid === undefined) return;
    endGroup(pid, how);
    setTimeout(() => state.isOver || endGroup(pid, 'SIGKILL'), graceMs).unref();
  };
  const cut = (): void => end();
  signal.addEventListener('abort', cut, { once: true });
  const limit = withinMs === undefined ? undefined : setTimeout(cut, withinMs);
  const exited = exitOf(child, { name: nameOf(path), words }).finally(() => {
    state.isOver = true;
    clearTimeout(limit);
    signal.removeEventListener('abort', cut);
  });
  const ended = input && child.stdin ? fed(child.stdin, input, { exited, end }) : exited;
  // Whoever waits for it is told; that nobody waits yet is no reason to end the process.
  ended.catch(() => undefined);
  return { output: isRead && child.stdout ? taken(child.stdout) : Readable.from([]), ended, end };
}

/**
 * What nobody reads yet when it ends is thrown away by Node: its output is taken in from the beginning, at the pace of whoever
 * reads. A mere listener would do as well, but for a pipe: two that read one stream wait for each other.
 */
function taken(stdout: Readable): Readable {
  const kept = new PassThrough({ highWaterMark: 256 * 1024 });
  pipeline(stdout, kept).catch(() => undefined);
  return kept;
}

async function output(wanted: ProgramWanted, most = outputMax): Promise<string> {
  const running = start(wanted);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of running.output) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length <= most) continue;
    running.end();
    break;
  }
  await running.ended;
  return (text + decoder.decode()).trim();
}

/**
 * Where the input fails, the program is ended before its pipe is closed: it would take half for the whole. Where the pipe
 * breaks, the program says why.
 */
async function fed(
  stdin: NonNullable<ChildProcess['stdin']>,
  input: AsyncIterable<Uint8Array>,
  { exited, end }: { readonly exited: Promise<void>; readonly end: () => void },
): Promise<void> {
  let fault: { readonly error: unknown } | undefined;
  async function* held(): AsyncIterable<Uint8Array> {
    try {
      yield* input;
    } catch (error) {
      fault = { error };
      end();
      await exited.catch(() => undefined);
      throw error;
    }
  }
  pipeline(held(), stdin).catch((error: unknown) => {
    // One that has read enough may still have something to do.
    if (isPipe(error)) return;
    fault ??= { error };
    end();
  });
  try {
    await exited;
  } catch (error) {
    throw fault ? fault.error : error;
  }
  if (fault) throw fault.error;
}

function exitOf(
  child: ChildProcess,
  { name, words }: { readonly name: string; readonly words: () => string },
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      const facts = { program: name, why: error.message };
      reject(new ProblemError(problem('BACKUP_PROGRAM_MISSING', facts), { cause: error }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      if (signal !== null) {
        // By us, or by a system that lacks memory: that says nothing of what it was given.
        const facts = { program: name, signal };
        return reject(new ProblemError(problem('BACKUP_PROGRAM_KILLED', facts)));
      }
      const facts = { program: name, why: words() || `it ended with ${code}` };
      reject(new ProblemError(problem('BACKUP_PROGRAM_FAILED', facts)));
    });
  });
}

/** Reads what it says to its end and keeps the last of it. */
function wordsOf(
  { stdout, stderr }: ChildProcess,
  {
    secrets,
    isRead,
  }: { readonly secrets: Readonly<Record<string, string>>; readonly isRead: boolean },
): () => string {
  let said = '';
  for (const stream of isRead ? [stderr] : [stderr, stdout]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-saidMax);
    });
  }
  return () => {
    const hidden = Object.values(secrets)
      .filter((secret) => secret !== '')
      .reduce((text, secret) => text.replaceAll(secret, '[secret]'), said);
    return hidden.trim().split('\n').slice(-3).join(' · ').slice(-wordsMax);
  };
}

/** One that knows no such option takes it for something else, and its version is not known. */
async function versionOf(path: string): Promise<string> {
  try {
    return await output({ path, args: ['--version'], signal: AbortSignal.timeout(shortMs) });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === 'BACKUP_PROGRAM_MISSING')
      throw error;
    return '';
  }
}

async function idOf(what: '-u' | '-g', name: string): Promise<number> {
  const signal = AbortSignal.timeout(shortMs);
  return Number(await output({ path: '/usr/bin/id', args: [what, name], signal }));
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isPipe(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(String(error.code))
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
