import { decide } from '../core/incident/decide.ts';
import type { IncidentState } from '../core/incident/incident.ts';
import { proposalIn } from '../core/incident/proposal.ts';
import type { OperationIntent } from '../core/operation/decide.ts';
import { lockedTargets } from '../core/operation/locks.ts';
import { type OperationState, terminal } from '../core/operation/operation.ts';
import { withOrigin } from '../core/origin.ts';
import type { StreamWrite } from '../core/ports/journal.ts';
import type { Told } from './engine.ts';
import { type Held, type Readings, streamOf } from './readings.ts';
import { verdict, written } from './told.ts';

/** What asking for a proposal says to its incident, in the same append: of two who press at once, one is the requester. */
export interface Claim {
  readonly writes: readonly StreamWrite[];
  /** Nothing is asked for: the incident has said no, and `writes` is all there is to record. */
  readonly told?: Told;
}

export interface ClaimSources {
  readonly incident: (id: string) => Promise<Held<IncidentState>>;
  readonly operation: (id: string) => Promise<Held<OperationState>>;
  readonly readings: Pick<Readings, 'newestAt'>;
  readonly now: () => number;
}

const none: Claim = { writes: [] };

export async function claimOf(
  operation: string,
  intent: OperationIntent,
  sources: ClaimSources,
): Promise<Claim> {
  if (intent.type !== 'Ask' || !intent.proposedBy) return none;
  const { proposal } = intent.proposedBy;
  const { state, version } = await sources.incident(intent.incident);
  const before = proposalIn(state, proposal)?.request;
  const by = intent.requester;
  const isFree = before !== undefined && (await isInVain(before.operation, sources));
  // A clock that was set back makes no proposal young again.
  const at = Math.max(sources.now(), sources.readings.newestAt);
  const asked = { type: 'RequestProposal', at, proposal, operation } as const;
  const events = withOrigin(decide({ ...asked, by, isFree }, state), by);
  const writes = written(streamOf('incident', intent.incident), version, events);
  const told = verdict(events);
  return told.refused ? { writes, told } : { writes };
}

/** Whose turn it has to be besides the operation's own. */
export function streamsBeside(intent: OperationIntent, before: OperationState): readonly string[] {
  const targets = lockedTargets(before).map((target) => streamOf('target', target));
  const claims = intent.type === 'Ask' && intent.proposedBy !== undefined;
  return claims ? [...targets, streamOf('incident', intent.incident)] : targets;
}

/** It has come to an end, and not to the one that was wanted. */
async function isInVain(id: string, { operation }: ClaimSources): Promise<boolean> {
  const { status } = (await operation(id)).state;
  return terminal.has(status) && status !== 'done';
}
