import { readFileSync, writeFileSync } from 'node:fs';
import { exitCode, type JournalCommand } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { type Problem, ProblemError, problem } from '../core/problem.ts';
import { fill } from '../core/view/words.ts';
import {
  backupJournal,
  exportStreams,
  tailJournal,
  type VerifyReport,
  verifyExport,
  verifyJournal,
} from '../journal/index.ts';
import { bookOf } from './book.ts';
import { thisBuild } from './build.ts';
import { sayLine, sayProblem } from './say.ts';

/** Reads the file beside a running bot or without one; only `backup` writes, and to another file. */
export async function journal(command: JournalCommand): Promise<number> {
  if (command.action === 'verify' && command.exported !== undefined) {
    return saying(() => checkExport(command.exported ?? '', command.checkpoint));
  }
  const path = command.journal ?? pathFromConfig(command.config);
  if (path === undefined) return exitCode.usage;
  return saying(() => {
    switch (command.action) {
      case 'verify':
        return verify(path, command.checkpoint);
      case 'export':
        return exportIncident(path, command);
      case 'tail':
        return tail(path);
      default:
        return backup(path, command.to);
    }
  });
}

async function saying(work: () => number | Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    return sayProblem(error);
  }
}

function pathFromConfig(file: string): string | undefined {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (loaded.ok) return loaded.config.journal.path;
  for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
  process.stderr.write('Or name the file: --journal FILE\n');
  return undefined;
}

function verify(path: string, checkpoint: string | undefined): number {
  const report = verifyJournal(
    path,
    checkpoint === undefined ? {} : { checkpoint: readText(checkpoint) },
  );
  for (const line of sayReport(path, report)) sayLine(line);
  return report.ok ? exitCode.ok : exitCode.failed;
}

function sayReport(path: string, report: VerifyReport): readonly string[] {
  const { ok, events, streams, erased, checkpoint } = report;
  return [
    `${path}: ${ok ? 'the chain holds' : 'the chain does not hold'}`,
    `  ${events} events in ${streams} streams, ${erased} payloads erased`,
    ...(checkpoint ? [`  newest checkpoint that fits: ${checkpoint.short}`] : []),
    ...sayFound(report),
  ];
}

function sayFound({
  finding,
  cannotKnow,
}: Pick<VerifyReport, 'finding' | 'cannotKnow'>): readonly string[] {
  const said = (what: Problem) => {
    const words = bookOf()[what.code];
    return words ? `${fill(words.what, what.facts)} ${fill(words.why, what.facts)}` : what.code;
  };
  return [
    ...(finding ? [`  ${said(finding)} (${finding.code})`] : []),
    ...cannotKnow.map((what) => `  Not known: ${said(what)} (${what.code})`),
  ];
}

/** An export proves itself: whoever was given one needs neither the journal nor the bot. */
function checkExport(file: string, checkpoint: string | undefined): number {
  const given = checkpoint === undefined ? {} : { checkpoint: readText(checkpoint) };
  const report = verifyExport(documentIn(file), given);
  const { ok, events, erased, unsigned } = report;
  sayLine(`${file}: ${ok ? 'the proof holds' : 'the proof does not hold'}`);
  sayLine(`  ${events} events, ${erased} payloads erased, ${unsigned} not signed yet`);
  if (report.checkpoint) sayLine(`  proved up to: ${report.checkpoint.short}`);
  for (const line of sayFound(report)) sayLine(line);
  return ok ? exitCode.ok : exitCode.failed;
}

/** What is no JSON is no export, and is said to be none like any other document. */
function documentIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The incident's own stream and those of its operations. */
function exportIncident(
  path: string,
  { incident, out }: Extract<JournalCommand, { readonly action: 'export' }>,
): number {
  const own = `incident/${incident}`;
  const operations = operationsOf(path, incident);
  const text = `${JSON.stringify(exportStreams(path, [own, ...operations]), null, 2)}\n`;
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text, { mode: 0o600 });
  return exitCode.ok;
}

function operationsOf(path: string, incident: string): readonly string[] {
  const streams: string[] = [];
  for (const { stream, event } of everything(path)) {
    if ('incident' in event && event.type === 'OperationAsked' && event.incident === incident) {
      streams.push(stream);
    }
  }
  return streams;
}

function tail(path: string): number {
  for (const { at, stream, version, by, event } of everything(path)) {
    sayLine(`${new Date(at).toISOString()} ${stream} ${version} ${by} ${JSON.stringify(event)}`);
  }
  return exitCode.ok;
}

function* everything(path: string) {
  let after = 0;
  for (;;) {
    const { recorded, position, end } = tailJournal(path, { after, limit: 1000 });
    yield* recorded;
    after = position;
    if (end) return;
  }
}

async function backup(path: string, to: string): Promise<number> {
  await backupJournal(path, to);
  const report = verifyJournal(to);
  for (const line of sayReport(to, report)) sayLine(line);
  return report.ok ? exitCode.ok : exitCode.failed;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ProblemError(problem('CHECKPOINT_FILE_UNREADABLE', { path: file }), { cause: error });
  }
}
