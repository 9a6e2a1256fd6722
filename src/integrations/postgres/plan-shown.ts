import type { PlanTarget } from '../../core/operation/plan.ts';
import { splitWords } from '../../core/operation/split-brain.ts';
import type { Facts } from '../../core/problem.ts';
import { nameOf, type Pointed } from './repointing.ts';
import type { Reach, Standby, Topology } from './topology.ts';

/** All that a plan is made of. */
export interface Shown {
  readonly reach: Reach;
  readonly topology: Topology;
  readonly target: PlanTarget;
  readonly mode: 'planned' | 'forced';
  /** Furthest received first; one where it was named. */
  readonly candidates: readonly Standby[];
  /** The replica that was named; empty for the rule. */
  readonly to: string;
  /** Where the entries of `repoint` send clients, in their order. */
  readonly pointed: readonly Pointed[];
  /** Replicas that follow the old primary by its address and may be turned. */
  readonly followers: readonly string[];
  /** Nothing keeps the old primary from writing; it can only be asked. */
  readonly isUnfenced: boolean;
  /** What taking the fence back needs. */
  readonly note: string;
}

/** Nothing stops it between the fence and the new primary: a service that is fenced has no writer. */
export function whole({ target, reach, topology, mode, candidates, to, isUnfenced, note }: Shown) {
  return {
    v: 1,
    target,
    at: { integration: 'postgres', target: reach.config.target, locator: {} },
    undo: 'irreversible',
    guard: 'conditional',
    critical: true,
    params: {
      primary: topology.primary.node.name,
      system: topology.system,
      timeline: topology.timeline,
      candidates: candidates
        .map(({ node }) => node.name)
        .sort()
        .join(', '),
      received: candidates[0]?.received ?? '',
      mode,
      ...(to === '' ? {} : { to }),
      ...(note === '' ? {} : { fence: note }),
      ...(isUnfenced ? { accepted: splitWords } : {}),
    },
  } as const;
}

/** Where clients are sent now, as the first step compares it. */
export function briefsOf({ reach, pointed }: Shown): Facts {
  return Object.fromEntries(
    reach.config.repoint.map((each, index) => [nameOf(each), pointed[index]?.brief ?? '']),
  );
}
