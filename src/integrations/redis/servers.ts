import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import { type NodesConfig, said } from './schema.ts';
import { type Member, member, type Reachable } from './topology.ts';

/** A master and its replicas, as they tell it themselves: nobody else looks after them. */
export interface Pair {
  readonly master: Member;
  /** Those that can be promoted, the furthest first. */
  readonly replicas: readonly Member[];
  /** Configured servers that do not answer. */
  readonly silent: readonly string[];
}

export interface NodesReach extends Reachable {
  readonly config: NodesConfig;
}

/** Refuses where none or more than one of the configured servers calls itself master. */
export async function readServers(reach: NodesReach): Promise<Pair> {
  const { config } = reach;
  const asked = await Promise.all(
    config.nodes.map(async (address) => ({
      address,
      found: await member(reach, address).catch(() => undefined),
    })),
  );
  const masters = asked.flatMap(({ found }) => (found?.role === 'master' ? [found] : []));
  const [master, second] = masters;
  if (!master) throw trouble('REDIS_NOBODY_LEADS', config, {});
  if (second) {
    const told = masters.map(({ name }) => name).join(', ');
    throw trouble('REDIS_SEVERAL_MASTERS', config, { told });
  }
  // By the addresses that the master knows them by: another spelling is no replica to it.
  const looked = await Promise.all(
    master.replicas.map((address) => member(reach, address).catch(() => undefined)),
  );
  return {
    master,
    replicas: looked
      .flatMap((each) => (each?.linked && each.priority > 0 ? [each] : []))
      .sort((a, b) => b.offset - a.offset || (a.name < b.name ? -1 : 1)),
    silent: asked.flatMap(({ address, found }) => (found ? [] : [said(address)])),
  };
}

function trouble(code: string, { target }: NodesConfig, facts: Facts): ProblemError {
  return new ProblemError(problem(code, { ...facts, target }));
}
