import type { Incident } from '../incident/incident.ts';
import { proposalsOf } from '../incident/proposal.ts';
import type { HaltState } from '../operation/halt.ts';
import type { OperationState } from '../operation/operation.ts';
import type { Problem } from '../problem.ts';
import type { Entry, Thread } from './card.ts';
import { fuseLines } from './fuse.ts';
import { glassLines } from './glass.ts';
import { type IncidentCardContext, incidentCard } from './incident-card.ts';
import { knownCard } from './known-card.ts';
import { type OperationCardContext, operationCard } from './operation-card.ts';
import { proposalCard } from './proposal-card.ts';
import { story } from './story.ts';
import { tellLines } from './tell.ts';

export interface ThreadContext extends IncidentCardContext {
  /** Who holds the target an operation waits for; '' for nobody. */
  readonly heldBy: (operation: OperationState) => string;
  /** Why its rule lets none begin now. */
  readonly full?: (operation: OperationState) => Problem | undefined;
  readonly halts?: HaltState;
}

/** What an incident shows everywhere: the living card, then what happened, in the order it happened. */
export function incidentThread(
  incident: Incident,
  operations: readonly OperationState[],
  context: ThreadContext,
): Thread {
  const cards = operations.map((operation) => ({
    at: operation.asked?.at ?? 0,
    entry: operationEntry(operation, {
      ...context,
      ...waitingOf(operation, context),
      alert: alertOf(incident),
    }),
  }));
  // A card among the lines stands where it was first needed: after the line before it.
  let last = 0;
  const lines = story(incident, context).map((entry) => {
    if (entry.kind === 'line') last = entry.at;
    return { at: last, entry };
  });
  const known = knownEntry(incident, context);
  const proposed = proposalEntries(incident, operations, context);
  const calls = operations.flatMap((operation) =>
    callEntries(operation, context).map((entry) => ({ at: entry.at, entry })),
  );
  const entries = [...lines, ...known, ...proposed, ...cards, ...calls]
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
  return { incident: incident.opened.incident, root: incidentCard(incident, context), entries };
}

/** Each stands where it was proposed; what becomes of it is on its card, and what is asked for by it has its own. */
function proposalEntries(
  incident: Incident,
  operations: readonly OperationState[],
  words: ThreadContext,
) {
  return proposalsOf(incident).map((proposal) => {
    const asked = operations.find(({ id }) => id === proposal.request?.operation);
    const card = proposalCard(proposal, asked, { incident, words });
    return { at: proposal.at, entry: { kind: 'card', key: card.key, card } as const };
  });
}

/** It stands where the first of it was known, and grows there. */
function knownEntry(incident: Incident, context: ThreadContext) {
  const card = knownCard(incident, context);
  if (!card) return [];
  return [{ at: incident.known?.at ?? 0, entry: { kind: 'card', key: card.key, card } as const }];
}

/** An operation asked outside any incident is a thread of its own. */
export function operationThread(operation: OperationState, context: ThreadContext): Thread {
  const card = operationCard(operation, {
    ...context,
    ...waitingOf(operation, context),
    alert: alertOf(undefined),
  });
  return {
    incident: operation.id,
    root: { ...card, key: 'root' },
    entries: callEntries(operation, context),
  };
}

function waitingOf(operation: OperationState, { heldBy, full }: ThreadContext) {
  return { heldBy: heldBy(operation), full: full?.(operation) };
}

/** What an operation's card says of the alert that it was asked about; an incident that somebody declared has none. */
export function alertOf(incident: Incident | undefined): OperationCardContext['alert'] {
  if (!incident || incident.alerts.size === 0) return 'none';
  return incident.firing > 0 ? 'firing' : 'stopped';
}

/** What an operation calls people for. */
function callEntries(operation: OperationState, context: ThreadContext) {
  const lines = [
    ...glassLines(operation, context),
    ...tellLines(operation, context),
    ...fuseLines(operation.id, context.halts),
  ];
  return lines.map((line) => ({ kind: 'line', ...line }) as const);
}

function operationEntry(operation: OperationState, context: OperationCardContext): Entry {
  const card = operationCard(operation, context);
  return { kind: 'card', key: card.key, card };
}
