import type { ProblemBook } from '../problem.ts';

const nothing = 'Nothing was changed.';

/** Words of backups, whatever is backed up. */
export const backupProblems: ProblemBook = {
  BACKUP_NOT_CONFIGURED: {
    what: 'There is no backup of the {what} of {service} in {environment}.',
    changed: nothing,
    why: 'No entry of `backups:` says where it would be kept.',
    next: 'Write `{ service: {service}, what: {what}, to: FOLDER }` into `backups:` of the configuration.',
  },
  BACKUP_CANNOT_BE_MADE: {
    what: '{target} cannot be backed up.',
    changed: nothing,
    why: 'This build has nothing that makes a copy of it.',
    next: 'Take its entry out of `backups:`, or back it up by other means.',
  },
  BACKUP_NO_ROOM: {
    what: 'There is no room for the backup in {store}.',
    changed: nothing,
    why: '{free} are free and {needed} are wanted, by {by} and some spare room.',
    next: 'Make room, or let `to:` of `backups:` name another place.',
  },
  BACKUP_NOT_ENCRYPTED: {
    what: 'It is not encrypted.',
    changed: nothing,
    why: 'Whoever can read {store} can read what it holds.',
    next: 'Mind who that is.',
  },
  BACKUP_STOPPED: {
    what: 'The backup was stopped before it was whole.',
    changed: 'What was written of it is taken away; backups that were there stay.',
    why: 'Somebody asked for that.',
    next: 'Ask again when it may run.',
  },
  BACKUP_TOOK_TOO_LONG: {
    what: 'The backup was not whole after {minutes} min.',
    changed: 'What was written of it is taken away; backups that were there stay.',
    why: 'That is the most that `timeout` of its entry allows.',
    next: 'Look at what slows it down, or allow more.',
  },
  BACKUP_NONE_YET: {
    what: 'There is no backup of the {what} of {service} yet.',
    changed: nothing,
    why: 'The record knows of none that was taken.',
    next: 'Ask for one: `backup {service} {what}`.',
  },
  BACKUP_UNKNOWN: {
    what: 'There is no backup {id} of the {what} of {service}.',
    changed: nothing,
    why: 'The record knows of none of that name.',
    next: '`backups {service}` has those that there are.',
  },
  BACKUP_INVALID: {
    what: 'The backup {id} is not valid.',
    changed: 'Nothing was changed; it stays where it is, marked as invalid.',
    why: 'It was found so: {found}.',
    next: 'Take a new one now and verify it; then find out who or what changed this one.',
  },
  BACKUP_DOUBTFUL: {
    what: 'The backup {id} is in doubt already.',
    changed: nothing,
    why: 'Looked at from outside: {why}.',
    next: 'Verifying it goes no further than that.',
  },
  BACKUP_VERIFY_FAILED: {
    what: 'The backup {id} could not be verified.',
    changed: 'Nothing was changed; what is known of it is what was known before.',
    why: 'It failed in a way nobody foresaw; the log has the details.',
    next: 'Ask again.',
  },
  BACKUP_FAILED: {
    what: 'The backup could not be taken.',
    changed: 'What was written of it is taken away; backups that were there stay.',
    why: 'It failed in a way nobody foresaw; the log has the details.',
    next: 'Ask again.',
  },
};
