import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const perhaps =
  'It may have been heard: Patroni keeps what it was asked until a member takes it up, and it is not asked again.';
const look = 'Look at `patronictl list`: the leader and its timeline say what became of it.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  PATRONI_UNREACHABLE: {
    what: 'Patroni at {endpoint} could not be asked.',
    changed: nothing,
    why: '{why}',
    next: 'Look at the member and the network to it; `tocsin doctor` tries it again.',
  },
  PATRONI_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: nothing,
    why: 'None of its members could be asked {failures} times; the next question goes out in {seconds} s.',
    next: 'Wait for it, or look at the members and the network to them. A step that is under way is not held up by this.',
  },
  PATRONI_UNREADABLE: {
    what: '{endpoint} did not answer {path} as Patroni does.',
    changed: nothing,
    why: 'The answer could not be read.',
    next: 'Compare `endpoints` of the target with `restapi` of the members.',
  },
  PATRONI_SEVERAL: {
    what: 'The endpoints of {target} belong to different clusters.',
    changed: nothing,
    why: 'They say {told}.',
    next: 'Write the members of one cluster only under `endpoints`.',
  },
  PATRONI_DISAGREE: {
    what: 'The members of {target} do not name the same leader.',
    changed: nothing,
    why: 'They name {told}: a failover is under way, or the network is split.',
    next: 'Wait until they agree, then ask again.',
  },
  PATRONI_SPLIT: {
    what: 'More than one member of {target} takes writes.',
    changed: nothing,
    why: '{primaries} call themselves primary.',
    next: 'Stop the one that does not hold the lease before anything else; what it took is to be saved by hand.',
  },
  PATRONI_LEADER_AWAY: {
    what: 'Nobody leads {target} well.',
    changed: nothing,
    why: 'Its members name {told} as the leader, and it does not say itself that it runs.',
    next: 'See what Patroni does by itself; where it is paused or waits, `failover` says what can be done.',
  },
  PATRONI_STANDBY_CLUSTER: {
    what: '{target} follows another cluster.',
    changed: nothing,
    why: 'Its leader is a standby leader; promoting it is another decision than a failover.',
    next: 'Take `standby_cluster` out with `patronictl edit-config` when it is to be promoted.',
  },
  PATRONI_NO_CANDIDATE: {
    what: 'No member of {target} may take over.',
    changed: nothing,
    why: '{why}.',
    next: 'Bring a replica to the leader’s timeline and within its lag, then ask again.',
  },
  PATRONI_NOT_TO: {
    what: '{to} may not take over in {target}.',
    changed: nothing,
    why: '{why}.',
    next: 'Name another member, or none, and the one that received most is chosen.',
  },
  PATRONI_REFUSED: {
    what: 'Patroni refused to change the leader of {target}.',
    changed: 'The leader is the same as before.',
    why: 'It answered {status}: {why}',
    next: 'Mend what it says, then ask again.',
  },
  PATRONI_UNAUTHORIZED: {
    what: 'Patroni does not let us change the leader of {target}.',
    changed: nothing,
    why: 'It answered {status}: {why}',
    next: 'Compare `basic` and `certificate` of the target with `restapi` of the members, and their `allowlist`.',
  },
  PATRONI_NO_ANSWER: {
    what: 'The answer of {endpoint} to {path} was lost.',
    changed: perhaps,
    why: '{why}',
    next: look,
  },
  PATRONI_STATUS_UNKNOWN: {
    what: 'Patroni does not know whether the leader of {target} was changed.',
    changed: perhaps,
    why: 'It answered {status}: {why}',
    next: look,
  },
  PATRONI_ANOTHER_LEADER: {
    what: '{leader} leads {target} now.',
    changed: 'The leader was changed, and to another one than was planned.',
    why: 'The plan said {planned}.',
    next: 'Look at `patronictl list`; when all follow {leader}, it is well, and another failover leads on.',
  },
  PATRONI_NOTHING_LOST: {
    what: 'No acknowledged write is lost when {leader} hands over.',
    changed: nothing,
    why: 'Patroni stops it in order, and promotes another one only once that has everything. If {leader} dies meanwhile, up to what the other one lacks is lost: {bytes} bytes when Patroni looked last.',
    next: 'Approve it when that is acceptable.',
  },
  PATRONI_LOSS_BOUND: {
    what: 'Acknowledged writes may be lost.',
    changed: nothing,
    why: '{leader} does not hand over. What it acknowledged and the others did not receive is gone: up to {bytes} bytes, and what came in the last {seconds} s that Patroni knew of.',
    next: 'Approve it when waiting for {leader} costs more.',
  },
  PATRONI_BY_ITSELF: {
    what: 'Patroni replaces a lost leader by itself.',
    changed: nothing,
    why: 'It does so within some {ttl} s after the lease of {leader} ended. When it has not, look why: no member may be fit, or the store is down.',
    next: 'Wait for that first; this plan is stale once another one leads.',
  },
  PATRONI_PAUSED: {
    what: '{target} is paused.',
    changed: nothing,
    why: 'Patroni promotes nobody by itself and repairs nothing while it is; a change of leader that is asked for is still made, to a member that is named.',
    next: 'Somebody paused it for a reason: ask them, and `patronictl resume` when it is over.',
  },
  PATRONI_SCHEDULED: {
    what: 'A switchover is scheduled already.',
    changed: nothing,
    why: 'It stands for {at}, and this one replaces it.',
    next: 'Approve it when that is meant.',
  },
  PATRONI_SYNCHRONOUS: {
    what: 'Only synchronous standbys may take over.',
    changed: nothing,
    why: 'The cluster is in synchronous mode: they hold every acknowledged write, as long as there is one.',
    next: 'Nothing is to be done.',
  },
  PATRONI_SILENT: {
    what: 'Some members do not answer.',
    changed: nothing,
    why: '{endpoints} could not be asked; whether they take writes is known from the others only.',
    next: 'Look at them before you approve.',
  },
  PATRONI_NO_MODE: {
    what: 'A failover of a Patroni cluster takes no mode=.',
    changed: 'Nothing was changed.',
    why: 'Patroni hands over while there is a leader, and fails over where there is none.',
    next: 'Leave it out.',
  },
  PATRONI_UNKNOWN_VERB: {
    what: 'A Patroni cluster cannot {verb}.',
    changed: nothing,
    why: 'It can failover; a failover is taken back by another one.',
    next: 'Ask for it.',
  },
};
