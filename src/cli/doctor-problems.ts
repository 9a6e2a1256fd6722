import type { ProblemBook } from '../core/problem.ts';

/** Words of the doctor's own findings. */
export const doctorProblems = {
  JOURNAL_SPACE_LOW: {
    what: 'The disk of the journal is nearly full.',
    changed: 'Nothing was changed.',
    why: '{folder} has {freeMegabytes} MB free.',
    next: 'Make room, or move `journal.path`.',
  },
  JOURNAL_NOT_DURABLE: {
    what: 'The journal would not outlive this machine.',
    changed: 'Nothing was changed.',
    why: '{folder} is on {on}.',
    next: 'Move `journal.path` to a local disk.',
  },
  ARCHIVE_FOLDER: {
    what: 'The folder of the archive, {folder}, cannot be written.',
    changed: 'Nothing was changed.',
    why: 'The system refuses it to this user.',
    next: 'Give the folder to the user of the bot, or change `journal.archive`. Until then old payloads stay in the journal.',
  },
  JOURNAL_FOLDER: {
    what: 'The journal cannot be written.',
    changed: 'Nothing was changed.',
    why: '{folder} cannot be made, or is not writable for this user.',
    next: 'Make the folder, give it to the user the bot runs as, or change `journal.path`.',
  },
} as const satisfies ProblemBook;
