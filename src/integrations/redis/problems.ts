import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const paused = 'No server changed its role by this; a pause of writes ends by itself within 40 s.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  REDIS_UNREACHABLE: {
    what: '{server} could not be reached.',
    changed: paused,
    why: '{why}',
    next: 'Look at the server and the network to it; `tocsin doctor` tries it again.',
  },
  REDIS_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: 'Nothing was changed.',
    why: 'Its Sentinels could not be asked {failures} times; the next question goes out in {seconds} s.',
    next: 'Wait for it, or look at the Sentinels and the network to them. A step that is under way is not held up by this.',
  },
  REDIS_REFUSED: {
    what: '{server} refused {command}.',
    changed: paused,
    why: '{why}',
    next: 'Mend what it says: another failover may be under way, or the user lacks a right that the page of the integration lists.',
  },
  REDIS_NO_ANSWER: {
    what: 'The answer of {server} to {command} was lost.',
    changed: 'It may have taken effect; a pause of writes ends by itself within 40 s.',
    why: '{why}',
    next: 'Ask the Sentinels which server is master, and that server for its ROLE.',
  },
  REDIS_SENTINELS_DISAGREE: {
    what: 'The Sentinels of {target} do not name the same master.',
    changed: nothing,
    why: 'They name {told}: a failover is under way, or the network is split.',
    next: 'Wait until they agree, then ask again.',
  },
  REDIS_NO_MASTER: {
    what: 'No master of {target} can be told.',
    changed: nothing,
    why: 'The Sentinels name {told}.',
    next: 'Compare `master` of the target with SENTINEL MASTERS, and look at that server.',
  },
  REDIS_NO_QUORUM: {
    what: 'The Sentinels of {target} could not authorise a failover.',
    changed: nothing,
    why: '{why}',
    next: 'Bring back the Sentinels that are missing, then ask again.',
  },
  REDIS_NO_REPLICA: {
    what: 'No replica of {target} can be promoted.',
    changed: nothing,
    why: 'None answers, follows {master} and has a priority above 0.',
    next: 'Look at the replicas and their links to the master.',
  },
  REDIS_REPLICA_LATE: {
    what: 'Replicas did not catch up while writes were paused.',
    changed: 'No server changed its role; writes are open again.',
    why: '{late} were still behind after {seconds} s.',
    next: 'Look at the load of the replicas and the network, then ask again.',
  },
  REDIS_CLAIMED: {
    what: 'A failover of {target} was begun by this operation already.',
    changed: nothing,
    why: 'Its claim stands on the master, and a second one is never sent.',
    next: 'Ask the Sentinels which server is master; ask for a new failover where it is still the old one.',
  },
  REDIS_NOT_MASTER: {
    what: '{server} has not become a master that takes writes.',
    changed: paused,
    why: 'It answers ROLE with: {role}.',
    next: 'Ask the Sentinels which server is master, and that server for its ROLE.',
  },
  REDIS_LOSS_BOUND: {
    what: 'No acknowledged write is lost when every step succeeds.',
    changed: nothing,
    why: 'Otherwise up to what the replicas lack: {bytes} bytes now, and what {master} acknowledges after the pause of {seconds} s ran out.',
    next: 'Approve it when that is acceptable.',
  },
  REDIS_SENTINEL_SILENT: {
    what: '{count} configured Sentinels do not answer.',
    changed: nothing,
    why: 'The others have a quorum.',
    next: 'Look at those that are missing.',
  },
  REDIS_NO_ARGUMENT: {
    what: 'A failover of a Redis takes no {argument}=.',
    changed: nothing,
    why: 'The Sentinels choose the replica, and the master must answer.',
    next: 'Leave it out.',
  },
  REDIS_UNKNOWN_VERB: {
    what: 'A Redis cannot {verb}.',
    changed: nothing,
    why: 'It can failover; a failover is taken back by another one.',
    next: 'Ask for it.',
  },
};
