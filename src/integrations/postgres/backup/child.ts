import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
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
  readonly cwd?: string;
}

export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves once it has ended with 0 and its output was read; rejects with BACKUP_PROGRAM_FAILED and what it said last. */
  readonly ended: Promise<void>;
  /** Ends it with everything that it started; SIGTERM first where nothing else is said. */
  kill(how?: NodeJS.Signals): void;
}

/** What is kept of what it says when it fails. */
const saidMax = 2_000;
/** After this a child that was told to end is killed. */
const graceMs = 5_000;

/** Starts a program in a process group of its own, so that it can be ended with all that it starts. */
export function startChild(wanted: ChildWanted): Child {
  const { program, args, env = {}, signal, user, cwd } = wanted;
  signal.throwIfAborted();
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(program, args, {
    detached: true,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...user,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-saidMax);
  });
  let isOver = false;
  const kill = (how: NodeJS.Signals = 'SIGTERM'): void => {
    if (isOver || child.pid === undefined) return;
    end(child.pid, how);
    const { pid } = child;
    setTimeout(() => isOver || end(pid, 'SIGKILL'), graceMs).unref();
  };
  const cut = (): void => kill();
  signal.addEventListener('abort', cut, { once: true });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      const facts = { program: nameOf(program), why: error.message };
      reject(new ProblemError(problem('BACKUP_PROGRAM_MISSING', facts), { cause: error }));
    });
    child.once('close', (code, killed) => {
      isOver = true;
      signal.removeEventListener('abort', cut);
      if (code === 0) return resolve();
      if (killed !== null) {
        // By us, or by a system that lacks memory: that says nothing of what it was given.
        const facts = { program: nameOf(program), signal: killed };
        return reject(new ProblemError(problem('BACKUP_PROGRAM_KILLED', facts)));
      }
      const why = lastWords(said) || `it ended with ${code}`;
      reject(new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: nameOf(program), why })));
    });
  });
  // Whoever waits for it is told; that nobody waits yet is no reason to end the process.
  ended.catch(() => undefined);
  // It may end before it has read all that it is given: its exit says why.
  child.stdin.on('error', () => undefined);
  return { stdin: child.stdin, stdout: child.stdout, ended, kill };
}

/** Its standard output as text, of at most so many characters. */
export async function outputOf(wanted: ChildWanted, most = 64 * 1024): Promise<string> {
  const child = startChild(wanted);
  child.stdin.end();
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > most) {
      child.kill();
      break;
    }
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

function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

function lastWords(said: string): string {
  return said.trim().split('\n').slice(-3).join(' · ').slice(-400);
}
