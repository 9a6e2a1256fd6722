import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { type ClusterNode, readCluster } from '../cluster.ts';
import type { Connections } from '../connection.ts';
import type { NodesConfig } from '../schema.ts';
import { type Member, member } from '../topology.ts';
import { closest } from './place.ts';

/** https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */
export const slotsOfACluster = 16_384;

/** One master and whom it is copied from. */
export interface Shard {
  /** As `CLUSTER NODES` writes them: `0-5460`. */
  readonly slots: readonly string[];
  readonly from: Member;
}

export interface ClusterReach {
  readonly config: NodesConfig;
  readonly connections: Connections;
}

/** Every master with slots, in the order of these. Rejects where slots move, or nobody serves some of them. */
export async function shardsOf({ config, connections }: ClusterReach): Promise<readonly Shard[]> {
  const { nodes } = await readCluster({ config, connections });
  const masters = nodes
    .filter(({ isMaster, slots }) => isMaster && slots.length > 0)
    .sort((a, b) => firstOf(a) - firstOf(b));
  const covered = coveredBy(masters.flatMap(({ slots }) => slots));
  if (covered < slotsOfACluster) {
    throw trouble('REDIS_BACKUP_SLOTS_MISSING', config, { covered });
  }
  const shards: Shard[] = [];
  for (const master of masters) {
    await checkStill(master, { config, connections });
    shards.push({ slots: master.slots, from: await copiedOf(master, nodes, connections) });
  }
  return shards;
}

/** Rejects where other slots are told of than were copied. */
export async function checkSame(then: readonly Shard[], reach: ClusterReach): Promise<void> {
  const now = await shardsOf(reach);
  if (layoutOf(now) === layoutOf(then)) return;
  const why = 'It has changed while the masters were copied';
  throw trouble('REDIS_BACKUP_SLOTS_MOVE', reach.config, { why });
}

/** How many different slots are in such ranges. */
export function coveredBy(ranges: readonly string[]): number {
  const covered = new Set<number>();
  for (const range of ranges) {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    for (let slot = from; slot <= to && slot < slotsOfACluster; slot += 1) covered.add(slot);
  }
  return covered.size;
}

/** A node tells of its own slots alone that they move: `[93->-ID]` and `[93-<-ID]`. */
async function checkStill({ address, name }: ClusterNode, reach: ClusterReach): Promise<void> {
  const text = await reach.connections.server(address, async (node) =>
    String(await node.call('CLUSTER', 'NODES')),
  );
  const own = text.split('\n').find((line) => /\bmyself\b/.test(line)) ?? '';
  const moving = own.match(/\[\d+-[<>]-/g) ?? [];
  if (moving.length === 0) return;
  const why = `${moving.length} of ${name} are on their way`;
  throw trouble('REDIS_BACKUP_SLOTS_MOVE', reach.config, { why });
}

async function copiedOf(
  { id, address }: ClusterNode,
  nodes: readonly ClusterNode[],
  connections: Connections,
): Promise<Member> {
  const master = await member({ connections }, address);
  const looked = await Promise.all(
    nodes
      .filter(({ masterId, isFailing }) => masterId === id && !isFailing)
      .map((each) => member({ connections }, each.address).catch(() => undefined)),
  );
  return closest({ master, replicas: looked.flatMap((each) => (each?.linked ? [each] : [])) });
}

function layoutOf(shards: readonly Shard[]): string {
  return shards.map(({ slots }) => slots.join(' ')).join('\n');
}

function firstOf({ slots }: ClusterNode): number {
  return Number(slots[0]?.split('-')[0]);
}

function trouble(code: string, { target }: NodesConfig, facts: Facts): ProblemError {
  return new ProblemError(problem(code, { ...facts, target }));
}
