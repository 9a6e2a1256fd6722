import type { ArchivePortion } from './stores/sqlite/protocol.ts';

export interface ArchiveAsk {
  /** Milliseconds since 1970: what said its last word before may go. */
  readonly before: number;
  /** Only says what would go into the next file. */
  readonly dryRun?: boolean;
  /** Files at most; the next run goes on. */
  readonly filesMax?: number;
  /** Payloads in one file: they leave the journal in one transaction, so appends wait for that long. */
  readonly eventsMax?: number;
}

export interface ArchiveRun {
  readonly files: readonly string[];
  readonly events: number;
  readonly streams: number;
  /** There was more than this run may take. */
  readonly more: boolean;
}

/** Some hundredths of a second for appends that come meanwhile. */
const EVENTS_MAX = 5_000;
const FILES_MAX = 20;

/** File after file: each is copied, on disk and read back before its payloads leave. */
export async function runArchive(
  ask: ArchiveAsk,
  does: {
    copy(request: {
      before: number;
      eventsMax: number;
      dryRun: boolean;
    }): Promise<ArchivePortion | undefined>;
    /** Answers whether they left: not where something was said since the copy was made. */
    take(portion: ArchivePortion): Promise<boolean>;
  },
): Promise<ArchiveRun> {
  const { before, dryRun = false, filesMax = FILES_MAX, eventsMax = EVENTS_MAX } = ask;
  const files: string[] = [];
  const run = { files, events: 0, streams: 0 };
  for (let turn = 0; turn < filesMax; turn += 1) {
    const portion = await does.copy({ before, eventsMax, dryRun });
    if (portion === undefined) return { ...run, more: false };
    const { file, events, streams } = portion.event;
    // Moved on since: the copy is written over by the next turn, which reads anew.
    if (!dryRun && !(await does.take(portion))) continue;
    files.push(file);
    run.events += events;
    run.streams += streams;
    if (dryRun) break;
  }
  return { ...run, more: true };
}
