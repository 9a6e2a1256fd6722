import { ProblemError, problem } from '../../core/problem.ts';
import { type Address, addressOf, said } from './schema.ts';
import type { NodesReach } from './servers.ts';

/** A Redis Cluster as its nodes tell it. */
export interface ClusterView {
  /** From the first node that answered. */
  readonly nodes: readonly ClusterNode[];
  /** Masters with slots: how many there are, and how many are not failing. A vote needs more than half. */
  readonly masters: number;
  readonly voting: number;
  readonly silent: readonly string[];
}

export interface ClusterNode {
  readonly id: string;
  readonly name: string;
  readonly address: Address;
  readonly isMaster: boolean;
  /** Of a replica: the id of its master. */
  readonly masterId: string;
  readonly isFailing: boolean;
  /** Rises with every failover of its shard. */
  readonly epoch: number;
  /** As `CLUSTER NODES` writes them, without those that move. */
  readonly slots: readonly string[];
}

/** Refuses where the configured nodes differ about who holds the slots. */
export async function readCluster({ config, connections }: NodesReach): Promise<ClusterView> {
  const asked = await Promise.all(
    config.nodes.map(async (address) => ({
      address,
      nodes: await connections
        .server(address, async (node) => parseNodes(String(await node.call('CLUSTER', 'NODES'))))
        .catch((error: unknown) => {
          if (error instanceof ProblemError) return undefined;
          throw error;
        }),
    })),
  );
  const told = asked.flatMap(({ nodes }) => (nodes ? [nodes] : []));
  const [nodes] = told;
  const facts = { target: config.target };
  if (!nodes) throw new ProblemError(problem('REDIS_CLUSTER_SILENT', facts));
  const holders = new Set(told.map((each) => holdersOf(each)));
  if (holders.size > 1) throw new ProblemError(problem('REDIS_CLUSTER_DISAGREES', facts));
  // One that anybody sees failing may not vote.
  const failing = new Set(told.flat().flatMap(({ id, isFailing }) => (isFailing ? [id] : [])));
  const masters = nodes.filter(({ isMaster, slots }) => isMaster && slots.length > 0);
  return {
    nodes: nodes.map((node) => ({ ...node, isFailing: failing.has(node.id) })),
    masters: masters.length,
    voting: masters.filter(({ id }) => !failing.has(id)).length,
    silent: asked.flatMap(({ address, nodes: found }) => (found ? [] : [said(address)])),
  };
}

export function hasMajority({ masters, voting }: ClusterView): boolean {
  return voting * 2 > masters;
}

/**
 * `id ip:port@bus[,name] flags master ping pong epoch link slots…`, one a line.
 * https://redis.io/docs/latest/commands/cluster-nodes/
 */
export function parseNodes(text: string): readonly ClusterNode[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', place = '', flags = '', master = '', , , epoch = '', , ...slots] = line
      .trim()
      .split(' ');
    const address = addressOf(place.split('@')[0]);
    if (id === '' || !address) return [];
    const marks = flags.split(',');
    if (marks.includes('noaddr') || marks.includes('handshake')) return [];
    return [
      {
        id,
        address,
        name: said(address),
        isMaster: marks.includes('master'),
        masterId: master === '-' ? '' : master,
        isFailing: marks.includes('fail') || marks.includes('fail?'),
        epoch: Number(epoch),
        slots: slots.filter((slot) => !slot.startsWith('[')),
      },
    ];
  });
}

export function hasSlot({ slots }: ClusterNode, slot: number): boolean {
  return slots.some((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    return slot >= from && slot <= to;
  });
}

export function nodeNamed(view: ClusterView, name: string): ClusterNode | undefined {
  return view.nodes.find((node) => node.name === name || node.id === name);
}

export function masterOf(view: ClusterView, { masterId }: ClusterNode): ClusterNode | undefined {
  return view.nodes.find(({ id }) => id === masterId);
}

function holdersOf(nodes: readonly ClusterNode[]): string {
  return nodes
    .filter(({ isMaster, slots }) => isMaster && slots.length > 0)
    .map(({ id, slots }) => `${id} ${slots.join(' ')}`)
    .sort()
    .join('\n');
}
