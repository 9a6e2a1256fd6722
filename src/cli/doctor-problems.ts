import type { ProblemBook } from '../core/problem.ts';

/** Words of the doctor's own findings. */
export const doctorProblems = {
  JOURNAL_SPACE_LOW: {
    what: 'The disk of the journal is nearly full.',
    changed: 'Nothing was changed.',
    why: '{folder} has {freeMegabytes} MB free.',
    next: 'Make room, or move `journal.path`.',
  },
  JOURNAL_FOLDER: {
    what: 'The journal cannot be written.',
    changed: 'Nothing was changed.',
    why: '{folder} does not exist or is not writable for this user.',
    next: 'Make the folder, or give it to the user the bot runs as.',
  },
} as const satisfies ProblemBook;
