import { exitCode, type JournalCommand } from '../cli.ts';
import { isWritingOf } from '../core/erasure.ts';
import type { Recorded } from '../core/event.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { eraseWriting } from './host-records.ts';
import { everything } from './journal-export.ts';
import { hostUser, inJournal, type Located } from './live-journal.ts';
import { sayLine } from './say.ts';

type Erase = Extract<JournalCommand, { readonly action: 'erase' }>;

/** Erases what people wrote, event by event, each with who had it done and why. What is erased is gone for good. */
export async function eraseFrom(at: Located, command: Erase): Promise<number> {
  const { reason, dryRun } = command;
  const found = [...everything(at.path, at.archive?.folder)].filter(choice(command));
  const missing = command.events.filter(
    (version) => !found.some((recorded) => recorded.version === version),
  );
  const [first] = missing;
  if (first !== undefined) {
    const facts = { stream: streamOf(command.thread), version: first };
    throw new ProblemError(problem('EVENT_NOT_FOUND', facts));
  }
  if (found.length === 0) sayLine('Nothing to erase.');
  for (const recorded of found) {
    const { stream, version, event } = recorded;
    if (!dryRun) await erase(at, { stream, version, reason });
    const type = event.type === 'Erased' && 'was' in event ? `${event.was}, again` : event.type;
    sayLine(`${dryRun ? 'would erase' : 'erased'} event ${version} of ${stream} (${type})`);
  }
  if (!dryRun && found.length > 0) {
    process.stderr.write(
      'Not reached: backups and exports from before, chat platforms, and blocks that the file system has freed.\n',
    );
  }
  return exitCode.ok;
}

/** The events that are named, or everything that a person wrote; in one thread where one is named. */
function choice({ thread, events, person }: Erase): (recorded: Recorded) => boolean {
  const stream = thread === '' ? undefined : streamOf(thread);
  return (recorded) => {
    if (stream !== undefined && recorded.stream !== stream) return false;
    return person === '' ? events.includes(recorded.version) : isWritingOf(recorded, person);
  };
}

/** `person/ana` as it stands; an incident or an operation by its id. */
function streamOf(thread: string): string {
  if (thread.includes('/')) return thread;
  return thread.startsWith('op-') ? `operation/${thread}` : `incident/${thread}`;
}

async function erase(
  at: Located,
  asked: { readonly stream: string; readonly version: number; readonly reason: string },
): Promise<void> {
  const user = hostUser();
  await inJournal(at, {
    ask: { do: 'erase', user, ...asked, version: String(asked.version) },
    open: (journal) => eraseWriting(journal, { ...asked, user }),
  });
}
