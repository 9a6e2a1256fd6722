import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  MONGODB_UNREACHABLE: {
    what: '{member} could not be reached.',
    changed: nothing,
    why: '{why}',
    next: 'Look at the member and the network to it; `tocsin doctor` tries it again.',
  },
  MONGODB_RESTS: {
    what: '{target} is not asked just now.',
    changed: nothing,
    why: 'Its members did not answer {failures} times in a row; the next try is in {seconds} s.',
    next: 'Look at the members and the network to them, and ask again then. Steps that run are not held back.',
  },
  MONGODB_REFUSED: {
    what: '{member} refused {command}.',
    changed: 'Nothing was changed by it: a primary that refuses to step down stays primary.',
    why: '{why}',
    next: 'Mend what it says; the page of the integration lists the rights that the user needs.',
  },
  MONGODB_NO_ANSWER: {
    what: 'The answer of {member} to {command} was lost.',
    changed: 'It may have taken effect.',
    why: '{why}',
    next: 'Ask any member with `rs.status()` who is primary and since when.',
  },
  MONGODB_NO_PRIMARY: {
    what: 'No member of {target} says that it is primary.',
    changed: nothing,
    why: 'An election is under way, or there is no majority for one. Members that did not answer: {silent}.',
    next: 'Wait some ten seconds and ask again; if it stays so, bring the missing members back. The set elects by itself, nothing can be told to do it.',
  },
  MONGODB_TWO_PRIMARIES: {
    what: 'Two members of {target} say that they are primary.',
    changed: nothing,
    why: 'They are {primaries}: one of them is cut off and does not know yet that it was followed.',
    next: 'Wait until the older one has stepped down by itself, within some ten seconds, and look at the network between them.',
  },
  MONGODB_OTHER_SET: {
    what: '{member} belongs to another replica set.',
    changed: nothing,
    why: 'It says {set}; the target says {expected}.',
    next: 'Compare `set` and `members` of the target with `rs.conf()`.',
  },
  MONGODB_NO_CANDIDATE: {
    what: 'No secondary of {target} can be elected.',
    changed: nothing,
    why: 'Beside {primary} none is well, visible and has a priority above 0.',
    next: 'Look at `rs.status()` and `rs.conf()`: states, priorities and hidden members.',
  },
  MONGODB_NO_MAJORITY: {
    what: 'The members of {target} that are well could elect nobody.',
    changed: nothing,
    why: 'They have {votesWell} of {votes} votes.',
    next: 'Bring members back until they have more than half of the votes.',
  },
  MONGODB_SECONDARIES_LATE: {
    what: 'Every secondary that could be elected is too far behind.',
    changed: nothing,
    why: 'The best one lacks {seconds} s; a primary that steps down waits {bound} s.',
    next: 'Find out what holds replication back, and ask again once it has caught up.',
  },
  MONGODB_NOT_TO: {
    what: 'Nobody can say that {to} is to be primary of {target}.',
    changed: nothing,
    why: 'The set elects by itself; these can be elected: {candidates}.',
    next: 'Ask without `to`, or first give it the highest priority with `rs.reconfig()`: then it takes over by itself.',
  },
  MONGODB_SAME_PRIMARY: {
    what: '{primary} was elected again.',
    changed: 'There was an election; the primary is the one of before.',
    why: 'It is primary on term {term}.',
    next: 'Look at `rs.status()` and the logs of the secondaries: why none of them was elected.',
  },
  MONGODB_NOTHING_LOST: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: '{primary} steps down only once a secondary that can be elected has everything, and within {seconds} s or not at all; meanwhile writes wait.',
    next: 'Clients see one retryable error; those that do not retry show it.',
  },
  MONGODB_COMES_BACK: {
    what: '{primary} will be primary again.',
    changed: nothing,
    why: 'Its priority {priority} is above that of the others ({best}): after {seconds} s it takes over by itself.',
    next: 'Lower its priority with `rs.reconfig()` first if it is to stay away.',
  },
  MONGODB_SILENT: {
    what: 'Members do not answer: {members}.',
    changed: nothing,
    why: 'They could not be reached from here; what is said of the set is what the others say.',
    next: 'Look at them and at the network to them.',
  },
  MONGODB_NO_DATABASE: {
    what: 'There is no database {database}.',
    changed: nothing,
    why: 'None of the databases of the set has that name, and a copy of it would be empty.',
    next: 'Let `database` of its entry in `backups:` name one of `show dbs`.',
  },
  MONGODB_WHOLE_COPY: {
    what: 'It is restored by hand.',
    changed: nothing,
    why: 'It is a copy of all databases of {target}, and with what was written meanwhile it cannot get other names.',
    next: 'Restore it into an empty replica set: `mongorestore --gzip --archive=FILE --oplogReplay`. For one database take copies with `database` in their entry.',
  },
  MONGODB_NO_ROOM: {
    what: 'There is no room for a second copy on {member}.',
    changed: nothing,
    why: '{free} are free there and {needed} are wanted.',
    next: 'Make room on the members of the set, then ask again.',
  },
  MONGODB_NO_MODE: {
    what: 'A failover of a MongoDB replica set takes no mode=.',
    changed: nothing,
    why: 'The primary steps down once another one may lead; it is never forced.',
    next: 'Leave it out.',
  },
  MONGODB_UNKNOWN_VERB: {
    what: 'A MongoDB replica set cannot {verb}.',
    changed: nothing,
    why: 'It can failover; a failover is taken back by another one.',
    next: 'Ask for it.',
  },
};
