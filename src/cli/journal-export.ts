import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exitCode, type JournalCommand } from '../cli.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { recordFormats } from '../core/record/format.ts';
import { exportStreams, isExport, tailJournal, verifyExport } from '../journal/index.ts';
import { type HostExport, recordExport } from './host-records.ts';
import { sayFound } from './journal-report.ts';
import { hostUser, inJournal, type Located } from './live-journal.ts';
import { recordText, threadOf } from './record.ts';
import { sayLine } from './say.ts';

type Export = Extract<JournalCommand, { readonly action: 'export' }>;

/** The incident's own stream and those of its operations. That it was taken out is on the record before it leaves. */
export async function exportIncident(at: Located, command: Export): Promise<number> {
  const { incident, format, out, archive = at.archive?.folder } = command;
  const streams = streamsOf(at.path, incident, archive);
  const document = exportStreams(at.path, streams, archive);
  const text = recordText(incident, document, format);
  const digest = createHash('sha256').update(text).digest('hex');
  if (at.isLive) await tell(at, { thread: incident, format, digest });
  else
    process.stderr.write(
      'A file that --journal names is only read: this export is on no record.\n',
    );
  if (out === undefined) {
    process.stdout.write(text);
    return exitCode.ok;
  }
  writeFileSync(out, text, { mode: 0o600 });
  if (format !== 'json') {
    writeFileSync(proofOf(out), recordText(incident, document, 'json'), { mode: 0o600 });
    process.stderr.write(`What proves it: ${proofOf(out)}\n`);
  }
  return exitCode.ok;
}

/**
 * An export proves itself: whoever was given one needs neither the journal nor the bot. A page or a table is proven by
 * the document beside it, from which it is made again.
 */
export function checkExport(file: string, checkpoint: string | undefined): number {
  const beside = existsSync(proofOf(file));
  const document = documentIn(beside ? proofOf(file) : file);
  const given = checkpoint === undefined ? {} : { checkpoint: readText(checkpoint) };
  const report = verifyExport(document, given);
  const same = !beside || !report.ok || isReading(file, document);
  const ok = report.ok && same;
  const { events, erased, unsigned } = report;
  sayLine(`${file}: ${ok ? 'the proof holds' : 'the proof does not hold'}`);
  sayLine(`  ${events} events, ${erased} payloads erased, ${unsigned} not signed yet`);
  if (report.checkpoint) sayLine(`  proved up to: ${report.checkpoint.short}`);
  if (!same) sayLine(`  It does not say what ${proofOf(file)} says (EXPORT_READS_OTHERWISE)`);
  for (const line of sayFound(report)) sayLine(line);
  return ok ? exitCode.ok : exitCode.failed;
}

function isReading(file: string, document: unknown): boolean {
  if (!isExport(document)) return false;
  const text = readFileSync(file, 'utf8');
  return recordFormats.some((format) => recordText(threadOf(document), document, format) === text);
}

function proofOf(file: string): string {
  return `${file}.proof.json`;
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ProblemError(problem('CHECKPOINT_FILE_UNREADABLE', { path: file }), { cause: error });
  }
}

async function tell(at: Located, exported: Omit<HostExport, 'user'>): Promise<void> {
  const user = hostUser();
  await inJournal(at, {
    ask: { do: 'record-exported', user, ...exported },
    open: (journal) => recordExport(journal, { ...exported, user }),
  });
}

/** The incident's stream, or that of an operation that was asked outside any; then those of its operations. */
function streamsOf(path: string, thread: string, archive?: string): readonly string[] {
  return thread.startsWith('op-')
    ? [`operation/${thread}`]
    : [`incident/${thread}`, ...operationsOf(path, thread, archive)];
}

function operationsOf(path: string, incident: string, archive?: string): readonly string[] {
  const streams: string[] = [];
  for (const { stream, event } of everything(path, archive)) {
    if ('incident' in event && event.type === 'OperationAsked' && event.incident === incident) {
      streams.push(stream);
    }
  }
  return streams;
}

/** What is no JSON is no export, and is said to be none like any other document. */
function documentIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export function* everything(path: string, archive?: string) {
  let after = 0;
  for (;;) {
    const { recorded, position, end } = tailJournal(path, {
      after,
      limit: 1000,
      ...(archive !== undefined && { archive }),
    });
    yield* recorded;
    after = position;
    if (end) return;
  }
}
