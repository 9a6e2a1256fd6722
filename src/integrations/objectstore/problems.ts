import type { ProblemBook } from '../../core/problem.ts';

const left =
  'What was sent of it is taken away as far as the store lets us; backups that were there stay.';

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
  S3_REFUSED: {
    what: '{store} refused {what}.',
    changed: left,
    why: '{why}',
    next: 'Mend what it says: docs/backups.md lists the permissions that are needed, `stores:` says where the bucket is.',
  },
  S3_THROTTLED: {
    what: '{store} took no more requests ({what}).',
    changed: left,
    why: '{why}, and it said so again and again.',
    next: 'Ask again when less is going on there.',
  },
  S3_NO_ANSWER: {
    what: '{store} did not answer {what}.',
    changed: left,
    why: '{why}',
    next: 'Look at the network from here to it, and at `endpoint` and `proxy` of its entry in `stores:`.',
  },
  S3_NO_CREDENTIALS: {
    what: 'There are no credentials for {store}.',
    changed: 'Nothing was changed.',
    why: '{why}',
    next: 'Write access_key_id and secret_access_key into its entry in `stores:`, or give the machine or the service account a role.',
  },
  S3_DAMAGED: {
    what: 'What arrived in {store} is not what was sent ({what}).',
    changed: left,
    why: '{why}',
    next: 'Ask again. If it stays so, something on the way changes what is sent: a proxy, or a server that does not know the checksums of S3.',
  },
  S3_TOO_LARGE: {
    what: '{name} does not fit into {store}.',
    changed: left,
    why: 'An upload has at most {parts} parts, which is 2.4 TiB.',
    next: 'Keep it in a folder, or back up less at a time.',
  },
  S3_CHANGED: {
    what: '{name} in {store} was replaced while it was read.',
    changed: 'Nothing was changed by Tocsin.',
    why: 'What stands under that name now is another object than the one that was begun with.',
    next: 'Find out who writes there, then verify the backup.',
  },
  S3_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: 'Nothing was changed.',
    why: 'It did not answer {failures} times in a row; the next question goes out in {seconds} s.',
    next: 'Look at the network from here to it. A backup that is under way is not held up by this.',
  },
};
