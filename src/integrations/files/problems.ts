import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const cleared = 'Files were only read; what was written of a copy is taken away.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  FILES_NOT_THERE: {
    what: 'There is no {path}.',
    changed: nothing,
    why: 'The target names it, and nothing lies there on the machine where Tocsin runs.',
    next: 'Look whether it is mounted there. To restore onto an empty machine make the folder first.',
  },
  FILES_IS_LINK: {
    what: '{path} is a link.',
    changed: nothing,
    why: 'Links are kept as links and never followed: a copy of it would hold nothing else.',
    next: 'Let `paths` of the target name what it points to.',
  },
  FILES_UNREADABLE: {
    what: '{path} cannot be read.',
    changed: cleared,
    why: 'The system says {why}.',
    next: 'Give the user of Tocsin the right to read it, or `exclude` it.',
  },
  FILES_TOO_LARGE: {
    what: 'What {target} names is too large.',
    changed: cleared,
    why: 'It holds {bytes} bytes at least, and `at_most` of the target allows {most}.',
    next: 'Look at what grew; `exclude` what need not be kept, or allow more.',
  },
  FILES_TOO_MANY: {
    what: 'There is too much in {path}.',
    changed: cleared,
    why: 'It has more than {most} files, folders and links.',
    next: 'Name folders below it instead, or `exclude` what need not be kept.',
  },
  FILES_SCRATCH_FAILED: {
    what: 'The copy could not be unpacked in {place}.',
    changed: 'Nothing was changed; what was unpacked is taken away.',
    why: 'The system says {why}.',
    next: 'Look at that folder and the room in it, then ask again.',
  },
  FILES_UNKNOWN_VERB: {
    what: 'Files cannot {verb}.',
    changed: nothing,
    why: 'They can be backed up, verified and restored.',
    next: 'Ask for one of these.',
  },
};
