import type { Change, Risk } from '../operation/plan.ts';
import type { Evidence } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import type { RequestRefused } from './event.ts';
import type { Incident, IncidentMeta, IncidentState } from './incident.ts';

/*
 * What is no person may say what could be done, and no more: a proposal asks for nothing. Whoever presses it is the
 * requester, under the policy that holds for them, and approves nothing by that.
 */

/** Something that is no person. `token`: a program with an API token of scope `commands`. */
export interface Proposer {
  readonly kind: 'token' | 'watch';
  /** As the configuration has it. */
  readonly name: string;
}

/** Which proposal an operation was asked for by. */
export interface ProposedBy {
  readonly proposal: string;
  readonly proposer: Proposer;
}

export type ProposalEvent =
  | ProposalMade
  | ProposalJoined
  | ProposalRequested
  | ProposalWithdrawn
  | ProposalDismissed
  | ProposalExpired;

/** A line that somebody may ask for, with who proposes it and why. */
export interface ProposalMade extends Proposed {
  readonly type: 'ProposalMade';
  readonly v: 1;
}

export interface Proposed {
  /** `pr-3f9a2c7d11`. */
  readonly proposal: string;
  readonly proposer: Proposer;
  /** As a person would type it; it names service and environment. */
  readonly line: string;
  readonly verb: string;
  readonly service: string;
  readonly environment: string;
  /** Two proposals of one incident are the same where this is. */
  readonly same: string;
  readonly why: string;
  /** ms. */
  readonly until: number;
  readonly sketch: Sketch;
}

/** What would be done, as it was drafted when it was proposed. Nothing of it is ever run: whoever asks gets a plan made anew. */
export type Sketch =
  | {
      readonly ok: true;
      readonly at: number;
      readonly risk: Risk;
      readonly targets: readonly string[];
      readonly diff: readonly Change[];
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly at: number; readonly problem: Problem };

/** Somebody else proposes the same while it lives. */
export interface ProposalJoined {
  readonly type: 'ProposalJoined';
  readonly v: 1;
  readonly proposal: string;
  readonly proposer: Proposer;
  readonly why: string;
}

/** A person asked for it: the operation is theirs. In the same append as what they asked for. */
export interface ProposalRequested {
  readonly type: 'ProposalRequested';
  readonly v: 1;
  readonly proposal: string;
  readonly operation: string;
  readonly person: string;
  readonly surface: string;
}

/** Whoever proposed it takes it back. */
export interface ProposalWithdrawn {
  readonly type: 'ProposalWithdrawn';
  readonly v: 1;
  readonly proposal: string;
  readonly proposer: Proposer;
  readonly why: string;
}

/** A person wants it gone. */
export interface ProposalDismissed {
  readonly type: 'ProposalDismissed';
  readonly v: 1;
  readonly proposal: string;
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
}

/** For what is shown: nothing relies on it being on time. */
export interface ProposalExpired {
  readonly type: 'ProposalExpired';
  readonly v: 1;
  readonly proposal: string;
}

export interface ProposalState extends Proposed {
  readonly at: number;
  /** Who proposed the same later. */
  readonly joined: readonly { readonly proposer: Proposer; readonly why: string }[];
  /** Who asked for it last; an operation that came to nothing lets another one be asked for. */
  readonly request?: {
    readonly operation: string;
    readonly person: string;
    readonly surface: string;
    readonly at: number;
  };
  readonly ended?: {
    /** `resolved`: its incident was. */
    readonly how: 'withdrawn' | 'dismissed' | 'expired' | 'resolved';
    readonly at: number;
    /** The person who dismissed it. */
    readonly person: string;
    readonly why: string;
  };
}

export type ProposalIntent =
  | ({ readonly type: 'Propose'; readonly at: number } & Proposed)
  | {
      readonly type: 'WithdrawProposal';
      readonly at: number;
      readonly proposal: string;
      readonly proposer: Proposer;
      readonly why: string;
    }
  | {
      readonly type: 'DismissProposal';
      readonly at: number;
      readonly by: Evidence;
      readonly proposal: string;
      readonly reason: string;
    }
  | {
      readonly type: 'RequestProposal';
      readonly at: number;
      readonly by: Evidence;
      readonly proposal: string;
      readonly operation: string;
      /** The operation that was asked for before has ended, and not well. Read in the same append. */
      readonly isFree: boolean;
    }
  | { readonly type: 'ExpireProposals'; readonly at: number };

/** So many live ones an incident holds: more would be a wall that nobody reads. */
export const PROPOSALS_LIVE_MAX = 10;
/** So many joined one. */
const JOINED_MAX = 10;
/** Those that are over and were shown long ago leave memory; the record keeps them. */
const PROPOSALS_KEPT_MAX = 50;
export const WHY_MAX = 500;

export function decideProposal(
  intent: ProposalIntent,
  state: IncidentState,
): readonly (ProposalEvent | RequestRefused)[] {
  switch (intent.type) {
    case 'Propose':
      return propose(intent, state);
    case 'WithdrawProposal':
      return withdraw(intent, state);
    case 'DismissProposal':
      return dismiss(intent, state);
    case 'RequestProposal':
      return request(intent, state);
    case 'ExpireProposals':
      return proposalsOf(state)
        .filter(({ ended, until }) => !ended && intent.at >= until)
        .map(({ proposal }) => ({ type: 'ProposalExpired', v: 1, proposal }));
  }
}

type Of<T extends ProposalIntent['type']> = Extract<ProposalIntent, { readonly type: T }>;

/** Quiet where nothing comes of it: a program reads from the state what became of what it proposed. */
function propose(intent: Of<'Propose'>, state: IncidentState): readonly ProposalEvent[] {
  const { type: _, at, ...proposed } = intent;
  if (state.status !== 'open' || proposalIn(state, proposed.proposal)) return [];
  const same = sameProposal(state, proposed.same, at);
  if (same) {
    const { proposal, proposer, joined } = same;
    const known = [proposer, ...joined.map((each) => each.proposer)];
    const isKnown = known.some((each) => isSameProposer(each, proposed.proposer));
    if (isKnown || joined.length >= JOINED_MAX) return [];
    const { why } = proposed;
    return [{ type: 'ProposalJoined', v: 1, proposal, proposer: proposed.proposer, why }];
  }
  if (liveProposals(state, at).length >= PROPOSALS_LIVE_MAX || at >= proposed.until) return [];
  return [{ type: 'ProposalMade', v: 1, ...proposed }];
}

/** Only whoever proposed it; a watch does not speak for a token of its name. */
function withdraw(intent: Of<'WithdrawProposal'>, state: IncidentState): readonly ProposalEvent[] {
  const { at, proposal, proposer, why } = intent;
  const found = proposalIn(state, proposal);
  if (!found || !isLive(found, at) || !isSameProposer(found.proposer, proposer)) return [];
  return [{ type: 'ProposalWithdrawn', v: 1, proposal, proposer, why }];
}

function dismiss(
  { at, by, proposal, reason }: Of<'DismissProposal'>,
  state: IncidentState,
): readonly (ProposalEvent | RequestRefused)[] {
  const because = whyOver(proposal, state, at);
  if (because) return [refused(by, `dismiss ${proposal}`, because)];
  const { person, surface } = by;
  return [{ type: 'ProposalDismissed', v: 1, proposal, person, surface, reason }];
}

function request(
  { at, by, proposal, operation, isFree }: Of<'RequestProposal'>,
  state: IncidentState,
): readonly (ProposalEvent | RequestRefused)[] {
  const because = whyOver(proposal, state, at);
  if (because) return [refused(by, `request ${proposal}`, because)];
  const before = proposalIn(state, proposal)?.request;
  if (before?.operation === operation) return [];
  if (before && !isFree) {
    return [refused(by, `request ${proposal}`, alreadyRequested(proposal, before))];
  }
  const { person, surface } = by;
  return [{ type: 'ProposalRequested', v: 1, proposal, operation, person, surface }];
}

/** Why nobody can ask for it any more; undefined while somebody can. */
export function whyOver(proposal: string, state: IncidentState, at: number): Problem | undefined {
  const found = proposalIn(state, proposal);
  if (!found) return problem('PROPOSAL_UNKNOWN', { proposal });
  const { ended, until } = found;
  if (ended) return problem(OVER[ended.how], { proposal, person: ended.person, why: ended.why });
  if (at >= until) return problem('PROPOSAL_EXPIRED', { proposal, person: '', why: '' });
  return undefined;
}

const OVER = {
  withdrawn: 'PROPOSAL_WITHDRAWN',
  dismissed: 'PROPOSAL_DISMISSED',
  expired: 'PROPOSAL_EXPIRED',
  resolved: 'PROPOSAL_INCIDENT_OVER',
} as const;

export function alreadyRequested(
  proposal: string,
  { person, operation }: { readonly person: string; readonly operation: string },
): Problem {
  return problem('PROPOSAL_REQUESTED', { proposal, person, operation });
}

function refused(by: Evidence, what: string, because: Problem): RequestRefused {
  const { person, surface } = by;
  return { type: 'RequestRefused', v: 1, person, surface, what, problem: because };
}

export function proposalsOf(state: IncidentState): readonly ProposalState[] {
  return state.status === 'none' ? [] : (state.proposals ?? []);
}

export function proposalIn(state: IncidentState, proposal: string): ProposalState | undefined {
  return proposalsOf(state).find((each) => each.proposal === proposal);
}

/** The live one that says the same. */
export function sameProposal(
  state: IncidentState,
  same: string,
  at: number,
): ProposalState | undefined {
  return liveProposals(state, at).find((each) => each.same === same);
}

export function liveProposals(state: IncidentState, at: number): readonly ProposalState[] {
  return proposalsOf(state).filter((each) => isLive(each, at));
}

export function isLive({ ended, until }: ProposalState, at: number): boolean {
  return !ended && at < until;
}

export function isSameProposer(one: Proposer, other: Proposer): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** `token deploy-bot`, `watch checkout-cache`: as it is said and written. */
export function proposerName({ kind, name }: Proposer): string {
  return `${kind} ${name}`;
}

export function isProposalEvent<E extends { readonly type: string }>(
  event: E,
): event is Extract<E, ProposalEvent> {
  return event.type.startsWith('Proposal');
}

/** With an event of its own. */
export function proposalsAfter(
  before: readonly ProposalState[] | undefined,
  event: ProposalEvent,
  { at }: Pick<IncidentMeta, 'at'>,
): readonly ProposalState[] {
  const all = before ?? [];
  switch (event.type) {
    case 'ProposalMade': {
      const { type: _, v: __, ...proposed } = event;
      return kept([...all, { ...proposed, at, joined: [] }]);
    }
    case 'ProposalJoined': {
      const { proposer, why } = event;
      return on(all, event, (each) => ({ ...each, joined: [...each.joined, { proposer, why }] }));
    }
    case 'ProposalRequested': {
      const { operation, person, surface } = event;
      return on(all, event, (each) => ({ ...each, request: { operation, person, surface, at } }));
    }
    case 'ProposalWithdrawn':
      return on(all, event, ended('withdrawn', { at, person: '', why: event.why }));
    case 'ProposalDismissed':
      return on(all, event, ended('dismissed', { at, person: event.person, why: event.reason }));
    case 'ProposalExpired':
      return on(all, event, ended('expired', { at, person: '', why: '' }));
  }
}

/** Nothing of an incident that was closed comes alive with it again. */
export function proposalsResolved(state: Incident, at: number): Incident {
  const { proposals } = state;
  if (!proposals?.some((each) => !each.ended)) return state;
  const over = ended('resolved', { at, person: '', why: '' });
  return { ...state, proposals: proposals.map((each) => (each.ended ? each : over(each))) };
}

function ended(
  how: NonNullable<ProposalState['ended']>['how'],
  facts: { readonly at: number; readonly person: string; readonly why: string },
) {
  return (each: ProposalState): ProposalState => ({ ...each, ended: { how, ...facts } });
}

function on(
  all: readonly ProposalState[],
  { proposal }: { readonly proposal: string },
  change: (each: ProposalState) => ProposalState,
): readonly ProposalState[] {
  return all.map((each) => (each.proposal === proposal ? change(each) : each));
}

function kept(all: readonly ProposalState[]): readonly ProposalState[] {
  if (all.length <= PROPOSALS_KEPT_MAX) return all;
  const oldest = all.find((each) => each.ended);
  return oldest ? all.filter((each) => each !== oldest) : all;
}
