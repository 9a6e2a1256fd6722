import type { ProposalState } from '../core/incident/proposal.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Desk } from '../handlers/desk.ts';
import {
  type Proposal,
  type Proposing,
  proposalsFor,
  propose,
  withdrawProposal,
} from '../handlers/propose.ts';
import { createBuckets } from './security/buckets.ts';

/** What something that is no person may say. None of it can ask for anything. */
export interface Proposals {
  propose(asked: Proposing): Promise<Proposal | Problem>;
  withdraw(
    asked: Pick<Proposing, 'incident' | 'proposer' | 'why'> & { readonly proposal: string },
  ): Promise<ProposalState | Problem>;
  list(incident: string): Promise<readonly ProposalState[] | Problem>;
}

/** What one token may propose, and take back: a draft reads targets. */
const burst = 10;
const perMinute = 30;
const keysMax = 100;

export function createProposals(
  desk: Desk,
  {
    now,
    refused,
  }: {
    readonly now: () => number;
    /** Counts what was refused at a door. */
    readonly refused: (door: string, code: string) => void;
  },
): Proposals {
  const buckets = createBuckets({ burst, perMinute, keysMax });

  function tooMany({ proposer }: Pick<Proposing, 'proposer'>): Problem | undefined {
    if (proposer.kind !== 'token') return undefined;
    const waitMs = buckets.take(proposer.name, now());
    if (waitMs === 0) return undefined;
    refused('console', 'TOO_MANY_REQUESTS');
    return problem('TOO_MANY_REQUESTS', { seconds: Math.ceil(waitMs / 1000) });
  }

  return {
    propose: async (asked) => tooMany(asked) ?? propose(desk, asked),
    withdraw: async (asked) => tooMany(asked) ?? withdrawProposal(desk, asked),
    list: (incident) => proposalsFor(desk, incident),
  };
}
