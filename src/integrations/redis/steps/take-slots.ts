import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, Checked, Observed, StepDriver } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import {
  type ClusterNode,
  type ClusterView,
  hasMajority,
  hasSlot,
  masterOf,
  readCluster,
} from '../cluster.ts';
import type { Server } from '../connection.ts';
import { isReplicaOf, readReplication } from '../replication.ts';
import { type Address, addressOf } from '../schema.ts';
import type { NodesReach } from '../servers.ts';
import { type Member, member } from '../topology.ts';
import { refusedOr, watched } from './master.ts';

/** `takeover` asks nobody: https://redis.io/docs/latest/commands/cluster-failover/ */
export type How = 'handshake' | 'force' | 'takeover';

/**
 * `CLUSTER FAILOVER`, told to the replica. Its OK only says that it was heard: a handshake can run into its time, and
 * FORCE without a majority does nothing at all. So what the nodes say afterwards counts, and the epoch of the shard.
 */
export function takeSlotsDriver(reach: NodesReach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4 + heldMs,
    check: (step) => check(reach, step),
    apply: (step, { token }) => apply(reach, step, token),
    async probe(step, { token }) {
      const view = await readCluster(reach).catch(() => undefined);
      const node = view && nodeOf(view, step);
      return node && holds(node, step) && node.epoch > Number(token) ? 'yes' : 'cannot-know';
    },
    observe: (step) => observe(reach, step),
    undo: () => 'irreversible',
  };
}

/** A replica goes on trying this long, in the time of its cluster: node-timeout times two, twice. */
const heldMs = 60_000;

/** What the plan showed and the step holds the cluster to. */
export function seenOf(view: ClusterView, node: ClusterNode, replica: Member): Facts {
  const master = masterOf(view, node);
  return {
    master: master?.name ?? 'none',
    masterId: node.masterId,
    handshake: canHandOver(master, replica),
    majority: hasMajority(view),
  };
}

/** A master that answers its replica can hand over; one that does not is replaced by vote. */
export function canHandOver(master: ClusterNode | undefined, replica: Member): boolean {
  return replica.linked && master?.isFailing === false;
}

async function check(reach: NodesReach, step: Step): Promise<Checked> {
  try {
    const { view, moved } = await compared(reach, step);
    return moved
      ? { ok: false, problem: problem('PLAN_STALE', { target: step.target.id, ...moved }) }
      : { ok: true, token: String(epochOf(view, step)) };
  } catch (error) {
    return refusedOr(error);
  }
}

async function apply(reach: NodesReach, step: Step, token: string): Promise<Applied> {
  const how = String(step.params['how']);
  let isSent = false;
  try {
    const { view, moved } = await compared(reach, step);
    if (moved || String(epochOf(view, step)) !== token) return { outcome: 'moved' };
    return await reach.connections.server(addressIn(step, 'replica'), async (replica) => {
      isSent = true;
      const more = how === 'handshake' ? [] : [how.toUpperCase()];
      await replica.call('CLUSTER', 'FAILOVER', ...more);
      return { outcome: 'applied' };
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const isLost = isSent && error.problem.code === 'REDIS_NO_ANSWER';
    return { outcome: isLost ? 'unknown' : 'refused', problem: error.problem };
  }
}

async function observe(reach: NodesReach, step: Step): Promise<Observed> {
  const how = String(step.params['how']);
  const replica = String(step.params['replica']);
  const silently = how === 'force' ? '; FORCE was heard, and no majority voted for it yet' : '';
  let isDown = false;
  const observed = await watched(`${replica} becomes master${silently}`, async () => {
    // It refuses while nodes differ, so all that answer name the same holder.
    const view = await readCluster(reach);
    const node = nodeOf(view, step);
    if (!node || !holds(node, step)) return false;
    isDown = await reach.connections.server(node.address, (server) => isClusterDown(server, node));
    if (how !== 'handshake') return true;
    const old = await reach.connections.server(addressIn(step, 'master'), readReplication);
    return !isDown && isReplicaOf(old, node.address) && old.linked;
  });
  const what = `${replica} is master; the cluster takes no writes while other slots have none`;
  return observed.state === 'done' && isDown
    ? { ...observed, progress: { done: 1, of: 1, what } }
    : observed;
}

/** After a forced failover of one shard others may still have no master, and then nobody takes writes. */
async function isClusterDown(server: Server, node: ClusterNode): Promise<boolean> {
  try {
    await proveSlotWrite(server, node);
    return false;
  } catch (error) {
    const isSaid =
      error instanceof ProblemError && /CLUSTERDOWN/.test(String(error.problem.facts['why']));
    if (isSaid) return true;
    throw error;
  }
}

async function compared(
  reach: NodesReach,
  step: Step,
): Promise<{ readonly view: ClusterView; readonly moved: Facts | undefined }> {
  const view = await readCluster(reach);
  const node = nodeOf(view, step);
  const replica = await member(reach, addressIn(step, 'replica'));
  const seen: Facts = node ? seenOf(view, node, replica) : {};
  for (const [field, planned] of Object.entries(step.preconditions)) {
    const observed = seen[field] ?? '';
    if (observed !== planned) return { view, moved: { field, planned, observed } };
  }
  return { view, moved: undefined };
}

/** Of the shard: its master's, for a replica has none of its own. */
function epochOf(view: ClusterView, { params }: Step): number {
  return view.nodes.find(({ id }) => id === params['masterId'])?.epoch ?? 0;
}

function nodeOf(view: ClusterView, { params }: Step): ClusterNode | undefined {
  return view.nodes.find(({ id }) => id === params['replicaId']);
}

function holds(node: ClusterNode, { params }: Step): boolean {
  return node.isMaster && hasSlot(node, Number(params['slot']));
}

const keysMax = 200;

/** A write that this node must take: a key of ours in one of its slots, found by asking. It is gone afterwards. */
async function proveSlotWrite(server: Server, node: ClusterNode): Promise<void> {
  for (let count = 0; count < keysMax; count += 1) {
    const key = `tocsin:proof:${count}`;
    if (!hasSlot(node, Number(await server.call('CLUSTER', 'KEYSLOT', key)))) continue;
    await server.call('SET', key, '1', 'EX', '60');
    await server.call('DEL', key);
    return;
  }
}

function addressIn({ params, target }: Step, name: 'replica' | 'master'): Address {
  const address = addressOf(params[name]);
  if (address) return address;
  throw new ProblemError(problem('REDIS_NO_MASTER', { target: target.id, told: '' }));
}
