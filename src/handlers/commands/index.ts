import type { Command } from '../command.ts';
import { ack } from './ack.ts';
import { approve } from './approve.ts';
import { assign } from './assign.ts';
import { backup } from './backup.ts';
import { backups } from './backups.ts';
import { breakGlass } from './break-glass.ts';
import { cancel } from './cancel.ts';
import { consoleLink } from './console.ts';
import { declare } from './declare.ts';
import { decline } from './decline.ts';
import { dismiss } from './dismiss.ts';
import { escalate } from './escalate.ts';
import { failover } from './failover.ts';
import { freeze } from './freeze.ts';
import { graph } from './graph.ts';
import { health } from './health.ts';
import { helpOf } from './help.ts';
import { link } from './link.ts';
import { locks } from './locks.ts';
import { logs } from './logs.ts';
import { merge } from './merge.ts';
import { mute, unmute } from './mute.ts';
import { note } from './note.ts';
import { page } from './page.ts';
import { pin } from './pin.ts';
import { policyOf } from './policy.ts';
import { promote } from './promote.ts';
import { readOnly } from './read-only.ts';
import { regionFailover } from './region-failover.ts';
import { request } from './request.ts';
import { resolve } from './resolve.ts';
import { restart } from './restart.ts';
import { restore } from './restore.ts';
import { retention } from './retention.ts';
import { review } from './review.ts';
import { rollback } from './rollback.ts';
import { runbook } from './runbook.ts';
import { scale } from './scale.ts';
import { settle } from './settle.ts';
import { severity } from './severity.ts';
import { silence } from './silence.ts';
import { split } from './split.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { timeline } from './timeline.ts';
import { unack } from './unack.ts';
import { undo } from './undo.ts';
import { unfreeze } from './unfreeze.ts';
import { unlink } from './unlink.ts';
import { unsilence } from './unsilence.ts';
import { update } from './update.ts';
import { verifyBackup } from './verify-backup.ts';
import { who } from './who.ts';
import { withdraw } from './withdraw.ts';

/** Everything that can be asked. Adding a command is its file, its test and a line here. */
export const commands: readonly Command[] = [
  helpOf(() => commands),
  status,
  timeline,
  who,
  health,
  logs,
  graph,
  locks,
  backups,
  runbook,
  consoleLink,
  policyOf(() => commands),
  link,
  unlink,
  approve,
  decline,
  withdraw,
  cancel,
  stop,
  undo,
  settle,
  breakGlass,
  review,
  mute,
  unmute,
  freeze,
  unfreeze,
  readOnly,
  declare,
  ack,
  unack,
  resolve,
  severity,
  assign,
  page,
  escalate,
  update,
  silence,
  unsilence,
  merge,
  split,
  note,
  pin,
  request,
  dismiss,
  scale,
  restart,
  rollback,
  backup,
  verifyBackup,
  failover,
  promote,
  regionFailover,
  restore,
  retention,
];
