import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const cleared = 'What is backed up was only read; what was written of the backup is taken away.';
const inUseStays =
  'Nothing in use was changed; what was restored so far is taken away again, and the safety backup stays.';
const paused = 'No server changed its role by this; a pause of writes ends by itself within 40 s.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  REDIS_BACKUP_SLOTS_MOVE: {
    what: 'Slots of {target} are moving, or have moved.',
    changed: cleared,
    why: '{why}: keys that move between two copies would be in both, or in none.',
    next: 'Wait until the cluster is balanced (`redis-cli --cluster check HOST:PORT`), then ask again.',
  },
  REDIS_BACKUP_SLOTS_MISSING: {
    what: 'Not every slot of {target} has a master.',
    changed: nothing,
    why: '{covered} of 16384 are served; a copy would lack the keys of the others.',
    next: 'Look at the cluster (`redis-cli --cluster check HOST:PORT`), then ask again.',
  },
  REDIS_RESTORE_CLUSTER: {
    what: '{target} is a Redis Cluster and is not restored.',
    changed: nothing,
    why: 'Its nodes have one database each, so that nothing can be made ready beside what is in use and change places with it.',
    next: 'Bring the copy into another cluster by hand; `docs/backups.md` says how, under A Redis Cluster.',
  },
  REDIS_RESTORE_NO_MEMORY: {
    what: '{server} has no memory for what is restored beside what is in use.',
    changed: inUseStays,
    why: 'About {needed} are needed and {used} are used already; the limit is {limit}. By its policy it would throw keys of the application away, or refuse its writes.',
    next: 'Raise maxmemory or make room first, FLUSHDB what earlier restores kept, then ask again.',
  },
  REDIS_RESTORE_NO_DATABASE: {
    what: '{server} has too few empty databases.',
    changed: nothing,
    why: 'Each of the {needed} that are replaced needs one beside it; empty are: {found}.',
    next: 'FLUSHDB those that earlier restores kept and nobody needs ({kept} hold keys), or raise `databases` of the server.',
  },
  REDIS_RESTORE_SPARE_TAKEN: {
    what: '{database} of {server} is not empty any more.',
    changed: inUseStays,
    why: 'It was empty when the plan was made; somebody writes there.',
    next: 'Ask again: another one is taken.',
  },
  REDIS_RESTORE_MORE: {
    what: 'The copy holds databases that the plan does not know of.',
    changed: inUseStays,
    why: '{found} came into use while it was taken from {target}, and were not counted.',
    next: 'Take another backup for it: `backups` has those that there are.',
  },
  REDIS_RESTORE_NEWER: {
    what: '{server} cannot read what was restored.',
    changed: inUseStays,
    why: 'The redis-server where Tocsin runs writes version {found} of the format, and {server} reads up to {understood}.',
    next: 'Install the version of redis-server that {server} has where Tocsin runs, or bring the server up to it, then ask again.',
  },
  REDIS_RESTORE_BROKE: {
    what: 'Not all keys could be restored.',
    changed: inUseStays,
    why: '{server}: {why}',
    next: 'Mend what it says and ask again.',
  },
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
  REDIS_NOT_TO: {
    what: '{to} may not take over in {target}.',
    changed: nothing,
    why: 'It is no replica that answers and follows; these are: {why}.',
    next: 'Name one of them, as it is written there.',
  },
  REDIS_SENTINELS_CHOOSE: {
    what: '{to} cannot be promised in {target}.',
    changed: nothing,
    why: 'The Sentinels choose, and its replica-priority {priority} is not below that of {others}.',
    next: 'Leave `to` out, or give it a lower replica-priority first.',
  },
  REDIS_NOBODY_LEADS: {
    what: 'No server of {target} that answers is a master.',
    changed: nothing,
    why: 'A master that does not answer counts as alive: nobody here can stop it from taking writes.',
    next: 'Bring it back; or make sure that it is off, and send REPLICAOF NO ONE to a replica by hand.',
  },
  REDIS_SEVERAL_MASTERS: {
    what: 'More than one server of {target} is a master.',
    changed: nothing,
    why: '{told} call themselves master.',
    next: 'Find out which one the application writes to; the other one is to follow it.',
  },
  REDIS_HAND_OVER_GIVEN_UP: {
    what: '{master} did not hand over.',
    changed: 'No server changed its role; writes are open again.',
    why: 'The replica did not have everything within {seconds} s.',
    next: 'Look at the load of the replica and the network, then ask again.',
  },
  REDIS_NOTHING_LOST: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: '{master} holds writes back until the replica has everything; when that takes more than {seconds} s it goes on as before.',
    next: 'Approve it when that is acceptable.',
  },
  REDIS_CLIENTS_STAY: {
    what: 'Clients are not led to the new master.',
    changed: nothing,
    why: 'No Sentinel tells them: who goes on at {master} is answered READONLY.',
    next: 'Have the address of the application ready to be changed.',
  },
  REDIS_NODES_SILENT: {
    what: 'Some of the configured servers do not answer.',
    changed: nothing,
    why: '{nodes} could not be asked.',
    next: 'Look at them before you approve.',
  },
  REDIS_CLUSTER_SILENT: {
    what: 'No node of {target} answers.',
    changed: nothing,
    why: 'All configured nodes were asked for CLUSTER NODES.',
    next: 'Look at the nodes and the network; compare `cluster` of the target with them.',
  },
  REDIS_CLUSTER_DISAGREES: {
    what: 'The nodes of {target} differ about who holds the slots.',
    changed: nothing,
    why: 'A failover is under way, or the network is split.',
    next: 'Wait until they agree, then ask again.',
  },
  REDIS_SHARD_FAILS: {
    what: 'A part of {target} is not served.',
    changed: nothing,
    why: 'Its nodes see {masters} fail, which still holds its slots: no replica has taken over.',
    next: 'Name a replica of it: `failover SERVICE cache to=HOST:PORT`.',
  },
  REDIS_WHICH_REPLICA: {
    what: 'It is not clear which replica of {target} is to take over.',
    changed: nothing,
    why: 'A cluster has several masters, and the replica decides which one is replaced: {why}.',
    next: 'Name it: to=HOST:PORT.',
  },
  REDIS_NO_MAJORITY: {
    what: 'The masters of {target} cannot vote for {to}.',
    changed: nothing,
    why: '{voting} of {masters} answer, and more than half must. CLUSTER FAILOVER FORCE would be answered OK, and do nothing.',
    next: 'Bring masters back. Where that cannot be, mode=takeover asks for a plan without votes, which is a danger of its own.',
  },
  REDIS_TAKEOVER_NEEDLESS: {
    what: 'A takeover of {target} is not planned.',
    changed: nothing,
    why: 'It is for when nobody can vote; {voting} of {masters} masters can.',
    next: 'Ask for the same without mode.',
  },
  REDIS_NOTHING_LOST_IN_CLUSTER: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: '{master} holds the writes to its slots back until the replica has everything; when that takes more than 5 s it goes on as before.',
    next: 'Approve it when that is acceptable.',
  },
  REDIS_FORCED_LOSS: {
    what: 'Acknowledged writes may be lost.',
    changed: nothing,
    why: '{master} does not hand over. What it acknowledged and the replica did not receive is gone; how much that is cannot be asked. {voting} of {masters} masters can vote.',
    next: 'Approve it when waiting for {master} costs more.',
  },
  REDIS_TAKEOVER_DANGER: {
    what: 'Two masters of the same slots are possible.',
    changed: nothing,
    why: 'The replica takes the slots without a vote. Where {master}, or another half of the cluster, lives beyond a split network, both go on taking writes, and one side’s are lost when they meet.',
    next: 'Make sure that {master} is off before you approve.',
  },
  REDIS_OPEN_ALREADY: {
    what: 'Writes to {master} are open.',
    changed: 'Nothing is to be changed.',
    why: 'The one master there is takes a write.',
    next: 'Nothing is to be done.',
  },
  REDIS_FOLLOWS_ALREADY: {
    what: '{master} follows {promoted}.',
    changed: 'Nothing is to be changed.',
    why: 'It says so itself, and its link stands.',
    next: 'Nothing is to be done.',
  },
  REDIS_LOSS_BOUND: {
    what: 'No acknowledged write is lost when every step succeeds.',
    changed: nothing,
    why: 'Otherwise up to what the replicas lack: {bytes} bytes now, and what {master} acknowledges once Tocsin has been silent for the {seconds} s of the pause.',
    next: 'Approve it when that is acceptable.',
  },
  REDIS_SENTINEL_SILENT: {
    what: '{count} configured Sentinels do not answer.',
    changed: nothing,
    why: 'The others have a quorum.',
    next: 'Look at those that are missing.',
  },
  REDIS_NO_MODE: {
    what: 'A failover of {target} takes no such mode=.',
    changed: nothing,
    why: 'The master hands over while it answers; mode=takeover is a way of a Redis Cluster alone.',
    next: 'Leave it out.',
  },
  REDIS_UNKNOWN_VERB: {
    what: 'A Redis cannot {verb}.',
    changed: nothing,
    why: 'It can failover; a failover is taken back by another one.',
    next: 'Ask for it.',
  },
};
