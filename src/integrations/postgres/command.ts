import { spawn } from 'node:child_process';

export interface Command {
  /** The program and its arguments: no shell reads them. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface Ran {
  /** Its exit code; `timeout`, the name of a signal, or `missing` when it could not be started. */
  readonly exit: string;
  /** The end of what it wrote, without the values of its own environment. */
  readonly said: string;
}

const outputMax = 4_096;
const killAfterMs = 2_000;
/** How long after its end what it wrote is still read. */
const drainMs = 200;
/** Nothing of our own environment is handed on. */
const plainEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/**
 * Runs one configured command in a process group of its own, which ends with its time. Its output is read to its end
 * and only the last part kept, so that it never waits for us. It ends with the program itself: a server that the
 * program leaves behind may keep the pipes open.
 */
export function runCommand({ argv, env, timeoutMs }: Command): Promise<Ran> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve) => {
    let kept = '';
    let isLate = false;
    const child = spawn(program, rest, {
      detached: true,
      env: { ...plainEnv, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        kept = (kept + text).slice(-outputMax);
      });
    }
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid, 'SIGTERM');
      killer = setTimeout(() => endGroup(child.pid, 'SIGKILL'), killAfterMs);
    }, timeoutMs);
    let killer: NodeJS.Timeout | undefined;
    let last: NodeJS.Timeout | undefined;
    let exit = '';
    function end(): void {
      clearTimeout(timer);
      clearTimeout(killer);
      clearTimeout(last);
      if (isLate) endGroup(child.pid, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exit: isLate ? 'timeout' : exit, said: masked(kept, env) });
    }
    child.once('error', (error) => {
      kept += error.message;
      exit ||= 'missing';
      end();
    });
    child.once('exit', (code, signal) => {
      exit = String(code ?? signal ?? '');
      last = setTimeout(end, drainMs);
    });
    child.once('close', end);
  });
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function masked(text: string, env: Readonly<Record<string, string>>): string {
  const secrets = Object.values(env).filter((value) => value.length > 3);
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(-300);
}
