import type { Facts } from '../../../core/problem.ts';
import type { Reach, Topology } from '../topology.ts';

/** What a plan shows of the servers, and what must still be so when it begins. */
export function shownOf({ primary, candidates, system, timeline }: Topology): Facts {
  return {
    primary: primary.node.name,
    answers: primary.state !== undefined,
    system,
    timeline,
    replicas: candidates
      .map(({ node }) => node.name)
      .sort()
      .join(', '),
  };
}

export async function shownRepoints(_reach: Reach): Promise<Facts> {
  return {};
}
