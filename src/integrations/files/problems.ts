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
  FILES_OTHER_PATHS: {
    what: 'The backup and {target} are about different paths.',
    changed: nothing,
    why: '{path} is in one of them and not in the other.',
    next: 'Let `paths` of the target name what was backed up, or unpack it by hand: `tar --zstd -xf`.',
  },
  FILES_MOUNTED: {
    what: '{path} cannot be put aside.',
    changed: nothing,
    why: 'It is a file system of its own, mounted into {parent}: its name cannot be changed.',
    next: 'Mount the folder above it, or name the folders in it.',
  },
  FILES_PARENT_CLOSED: {
    what: 'Nothing can be put beside what lies in {path}.',
    changed: nothing,
    why: 'The system says {why}.',
    next: 'Give the user of Tocsin the right to write there for as long as it restores.',
  },
  FILES_NO_ROOM: {
    what: 'There is no room beside what is in use in {path}.',
    changed: nothing,
    why: '{free} bytes are free and {needed} are wanted.',
    next: 'Make room there; what earlier restores kept aside may go once nobody needs it.',
  },
  FILES_CANNOT_WRITE: {
    what: 'The files could not be put beside {path}.',
    changed: 'What is in use is as it was.',
    why: 'The system says {why}.',
    next: 'Mend that and ask again; what was restored half-way is taken away then.',
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
