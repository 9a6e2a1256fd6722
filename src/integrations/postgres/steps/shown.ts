import type { Facts } from '../../../core/problem.ts';
import { nameOf, pointedTo } from '../repointing.ts';
import type { NodeConfig } from '../schema.ts';
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

/** Entry of `repoint` → where it sends clients. Throws where one does not send them to this node. */
export async function shownPointed({ config }: Reach, primary: NodeConfig): Promise<Facts> {
  const shown: Record<string, string> = {};
  for (const each of config.repoint) {
    shown[nameOf(each)] = (await pointedTo(each, primary)).brief;
  }
  return shown;
}
