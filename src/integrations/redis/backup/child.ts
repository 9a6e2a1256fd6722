import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProblemError, problem } from '../../../core/problem.ts';

export interface ChildWanted {
  /** Path of the program, and its arguments as they are: no shell reads them. */
  readonly program: string;
  readonly args: readonly string[];
  /** All that it sees of an environment; passwords go this way and never into arguments. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Under which user, where it is not ours. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** What it writes to its standard output are words about what goes wrong, and nobody reads them otherwise. */
  readonly speaks?: boolean;
}

export interface Child {
  readonly stdout: Readable;
  /** Resolves once it has ended with 0 and its output was read; rejects with BACKUP_PROGRAM_FAILED and what it said last. */
  readonly ended: Promise<void>;
  /** Ends it with everything that it started. */
  kill(how?: NodeJS.Signals): void;
}

/** What is kept of what it says when it fails. */
const saidMax = 2_000;
/** After this a child that was told to end is killed. */
const graceMs = 5_000;

/** Starts a program in a process group of its own, so that it can be ended with all that it starts. */
export function startChild(wanted: ChildWanted): Child {
  const { program, args, env = {}, signal, user, speaks = false } = wanted;
  signal.throwIfAborted();
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(program, args, {
    detached: true,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let said = '';
  for (const stream of speaks ? [child.stderr, child.stdout] : [child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-saidMax);
    });
  }
  let isOver = false;
  const kill = (how: NodeJS.Signals = 'SIGTERM'): void => {
    const { pid } = child;
    if (isOver || pid === undefined) return;
    end(pid, how);
    setTimeout(() => isOver || end(pid, 'SIGKILL'), graceMs).unref();
  };
  const cut = (): void => kill();
  signal.addEventListener('abort', cut, { once: true });
  const name = program.slice(program.lastIndexOf('/') + 1);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      const facts = { program: name, why: error.message };
      reject(new ProblemError(problem('BACKUP_PROGRAM_MISSING', facts), { cause: error }));
    });
    child.once('close', (code, killed) => {
      isOver = true;
      signal.removeEventListener('abort', cut);
      if (code === 0) return resolve();
      // By us, or by a system that lacks memory: that says nothing of what it was given.
      if (killed !== null) {
        const facts = { program: name, signal: killed };
        return reject(new ProblemError(problem('BACKUP_PROGRAM_KILLED', facts)));
      }
      const why = lastWords(said) || `it ended with ${code}`;
      reject(new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: name, why })));
    });
  });
  // Whoever waits for it is told; that nobody waits yet is no reason to end the process.
  ended.catch(() => undefined);
  return { stdout: child.stdout, ended, kill };
}

/** Its standard output as text, of at most 64 KiB. */
export async function outputOf(wanted: ChildWanted): Promise<string> {
  const child = startChild(wanted);
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length <= 64 * 1024) continue;
    child.kill();
    break;
  }
  await child.ended;
  return text.trim();
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

function lastWords(said: string): string {
  return said.trim().split('\n').slice(-3).join(' · ').slice(-400);
}
