import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the parent asks of a measured process, and what it is told. */
export interface Asked {
  readonly id: number;
  /** Begin to measure anew. */
  readonly reset: boolean;
  /** Collect garbage first. */
  readonly collect: boolean;
}

export interface Told {
  readonly kind: 'reading';
  readonly id: number;
  readonly reading: HostReading;
}

export interface HostReading {
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Share of time the event loop was not idle. */
  readonly busy: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly commitsMs: readonly number[];
}

export interface Measured {
  readonly pid: number;
  /** The fields of the first line that said it is ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  read(asked?: { readonly reset?: boolean; readonly collect?: boolean }): Promise<HostReading>;
  close(): Promise<void>;
}

export interface ProcessOptions {
  /** The module to run, by its address. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
}

/** Starts a process that is measured from inside and waits until it says that it is ready. */
export async function startMeasured(options: ProcessOptions): Promise<Measured> {
  const disk = new URL('./disk.mjs', import.meta.url).href;
  const host = fileURLToPath(new URL('./host.mjs', import.meta.url));
  // For a closer look: BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profiles'
  const more = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [];
  const flags = ['--import', disk, ...(options.nodeFlags ?? []), ...more, host];
  const child = spawn(process.execPath, [...flags, options.program, ...options.argv], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...options.env },
  });
  const ready = await readyLine(child);
  let asked = 0;
  return {
    pid: child.pid ?? 0,
    ready,
    read: ({ reset = false, collect = false } = {}) =>
      new Promise((resolve, reject) => {
        asked += 1;
        const id = asked;
        const gone = () => reject(new Error('the measured process ended'));
        child.on('message', function listener(told: Told) {
          if (told.id !== id) return;
          child.off('message', listener);
          child.off('exit', gone);
          resolve(told.reading);
        });
        child.once('exit', gone);
        child.send({ id, reset, collect } satisfies Asked);
      }),
    close: () => ended(child),
  };
}

/** A folder for one run, on a real disk; gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['TOCSIN_BENCH_DIR'] ?? tmpdir(), 'tocsin-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readyLine(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('no output to read');
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => {
      const fields = fieldsOf(line);
      if (fields?.['msg'] === 'ready') resolve(fields);
      if (fields?.['level'] === 'error') process.stderr.write(`${line}\n`);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
