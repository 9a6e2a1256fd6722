import type { Log } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import type { HostHandler } from '../bot/host-door.ts';
import { createArchiveLoop } from '../bot/loops/archive.ts';
import { namedBlobs } from '../bot/named-blobs.ts';
import { exitCode, type JournalCommand } from '../cli.ts';
import type { ArchiveRun, OpenJournal } from '../journal/index.ts';
import { journalHostHandlers } from './host-records.ts';
import { hostUser, inJournal, type Located } from './live-journal.ts';
import { sayLine } from './say.ts';

type Archive = Extract<JournalCommand, { readonly action: 'archive' }>;

/** A bot that runs is asked; where none does, the command does it, and the file becomes as small as it can be. */
export async function archiveOf(at: Located, { dryRun }: Archive): Promise<number> {
  const { archive } = at;
  if (archive === undefined) {
    process.stderr.write('Nothing is archived: write journal.archive and journal.retain first.\n');
    return exitCode.usage;
  }
  const before = Date.now() - archive.retainMs;
  let ask = { do: 'archive', user: hostUser(), dry: dryRun ? 'yes' : '' };
  for (;;) {
    const answer = await inJournal(at, {
      ask,
      open: async (journal) => {
        const run = await journal.archive({ before, dryRun, filesMax: Number.POSITIVE_INFINITY });
        if (!dryRun && run !== undefined && run.events > 0) await journal.compact();
        return { run };
      },
    });
    if (isRun(answer['run'])) return say(answer['run'], dryRun, archive.folder);
    // The bot is still at it: an answer at the door comes within seconds, a run may take minutes.
    ask = { ...ask, do: 'archive-run' };
  }
}

/** The run of a bot, begun at the door or by the day; never two at a time. */
export interface Archiving {
  /** Undefined where no archive is configured. */
  run(dryRun?: boolean): Promise<ArchiveRun | undefined>;
}

/** The daily look at what is old, begun; and what a command on the host may have done to the journal. */
export function openArchiving(
  { journal, retainMs, log }: ArchivingParts,
  readings: Parameters<typeof namedBlobs>[0],
) {
  const archiving = createArchiving(journal, { retainMs, now: systemClock.now });
  const archiveLoop = createArchiveLoop({
    clock: systemClock,
    archive: async () => (await archiving.run())?.events ?? 0,
    prune: (now) => journal.blobs.prune(now, namedBlobs(readings)),
    log,
  });
  archiveLoop.start();
  return {
    handlers: { ...journalHostHandlers(journal), ...archiveHostHandlers(archiving) },
    close: archiveLoop.close,
  };
}

interface ArchivingParts {
  readonly journal: OpenJournal;
  /** How long what is over stays in the journal; absent: for ever. */
  readonly retainMs?: number | undefined;
  readonly log: Log;
}

export function createArchiving(
  journal: Pick<OpenJournal, 'archive'>,
  { retainMs, now }: { readonly retainMs: number | undefined; readonly now: () => number },
): Archiving {
  let running: Promise<ArchiveRun | undefined> | undefined;
  return {
    run(dryRun = false) {
      if (retainMs === undefined) return Promise.resolve(undefined);
      const before = now() - retainMs;
      if (dryRun) return journal.archive({ before, dryRun });
      running ??= journal.archive({ before }).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Well within what a command at the door waits for. */
const answerWithinMs = 5_000;

export function archiveHostHandlers({
  run,
}: Archiving): Readonly<Record<'archive' | 'archive-run', HostHandler>> {
  let last: Promise<ArchiveRun | undefined> | undefined;
  async function soon() {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((done) => {
      timer = setTimeout(done, answerWithinMs, undefined);
    });
    try {
      const found = await Promise.race([last, late]);
      return found === undefined ? {} : { run: found };
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    archive({ dry = '' }) {
      last = run(dry === 'yes');
      last.catch(() => undefined);
      return soon();
    },
    'archive-run': soon,
  };
}

function say({ files, events, streams, more }: ArchiveRun, dryRun: boolean, folder: string) {
  if (files.length === 0) sayLine('Nothing is old enough to be archived.');
  else if (dryRun) {
    sayLine(
      `would archive ${events} events of ${streams} streams into ${folder}/${files[0]} first`,
    );
  } else {
    sayLine(`archived ${events} events of ${streams} streams into ${files.length} files:`);
    for (const file of files) sayLine(`  ${folder}/${file}`);
    if (more) sayLine('There is more; the next run goes on.');
  }
  return exitCode.ok;
}

function isRun(value: unknown): value is ArchiveRun {
  return typeof value === 'object' && value !== null && 'files' in value && 'events' in value;
}
