import { mask } from '../../core/masker.ts';
import type { LogLine, LogsWanted, WorkloadLogs } from '../../core/ports/workload.ts';
import { problem, problemOf } from '../../core/problem.ts';
import type { ReadClient } from './client.ts';
import type { Json } from './json.ts';
import { type Container, containersOf } from './pods.ts';
import type { Locator } from './schema.ts';
import { corePath } from './workload.ts';

const linesMax = 500;
const lineMax = 600;
const processesMax = 6;
const bytesOfOne = 256 * 1024;

export interface LogsOf extends LogsWanted {
  readonly pods: readonly Json[];
}

/** The last lines of a few processes, unhealthy ones first, masked before they are cut. */
export async function readLogs(
  client: ReadClient,
  locator: Pick<Locator, 'namespace'>,
  { pods, lines, errorsFirst }: LogsOf,
): Promise<WorkloadLogs> {
  const wanted = Math.min(Math.max(1, lines), linesMax);
  const all = pods.flatMap(containersOf).sort((one, other) => worst(other) - worst(one));
  const chosen = all.slice(0, processesMax);
  const texts = await Promise.all(chosen.map((one) => readOne(client, locator, one, wanted)));
  const found = chosen
    .flatMap((one, index) => parseLines(texts[index] ?? '', one))
    .sort((one, other) => one.at - other.at);
  const kept = errorsFirst ? withErrorsFirst(found, wanted) : found.slice(-wanted);
  return {
    lines: kept,
    read: new Set(chosen.map(({ pod }) => pod)).size,
    of: pods.length,
    cut: found.length > kept.length || all.length > chosen.length,
  };
}

function worst({ ready, restarts }: Container): number {
  return (ready ? 0 : 1_000_000) + restarts;
}

/**
 * Of a process that waits to be started again the server gives the run that ended. One that was started again and is
 * not ready yet has printed its reason in the run before.
 */
async function readOne(
  client: ReadClient,
  locator: Pick<Locator, 'namespace'>,
  { pod, container, waiting, ready, restarts }: Container,
  lines: number,
): Promise<string> {
  const path = `${corePath(locator, 'pods')}/${encodeURIComponent(pod)}/log`;
  const query = {
    container,
    tailLines: String(lines),
    limitBytes: String(bytesOfOne),
    timestamps: 'true',
  };
  const ask = async (more: Record<string, string>): Promise<string> => {
    try {
      return await client.plain(path, { ...query, ...more });
    } catch (error) {
      const { code } = problemOf(error, problem('K8S_UNEXPECTED'));
      // It has not started yet, or is gone: there is nothing to read of this one.
      if (code === 'K8S_INVALID' || code === 'K8S_NOT_FOUND') return '';
      throw error;
    }
  };
  const before = !ready && !waiting && restarts > 0 ? await ask({ previous: 'true' }) : '';
  return before + (await ask({}));
}

/** Masked as a whole first: a key block spans lines. */
function parseLines(text: string, { pod, container }: Container): readonly LogLine[] {
  const stamps = text.split('\n').map(stampOf);
  const masked = mask(stamps.map(({ rest }) => rest).join('\n')).split('\n');
  // A block that was hidden leaves fewer lines; then the times no longer belong to them.
  const isAligned = masked.length === stamps.length;
  return masked.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const bare = line.length > lineMax ? `${line.slice(0, lineMax - 1)}…` : line;
    const stamp = isAligned ? stamps[index]?.at : stamps.at(-2)?.at;
    return [
      { at: stamp ?? 0, instance: pod, process: container, text: bare, isError: isError(line) },
    ];
  });
}

function stampOf(line: string): { at: number; rest: string } {
  const [, stamp, rest] = /^(\d{4}-\d\d-\d\dT\S+)\s(.*)$/s.exec(line) ?? [];
  return stamp === undefined || rest === undefined
    ? { at: 0, rest: line }
    : { at: Date.parse(stamp) || 0, rest };
}

function isError(line: string): boolean {
  return /\b(error|err|fatal|panic|exception|critical|crit|traceback|segfault|oom|killed|denied|refused)\b/i.test(
    line,
  );
}

function withErrorsFirst(found: readonly LogLine[], wanted: number): readonly LogLine[] {
  const errors = found.filter((line) => line.isError).slice(-wanted);
  const others = found.filter((line) => !line.isError);
  const room = wanted - errors.length;
  return [...errors, ...(room > 0 ? others.slice(-room) : [])];
}
