import type { ProblemBook } from '../problem.ts';

const nothing = 'Nothing was changed.';
const cleared = 'What is backed up was only read; what was written of the backup is taken away.';

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
  BACKUP_NOT_TO_BE_READ: {
    what: 'A backup of the {what} of {service} cannot be verified.',
    changed: nothing,
    why: '{target} makes and keeps it by itself; none of its bytes can be read from here.',
    next: 'Restore it beside what is in use where that can be done (`restore`), or by hand, and look at what is in it.',
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
  BACKUP_NO_KEY: {
    what: 'The backup {id} cannot be opened here.',
    changed: nothing,
    why: 'It is encrypted for {recipients}, and `encrypt.identity` of its entry in `backups:` has a key of none of them.',
    next: 'Write an identity of one of them there, by secret reference. By hand: `age --decrypt --identity KEY FILE`.',
  },
  BACKUP_NOT_OPENED: {
    what: 'The backup {id} was verified no further than its encryption.',
    changed: nothing,
    why: 'Its signature and the checksum of every byte hold; what it holds is not known, for it is encrypted for {recipients} and no key of theirs is here.',
    next: 'Write an identity of one of them into `encrypt.identity` of its entry in `backups:` and ask again, or restore it by hand where the key is.',
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
    why: 'The record knows of none that was taken and lies where they are kept now.',
    next: 'Ask for one: `backup {service} {what}`.',
  },
  BACKUP_UNKNOWN: {
    what: 'There is no backup {id} of the {what} of {service}.',
    changed: nothing,
    why: 'The record knows of none of that name that lies where they are kept now.',
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
  BACKUP_ONLY_READ: {
    what: 'The backup {id} is not restored to verify it.',
    changed: nothing,
    why: '{why}.',
    next: 'Name a place for that in the configuration where more is wanted than that it is whole.',
  },
  BACKUP_VERIFY_FAILED: {
    what: 'The backup {id} could not be verified.',
    changed: 'Nothing was changed; what is known of it is what was known before.',
    why: 'It failed in a way nobody foresaw; the log has the details.',
    next: 'Ask again.',
  },
  RETENTION_NOT_SAID: {
    what: 'It is not said which backups of the {what} of {service} are kept.',
    changed: nothing,
    why: 'Its entry in `backups:` has no `keep`.',
    next: 'Write for example `keep: { days: 30, count: 10 }` there.',
  },
  RETENTION_NOTHING: {
    what: 'No backup of the {what} of {service} has to go.',
    changed: nothing,
    why: 'Each is kept by its age, by its number, or because it is the newest that was verified.',
    next: '`backups {service}` has them all.',
  },
  RETENTION_NONE_VERIFIED: {
    what: 'None of the backups of the {what} of {service} was ever verified.',
    changed: nothing,
    why: 'Which of them can be restored is not known, and those that go may be the only ones.',
    next: 'Verify the newest first: `verify-backup {service} {what}`.',
  },
  RETENTION_NOT_OURS: {
    what: 'Backups of the {what} of {service} are not removed by Tocsin.',
    changed: nothing,
    why: 'What makes them in {target} keeps them, and alone knows where.',
    next: 'Let that remove what is old.',
  },
  RETENTION_UNTRIED: {
    what: 'None of the backups of the {what} of {service} was ever tried.',
    changed: nothing,
    why: 'Where they are kept they cannot be verified; those that go may be the only ones that can be restored.',
    next: 'Restore the newest beside what is in use first, and look at what is in it.',
  },
  RETENTION_NEEDED: {
    what: 'The backup {id} is needed by now.',
    changed: nothing,
    why: 'Since the plan was made it has become the newest that was verified, or the newest of all.',
    next: 'Ask again for a plan without it.',
  },
  RETENTION_BROKE_OFF: {
    what: 'Some backups of the {what} of {service} are still there.',
    changed: 'Those that are gone are on the record as removed.',
    why: 'The store refused to remove one of them.',
    next: 'Look at the store, then ask again: what is left is planned anew.',
  },
  RESTORE_NAME_NOT_TYPED: {
    what: 'The name of what is replaced was not typed as it is.',
    changed: nothing,
    why: 'The {what} of {service} is called {name}; whoever replaces it writes that out.',
    next: 'Look twice, then ask: `{line}`.',
  },
  RESTORE_CANNOT_BE_DONE: {
    what: '{target} cannot be restored.',
    changed: nothing,
    why: 'This build has nothing that puts a backup in its place.',
    next: 'Restore it by hand: the artefact is in the store, its manifest says what it is.',
  },
  RESTORE_ALWAYS_SWAPS: {
    what: 'What is restored takes the place of what is in use.',
    changed: nothing,
    why: '{target} has no other way: a copy that only stands beside is for databases that keep copies by themselves.',
    next: 'Leave `swap=no` out; `verify-backup` brings a backup up beside, and throws it away again.',
  },
  RESTORE_NOT_VERIFIED: {
    what: 'The backup {id} was never verified.',
    changed: nothing,
    why: 'Whether it can be restored is found out by the second step, before anything in use is touched.',
    next: 'Run `verify-backup` first where there is time for it.',
  },
  RESTORE_LOSES: {
    what: 'What was written after {since} is not in it.',
    changed: nothing,
    why: 'It is the state of that moment; what is in use until the names change is kept as {aside}.',
    next: 'Stop what writes to {current} first, or move what was written since by hand afterwards.',
  },
  RESTORE_OVERWRITES: {
    what: 'What {current} holds is replaced, and nothing of it is kept there.',
    changed: nothing,
    why: 'What was written after {since} is not in the backup. Of what is in use now only the safety backup will be left, a step of this plan.',
    next: 'Leave out `in=place` where the server has room for a second copy: what is in use is then kept beside.',
  },
  RESTORE_NOT_QUIET: {
    what: 'Nobody is stopped for it.',
    changed: nothing,
    why: 'What is written to {current} between the safety backup and the restore is in neither of them, and its entry ({where}) names no `stops`.',
    next: 'Write `stops: [ … ]` there, or stop by hand what writes to it, before anybody approves.',
  },
  RESTORE_NOT_IN_PLACE: {
    what: 'That backup cannot be restored in place.',
    changed: nothing,
    why: '{why}',
    next: 'Leave out `in=place`: it is restored beside what is in use, and takes its place then.',
  },
  RESTORE_FROM_OR_AT: {
    what: 'It is not clear what is to be restored.',
    changed: nothing,
    why: 'A restore names either a backup (`from=ID`) or a moment (`at=TIME`).',
    next: '`backups` has the ids; a moment is written as 2026-11-26T03:00:00Z, with its zone.',
  },
  RESTORE_MOMENT_UNREADABLE: {
    what: '{at} is no moment.',
    changed: nothing,
    why: 'A moment has a day, a time and a zone; without the zone nobody knows which one is meant.',
    next: 'Write for example at=2026-11-26T03:00:00Z or at=2026-11-26T04:00:00+01:00.',
  },
  RESTORE_MOMENT_NO_BASE: {
    what: 'There is no backup of the {what} of {service} from which a moment could be reached.',
    changed: nothing,
    why: 'What is archived goes on from a copy of the whole server, and none lies there that is signed and not known to be invalid.',
    next: 'Restore a backup with `from=ID`; for the next time write `as: base` and `wal:` into its entry.',
  },
  RESTORE_MOMENT_OUT_OF_REACH: {
    what: '{at} cannot be reached.',
    changed: nothing,
    why: 'By the clock of the server, {why}.',
    next: 'Name a moment within that, or restore a backup with `from=ID`.',
  },
  RESTORE_NO_MOMENTS: {
    what: 'The {what} of {service} can be restored from its backups only.',
    changed: nothing,
    why: 'Nothing that is written there between two backups is archived in a way that this build can go by.',
    next: 'Restore one with `from=ID`.',
  },
  RESTORE_ONLY_BESIDE: {
    what: 'It does not take the place of {current}.',
    changed: nothing,
    why: 'What keeps it cannot change its name at once; it is restored as {next}, beside what stays in use.',
    next: 'Point whoever uses it at {next} by hand once it is there, and stop who writes to {current} first.',
  },
  RESTORE_DIFFERS: {
    what: 'What was restored from {id} is not what was backed up.',
    changed:
      'Nothing in use was changed; what was restored is taken away again, and the safety backup stays.',
    why: 'It was found so: {found}.',
    next: 'Take another backup for it: `backups` has those that there are.',
  },
  RESTORE_FAILED: {
    what: 'The backup {id} could not be restored.',
    changed:
      'The steps above say how far it came; until the names change nothing in use is touched.',
    why: 'It failed in a way nobody foresaw; the log has the details.',
    next: 'Ask again; what was left half-way is taken away then.',
  },
  BACKUP_PROGRAM_MISSING: {
    what: '{program} cannot be used.',
    changed: nothing,
    why: '{why}',
    next: 'Install the programs of the server’s version where Tocsin runs, in one of the usual folders; the page of the integration says which.',
  },
  BACKUP_PROGRAM_KILLED: {
    what: '{program} was ended from outside.',
    changed: cleared,
    why: 'The signal was {signal}; a machine that is short of memory does that as well.',
    next: 'Look at the log of the system where Tocsin runs, then ask again.',
  },
  BACKUP_PROGRAM_FAILED: {
    what: '{program} failed.',
    changed: cleared,
    why: '{why}',
    next: 'Mend what it says and ask again.',
  },
  BACKUP_FAILED: {
    what: 'The backup could not be taken.',
    changed: 'What was written of it is taken away; backups that were there stay.',
    why: 'It failed in a way nobody foresaw; the log has the details.',
    next: 'Ask again.',
  },
};
