import { exitCode, type JournalCommand } from '../cli.ts';
import { backupJournal, verifyJournal } from '../journal/index.ts';
import { archiveOf } from './journal-archive.ts';
import { eraseFrom } from './journal-erase.ts';
import { checkExport, everything, exportIncident, readText } from './journal-export.ts';
import { sayReport } from './journal-report.ts';
import { type Located, locate } from './live-journal.ts';
import { sayLine, sayProblem } from './say.ts';

/** Reads the file beside a running bot or without one. What is to be written is written by whoever owns the journal. */
export async function journal(command: JournalCommand): Promise<number> {
  if (command.action === 'verify' && command.exported !== undefined) {
    return saying(() => checkExport(command.exported ?? '', command.checkpoint));
  }
  const at = locate(command);
  if (at === undefined) return exitCode.usage;
  return saying(() => {
    switch (command.action) {
      case 'verify':
        return verify(at, command);
      case 'export':
        return exportIncident(at, command);
      case 'erase':
        return eraseFrom(at, command);
      case 'archive':
        return archiveOf(at, command);
      case 'tail':
        return tail(at.path);
      default:
        return backup(at.path, command.to);
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

function verify(
  { path, archive: configured }: Located,
  { checkpoint, archive = configured?.folder }: Extract<JournalCommand, { action: 'verify' }>,
): number {
  const report = verifyJournal(path, {
    ...(checkpoint !== undefined && { checkpoint: readText(checkpoint) }),
    ...(archive !== undefined && { archive }),
  });
  for (const line of sayReport(path, report)) sayLine(line);
  return report.ok ? exitCode.ok : exitCode.failed;
}

function tail(path: string): number {
  for (const { at, stream, version, by, event } of everything(path)) {
    sayLine(`${new Date(at).toISOString()} ${stream} ${version} ${by} ${JSON.stringify(event)}`);
  }
  return exitCode.ok;
}

async function backup(path: string, to: string): Promise<number> {
  await backupJournal(path, to);
  const report = verifyJournal(to);
  for (const line of sayReport(to, report)) sayLine(line);
  return report.ok ? exitCode.ok : exitCode.failed;
}
