import type { ProblemBook } from '../../core/problem.ts';

/** Words of where backups are kept. */
export const problems: ProblemBook = {
  BACKUP_STORE_UNUSABLE: {
    what: '{store} cannot be used for backups.',
    changed: 'What was written half-way is taken away; backups that were there stay.',
    why: 'The system says {why}.',
    next: 'Look at the folder: does it exist, may Tocsin write there, is there room.',
  },
  BACKUP_NAME_TAKEN: {
    what: '{name} is there already.',
    changed: 'It was not written over.',
    why: 'The names of backups come from their operations; this one has been here before.',
    next: 'Look at `backups`; ask for a new one.',
  },
  BACKUP_NOT_THERE: {
    what: '{name} is not in {store}.',
    changed: 'Nothing was changed.',
    why: 'Somebody took it away, or the store is another one now.',
    next: 'Look at `backups` for those that are there.',
  },
};
