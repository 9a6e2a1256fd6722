import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

export const tocsin = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TocsinProcess {
  readonly urls: { readonly server: string; readonly console: string; readonly metrics: string };
  readonly pid: number;
  /** Everything it has printed so far. */
  output(): string;
  readonly ended: Promise<Ended>;
  /** What it sent over the channel, for a program that has one. */
  messages(): readonly unknown[];
  signal(name: NodeJS.Signals): Promise<Ended>;
}

export interface Launch {
  /** `start --config …`, or a program of the tests' own. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A real bot in a process of its own, ready. */
export async function launch(options: Launch): Promise<TocsinProcess> {
  const child = open(options);
  const urls = await eventually(
    'the bot is ready',
    () => {
      if (child.over()) throw new Error(`the bot ended before it was ready:\n${child.output()}`);
      return urlsIn(child.output());
    },
    { withinMs: 60_000, say: child.output },
  );
  return {
    urls,
    pid: child.process.pid ?? 0,
    output: child.output,
    ended: child.ended,
    messages: () => child.messages,
    async signal(name) {
      child.process.kill(name);
      return child.ended;
    },
  };
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ends by itself. */
export async function run(options: Launch): Promise<Ran> {
  const child = open(options);
  const { code } = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

function open({ argv, env = {}, cwd }: Launch) {
  const process_ = spawn(process.execPath, [...argv], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const messages: unknown[] = [];
  process_.on('message', (message) => messages.push(message));
  let ended: Ended | undefined;
  const stdout = collect(process_.stdout);
  const stderr = collect(process_.stderr);
  return {
    process: process_,
    messages,
    stdout,
    stderr,
    output: () => stdout() + stderr(),
    over: () => ended !== undefined,
    ended: new Promise<Ended>((resolve, reject) => {
      process_.once('error', reject);
      process_.once('close', (code, signal) => {
        ended = { code, signal };
        resolve(ended);
      });
    }),
  };
}

function collect(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
}

function urlsIn(output: string): TocsinProcess['urls'] | undefined {
  for (const line of output.split('\n')) {
    if (!line.includes('"msg":"ready"')) continue;
    const { server, console: desk, metrics } = JSON.parse(line);
    return { server, console: desk, metrics };
  }
  return undefined;
}
