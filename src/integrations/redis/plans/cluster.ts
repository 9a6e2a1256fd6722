import type { Step } from '../../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import {
  type ClusterNode,
  type ClusterView,
  hasMajority,
  masterOf,
  nodeNamed,
  readCluster,
} from '../cluster.ts';
import type { NodesReach } from '../servers.ts';
import { takeSlotsKind } from '../steps/kinds.ts';
import { canHandOver, type How, seenOf } from '../steps/take-slots.ts';
import { member } from '../topology.ts';
import { namedIn, wholeOf } from './base.ts';

/** One step, told to the replica that is to take over: which one decides which master it replaces. */
export async function draftTakeSlots(request: DraftRequest, reach: NodesReach): Promise<Draft> {
  const view = await readCluster(reach);
  const named = namedIn(request);
  const node = named === '' ? await onlyReplica(reach, view) : nodeNamed(view, named);
  const { target } = request.target;
  if (!node) {
    const code = named === '' ? 'REDIS_WHICH_REPLICA' : 'REDIS_NOT_TO';
    return no(code, { target, to: named, why: replicasIn(view) });
  }
  const master = masterOf(view, node);
  if (node.isMaster || !master) {
    return no('REDIS_NOT_TO', { target, to: node.name, why: replicasIn(view) });
  }
  const replica = await member(reach, node.address);
  const how = canHandOver(master, replica) ? 'handshake' : 'force';
  const refused = refusal(request, { view, how, node });
  if (refused) return { ok: false, problem: refused };
  const chosen: How = request.args['mode'] === 'takeover' ? 'takeover' : how;
  const step = stepOf(request, { node, master, how: chosen, seen: seenOf(view, node, replica) });
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: warningsOf(view, { how: chosen, master }),
    blast: {
      redis: target,
      master: master.name,
      slots: master.slots.join(' '),
      masters: view.masters,
      ...figuresOf(chosen, master),
    },
    risk: 'danger',
    ...(chosen === 'takeover' && {
      splitBrain: {
        old: master.name,
        because:
          'its slots are taken without a vote; where it lives beyond a split network, it goes on taking writes there',
      },
    }),
  };
}

function refusal(
  { target: { target }, args }: DraftRequest,
  { view, how, node }: { view: ClusterView; how: How; node: ClusterNode },
): Problem | undefined {
  const votes = { target, voting: view.voting, masters: view.masters };
  const isTakeover = args['mode'] === 'takeover';
  const isNeeded = how === 'force' && !hasMajority(view);
  if (isTakeover) return isNeeded ? undefined : problem('REDIS_TAKEOVER_NEEDLESS', votes);
  return isNeeded ? problem('REDIS_NO_MAJORITY', { ...votes, to: node.name }) : undefined;
}

/** Where only one replica can be meant: that of the one master that fails, or of the only master. */
async function onlyReplica(reach: NodesReach, view: ClusterView): Promise<ClusterNode | undefined> {
  const masters = view.nodes.filter(({ isMaster, slots }) => isMaster && slots.length > 0);
  const failing = masters.filter(({ isFailing }) => isFailing);
  const [master, more] = failing.length > 0 ? failing : masters;
  if (!master || more) return undefined;
  const replicas = view.nodes.filter(
    ({ masterId, isFailing }) => masterId === master.id && !isFailing,
  );
  const looked = await Promise.all(
    replicas.map(async (node) => ({
      node,
      offset: await member(reach, node.address).then(
        ({ offset }) => offset,
        () => -1,
      ),
    })),
  );
  const [best] = looked
    .filter(({ offset }) => offset >= 0)
    .sort((a, b) => b.offset - a.offset || (a.node.name < b.node.name ? -1 : 1));
  return best?.node;
}

interface Choice {
  readonly node: ClusterNode;
  readonly master: ClusterNode;
  readonly how: How;
  readonly seen: Facts;
}

function stepOf(request: DraftRequest, { node, master, how, seen }: Choice): Step {
  const slots = master.slots.join(' ');
  return {
    ...wholeOf(request, master.id),
    id: 's1',
    kind: takeSlotsKind,
    change: [
      { path: `master of slots ${slots}`, what: 'changed', from: master.name, to: node.name },
      ...(how === 'handshake'
        ? ([
            { path: master.name, what: 'changed', from: 'master', to: `replica of ${node.name}` },
          ] as const)
        : []),
      ...(how === 'takeover'
        ? ([{ path: 'votes of the other masters', what: 'removed', from: 'asked for' }] as const)
        : []),
    ],
    params: {
      replica: node.name,
      replicaId: node.id,
      master: master.name,
      masterId: master.id,
      slot: Number(master.slots[0]?.split('-')[0] ?? 0),
      how,
    },
    preconditions: seen,
    postconditions: { master: node.name },
    verify: {
      what: 'every node that answers names it the master of these slots, and it takes a write',
      withinMs: how === 'handshake' ? 30_000 : 60_000,
    },
    onFailure: 'stop',
    critical: false,
  };
}

function warningsOf(
  { silent, voting, masters }: ClusterView,
  { how, master }: { readonly how: How; readonly master: ClusterNode },
): readonly Problem[] {
  const facts = { master: master.name, voting, masters };
  return [
    problem(how === 'handshake' ? 'REDIS_NOTHING_LOST_IN_CLUSTER' : 'REDIS_FORCED_LOSS', facts),
    ...(how === 'takeover' ? [problem('REDIS_TAKEOVER_DANGER', facts)] : []),
    ...(silent.length > 0 ? [problem('REDIS_NODES_SILENT', { nodes: silent.join(', ') })] : []),
  ];
}

function figuresOf(how: How, { name }: ClusterNode): { loses: string; takes: string } {
  return how === 'handshake'
    ? {
        loses: 'nothing acknowledged',
        takes: 'as a rule less than a second without writes to these slots, 5 s at most',
      }
    : {
        loses: `what ${name} acknowledged and the replica did not receive: how much nobody knows`,
        takes: 'these slots take no writes until it is done, as a rule a second or two',
      };
}

function replicasIn(view: ClusterView): string {
  const replicas = view.nodes.flatMap((node) => {
    const master = masterOf(view, node);
    return master ? [`${node.name} (of ${master.name})`] : [];
  });
  return replicas.slice(0, 20).join(', ') || 'there is none';
}

function no(code: string, facts: Facts): Draft {
  return { ok: false, problem: problem(code, facts) };
}
