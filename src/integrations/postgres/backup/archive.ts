import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ProblemError, problem } from '../../../core/problem.ts';
import { programFor, type Tools } from './programs.ts';

/** https://www.postgresql.org/docs/current/continuous-archiving.html */
const segmentName = /^[0-9A-F]{24}$/;
const historyName = /^([0-9A-F]{8})\.history$/;
const historyMaxBytes = 1024 * 1024;
/** How far back a transaction is looked for in a log in which nothing happens. */
const quietMax = 64;

/** What lies in the folder of an archive, as recovery would walk it. */
export interface Archive {
  readonly segments: ReadonlySet<string>;
  /** Timelines from the one of the copy to the newest, each with the number of the file in which it begins. */
  readonly lineage: readonly { readonly timeline: number; readonly from: number }[];
  /** How many files are counted before the middle part of their name is. */
  readonly perLog: number;
}

/**
 * The newest moment that can be reached behind a copy whose log goes on in `file`, in milliseconds: recovery stops before the
 * first transaction that is later than what it is told, so that there has to be one. Undefined where no transaction lies there.
 * Rejects with POSTGRES_WAL_BROKEN where the log does not go on from the copy.
 */
export async function newestIn(
  tools: Tools,
  {
    wal,
    file,
    major,
    signal,
  }: {
    readonly wal: string;
    readonly file: string;
    readonly major: number;
    readonly signal: AbortSignal;
  },
): Promise<number | undefined> {
  const archive = await readArchive(wal, file);
  const chain = chainFrom(archive, numberOf(file, archive.perLog));
  if (chain.length === 0) throw broken(wal, `${file}, in which it goes on, is not there`);
  const { path } = await programFor(tools, 'pg_waldump', major, { isExact: true });
  for (const name of chain.slice(-quietMax).reverse()) {
    const last = await lastCommitIn(tools, { path, segment: join(wal, name), signal });
    if (last !== undefined) return last;
  }
  return undefined;
}

async function readArchive(wal: string, file: string): Promise<Archive> {
  try {
    const names = await readdir(wal);
    const segments = new Set(names.filter((name) => segmentName.test(name)));
    const [one] = segments;
    const bytes = one === undefined ? 16 * 1024 ** 2 : (await stat(join(wal, one))).size;
    const perLog = 2 ** 32 / bytes;
    if (!Number.isInteger(perLog))
      throw broken(wal, `${one} has ${bytes} bytes, as no file of a log has`);
    const newest = names
      .flatMap((name) => historyName.exec(name)?.[1] ?? [])
      .sort()
      .at(-1);
    const text = newest === undefined ? '' : await historyAt(join(wal, `${newest}.history`));
    const own = timelineOf(file);
    const lineage = lineageOf(text, {
      newest: newest === undefined ? own : Number.parseInt(newest, 16),
      own,
      bytes,
    });
    if (!lineage)
      throw broken(wal, `the newest timeline there does not come from ${own}, that of the copy`);
    return { segments, lineage, perLog };
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw broken(wal, error instanceof Error ? error.message : String(error));
  }
}

async function historyAt(path: string): Promise<string> {
  if ((await stat(path)).size > historyMaxBytes)
    throw new Error(`${path} is no history of a timeline`);
  return readFile(path, 'utf8');
}

/** Which timeline comes from which, and where. Undefined where the newest one does not come from that of the copy. */
export function lineageOf(
  history: string,
  { newest, own, bytes }: { readonly newest: number; readonly own: number; readonly bytes: number },
): Archive['lineage'] | undefined {
  if (newest <= own) return [{ timeline: own, from: 0 }];
  const parents = history.split('\n').flatMap((line) => {
    const [, timeline, high = '', low = ''] =
      /^\s*(\d+)\s+([0-9A-F]+)\/([0-9A-F]+)/.exec(line) ?? [];
    if (timeline === undefined) return [];
    const end = Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
    return [{ timeline: Number(timeline), end: Math.floor(end / bytes) }];
  });
  const first = parents.findIndex(({ timeline }) => timeline === own);
  if (first < 0) return undefined;
  const chain = [...parents.slice(first).map(({ timeline }) => timeline), newest];
  const ends = parents.slice(first).map(({ end }) => end);
  return chain.map((timeline, index) => ({
    timeline,
    from: index === 0 ? 0 : (ends[index - 1] ?? 0),
  }));
}

/** The files that follow one another from there, without a gap. */
export function chainFrom(
  { segments, lineage, perLog }: Archive,
  first: number,
): readonly string[] {
  const chain: string[] = [];
  for (let number = first; ; number += 1) {
    const found = lineage
      .filter(({ from }) => from <= number)
      .map(({ timeline }) => nameOf(timeline, number, perLog))
      .reverse()
      // What the older one wrote behind the end of its time is not followed.
      .slice(0, lineage.some(({ from }) => from === number) ? 2 : 1)
      .find((name) => segments.has(name));
    if (found === undefined) return chain;
    chain.push(found);
  }
}

function timelineOf(file: string): number {
  return Number.parseInt(file.slice(0, 8), 16);
}

function numberOf(file: string, perLog: number): number {
  return Number.parseInt(file.slice(8, 16), 16) * perLog + Number.parseInt(file.slice(16), 16);
}

function nameOf(timeline: number, number: number, perLog: number): string {
  return [timeline, Math.floor(number / perLog), number % perLog]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}

/** Of one file: the moment before its last transaction, in whole milliseconds. */
async function lastCommitIn(
  { programs }: Tools,
  {
    path,
    segment,
    signal,
  }: { readonly path: string; readonly segment: string; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const env = { TZ: 'UTC' };
  const args = ['--rmgr=Transaction', segment];
  const running = programs.start({ path, args, env, signal });
  let last: number | undefined;
  for await (const line of createInterface({ input: Readable.from(running.output) })) {
    last = commitIn(line) ?? last;
  }
  // The last record of a file goes on in the next one, which is not read here.
  await running.ended.catch((error: unknown) => {
    const code = error instanceof ProblemError ? error.problem.code : '';
    if (code !== 'BACKUP_PROGRAM_FAILED') throw error;
  });
  return last;
}

/** `… desc: COMMIT 2026-11-26 03:00:00.123456 UTC` → the last millisecond before it. */
export function commitIn(line: string): number | undefined {
  const [, day, second, fraction = ''] =
    /desc: (?:COMMIT|ABORT) (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC/.exec(line) ?? [];
  if (day === undefined || second === undefined) return undefined;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return Date.parse(`${day}T${second}Z`) + Math.ceil(micros / 1000) - 1;
}

function broken(wal: string, why: string): ProblemError {
  return new ProblemError(problem('POSTGRES_WAL_BROKEN', { wal, why }));
}
