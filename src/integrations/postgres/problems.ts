import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';
const noRole = 'No server changed its role by this.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  PG_UNREACHABLE: {
    what: '{server} could not be reached.',
    changed: noRole,
    why: '{why}',
    next: 'Look at the server and the network to it; `tocsin doctor` tries it again.',
  },
  PG_REFUSED: {
    what: '{server} refused what it was asked.',
    changed: noRole,
    why: 'It says: {why} ({code}).',
    next: 'Compare the rights of the user with the page of the integration.',
  },
  PG_NO_ANSWER: {
    what: 'The answer of {server} was lost.',
    changed: 'What was asked may have taken effect.',
    why: '{why}',
    next: 'Ask every server `SELECT pg_is_in_recovery()`: exactly one may say false.',
  },
  PG_NODE_UNKNOWN: {
    what: 'No node of {target} is called {node}.',
    changed: nothing,
    why: 'Only the nodes under its `nodes:` are known.',
    next: 'Ask again with one of their names.',
  },
  PG_TWO_PRIMARIES: {
    what: 'Two servers of {target} call themselves primary.',
    changed: nothing,
    why: '{told} are both out of recovery: they may both take writes.',
    next: 'Decide which one is right, stop the other, then ask again.',
  },
  PG_NO_PRIMARY: {
    what: 'No primary of {target} can be told.',
    changed: nothing,
    why: 'No server that answers is one, and of those that are silent ({silent}) no replica says which it follows.',
    next: 'Bring the servers back that are not the primary, or find out by hand which one it was.',
  },
  PG_NO_CANDIDATE: {
    what: 'No replica can take over from {primary}.',
    changed: noRole,
    why: '{why}',
    next: 'Look at the replicas: one must answer, follow the same system and be on its timeline.',
  },
  PG_ALREADY_PRIMARY: {
    what: '{node} is the primary already.',
    changed: nothing,
    why: 'It is out of recovery and takes writes.',
    next: 'Name a replica, or none.',
  },
  PG_PRIMARY_SILENT: {
    what: 'A planned failover needs the primary, and {primary} does not answer.',
    changed: nothing,
    why: 'It must be asked for a checkpoint and for all that it wrote.',
    next: 'Leave `mode=planned` out: the plan then says what could be lost.',
  },
  PG_NO_TAKEOVER: {
    what: 'A failover of a PostgreSQL takes no mode=takeover.',
    changed: nothing,
    why: 'Nobody votes here that could be passed over.',
    next: 'Write mode=planned or mode=forced, or leave it out.',
  },
  PG_NO_FENCE: {
    what: '{target} has no fence.',
    changed: nothing,
    why: 'A promotion does not stop the old primary: both would take writes, and one half of them would be lost.',
    next: 'Write `fence:` in its target; the page of the integration has examples.',
  },
  PG_FENCE_BLIND: {
    what: 'Nobody could tell whether {primary} was fenced.',
    changed: nothing,
    why: 'It does not answer ({why}), so it counts as alive, and the fence has no `status` that would say that it holds.',
    next: 'Write `fence: { status: […] }`, or make the server reachable.',
  },
  PG_PROOF_IMPOSSIBLE: {
    what: 'A write of the application cannot be tried at {server}.',
    changed: noRole,
    why: '{why} ({code}): so nobody could tell a fenced server by it.',
    next: 'Mend `application:` of the target; its user needs the right to create temporary tables.',
  },
  PG_FENCE_FAILED: {
    what: 'The fence command failed.',
    changed: 'It may have stopped the old primary; what it did is taken back.',
    why: 'It ended with {exit}: {said}',
    next: 'Mend the command, then ask again.',
  },
  PG_FENCE_OPEN: {
    what: 'The fence of {primary} does not hold.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: 'An application that was connected before still got a write through.',
    next: 'Make the fence command stop the server or end its connections, then ask again.',
  },
  PG_FENCE_UNPROVEN: {
    what: 'The fence of {primary} does not hold.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: '{why}',
    next: 'Mend the fence command, then ask again.',
  },
  PG_CANDIDATE_BEHIND: {
    what: '{node} has less than the plan showed.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: 'It has received {received}; the plan was approved for {least} at least.',
    next: 'Ask again: the new plan says what would be lost.',
  },
  PG_CANDIDATE_SHORT: {
    what: '{node} lacks writes of {primary}.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: '{missing} bytes that the old primary had written are missing.',
    next: 'Look at the stream between them, then ask again.',
  },
  PG_STOP_UNCLEAN: {
    what: '{primary} was not stopped cleanly.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: 'The last record that {node} has is no shutdown checkpoint ({after} bytes follow the last one), so writes may be missing.',
    next: 'Make the fence command stop it with `pg_ctl stop -m fast`; `mode=forced` goes on with what there is.',
  },
  PG_REPLAY_LATE: {
    what: '{node} did not catch up in time.',
    changed: 'Nothing was promoted; the fence is taken back.',
    why: '{bytes} bytes were not replayed yet, or more was still arriving.',
    next: 'Look at its load and at `pg_get_wal_replay_pause_state()`; `catch_up` of the target gives it longer.',
  },
  PG_NOT_CHOSEN: {
    what: 'No replica was chosen.',
    changed: noRole,
    why: 'The step before did not leave a name.',
    next: 'Ask for a new failover.',
  },
  PG_PROMOTION_PENDING: {
    what: '{node} has not become primary within {seconds} s.',
    changed: 'The promotion was sent and may still happen.',
    why: 'It is still in recovery.',
    next: 'Look at its log; the old primary stays fenced until this is known.',
  },
  PG_PROMOTION_MAY_COME: {
    what: '{primary} was not given back.',
    changed: 'It stays fenced: nothing takes writes now.',
    why: 'A promotion of {node} is under way and may end at any moment; then two would take writes.',
    next: 'Look at {node}: when it is out of recovery it is the primary; else stop it, then give {primary} back.',
  },
  PG_PROMOTED_ALREADY: {
    what: '{primary} was not given back.',
    changed: '{node} is the primary now; {primary} stays fenced.',
    why: 'Two that take writes are worse than a step that failed.',
    next: 'Point the clients to {node}, and mend what the failed step says.',
  },
  PG_UNFENCE_FAILED: {
    what: 'The old primary could not be given back.',
    changed: 'Nothing was promoted, and it may still be fenced: then nothing takes writes.',
    why: 'The command ended with {exit}: {said}',
    next: 'Start the old primary by hand, at once.',
  },
  PG_FILE_UNREADABLE: {
    what: '{file} cannot be read.',
    changed: nothing,
    why: '{why}',
    next: 'Make it readable for Tocsin, or take it out of `repoint:`.',
  },
  PG_FILE_OTHERWISE: {
    what: '{file} does not point to {node}.',
    changed: nothing,
    why: 'It has {count} lines that are `{line}`, and exactly one is expected.',
    next: 'Make `line` of `repoint:` the line that the file has, with the placeholders in it.',
  },
  PG_FILE_UNWRITABLE: {
    what: '{file} was not written.',
    changed: 'The file is as it was. The new primary takes writes; clients are not turned to it.',
    why: '{why}',
    next: 'Point it to the new primary by hand, and give Tocsin the right to make files in its folder.',
  },
  PG_RELOAD_FAILED: {
    what: 'What reads {file} did not take it.',
    changed:
      'The file names the new primary, which takes writes; clients may still be sent to the old one.',
    why: 'The command ended with {exit}: {said}',
    next: 'Reload it by hand.',
  },
  PG_SLOT_MISSING: {
    what: 'The slot {slot} is not there on {node}, and could not be made.',
    changed: '{node} is the primary and takes writes; a replica is not turned to it.',
    why: '{why}',
    next: 'Make it by `SELECT pg_create_physical_replication_slot` there, or give the user REPLICATION; then turn the replica by hand.',
  },
  PG_REJOIN_FAILED: {
    what: 'The old primary did not become a replica.',
    changed: 'The new primary takes writes; the old one is fenced, or as the command left it.',
    why: 'The command ended with {exit}: {said}',
    next: 'Look at the old primary at once: it must not be started as it is. Then rebuild it by hand.',
  },
  PG_FOLLOW_BY_HAND: {
    what: '{nodes} will not be turned to the new primary.',
    changed: nothing,
    why: 'They follow no address of the old one, or ALTER SYSTEM for primary_conninfo is not granted.',
    next: 'See that they follow it afterwards: until then they have old data.',
  },
  PG_REBUILD_BY_HAND: {
    what: '{primary} stays fenced until somebody rebuilds it.',
    changed: nothing,
    why: 'The target has no `rejoin`.',
    next: 'Afterwards: CHECKPOINT at the new primary, then pg_rewind or a new base backup, then the undo of the fence.',
  },
  PG_LOSS_NONE: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: 'The new primary must have all that the old one wrote before it is promoted; {bytes} bytes are to come now. Otherwise it is taken back.',
    next: 'Approve it when some seconds without writes are acceptable.',
  },
  PG_LOSS_BYTES: {
    what: 'Up to {bytes} bytes of acknowledged writes are lost, and what {primary} acknowledges until the fence holds.',
    changed: nothing,
    why: 'The furthest replica lacks so much of the log now, and nobody waits for it.',
    next: 'Leave `mode=forced` out to lose nothing, or approve it when that is acceptable.',
  },
  PG_LOSS_SINCE: {
    what: 'What {primary} acknowledged after {since} is lost.',
    changed: nothing,
    why: '{node}, the furthest replica, has the log up to {received}; its last commit is of that moment. The primary does not answer, so nobody knows how many bytes it wrote after it.',
    next: 'Approve it when that is acceptable; bringing {primary} back loses nothing.',
  },
  PG_NODE_SILENT: {
    what: '{node} does not answer.',
    changed: nothing,
    why: 'It cannot be chosen.',
    next: 'Look at it afterwards.',
  },
  PG_NODE_LEFT_OUT: {
    what: '{node} cannot be chosen.',
    changed: nothing,
    why: 'It is {why}.',
    next: 'Look at it afterwards: it may need a new base backup.',
  },
  PG_UNKNOWN_VERB: {
    what: 'A PostgreSQL cannot {verb}.',
    changed: nothing,
    why: 'It can failover; a failover is taken back by another one.',
    next: 'Ask for it.',
  },
};
