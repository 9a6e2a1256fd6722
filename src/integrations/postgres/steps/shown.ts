import type { Facts } from '../../../core/problem.ts';
import { pointedTo } from '../repointing.ts';
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

/** File → the beginning of its digest. Throws where one does not point to this node. */
export async function shownFiles({ config }: Reach, primary: NodeConfig): Promise<Facts> {
  const shown: Record<string, string> = {};
  for (const each of config.repoint) {
    shown[each.file] = (await pointedTo(each, primary)).digest.slice(0, 12);
  }
  return shown;
}
