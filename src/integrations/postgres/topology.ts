import { ProblemError, problem } from '../../core/problem.ts';
import type { Command, Ran } from './command.ts';
import type { Connections } from './connection.ts';
import { bytesOf } from './lsn.ts';
import { type NodeState, readNode } from './node.ts';
import { admits } from './proof.ts';
import { type NodeConfig, type PostgresConfig, said } from './schema.ts';

export interface Reach {
  readonly config: PostgresConfig;
  readonly connections: Connections;
  /** Runs a configured command. */
  readonly run: (command: Command) => Promise<Ran>;
}

/** As the servers themselves tell it. */
export interface Topology {
  readonly primary: Primary;
  /** Standbys that answer, of the same system and on the same timeline; the furthest received first. */
  readonly candidates: readonly Standby[];
  /** Standbys that answer and cannot be promoted, with the reason. */
  readonly others: readonly { readonly name: string; readonly why: string }[];
  /** Nodes other than the primary that do not answer. */
  readonly silent: readonly string[];
  readonly system: string;
  readonly timeline: number;
}

export interface Primary {
  readonly node: NodeConfig;
  /** Absent when it does not answer: then it counts as alive, and as taking writes. */
  readonly state?: NodeState;
}

export interface Standby extends NodeState {
  readonly node: NodeConfig;
}

interface Looked {
  readonly node: NodeConfig;
  readonly state?: NodeState;
}

/** Refuses where two servers call themselves primary, and where it cannot be told which one was it. */
export async function readTopology(reach: Reach): Promise<Topology> {
  const { target, nodes } = reach.config;
  const looked = await Promise.all(nodes.map((node) => look(reach, node)));
  const standbys = looked.flatMap(({ node, state }) =>
    state?.role === 'standby' ? [{ node, ...state }] : [],
  );
  if (looked.every(({ state }) => state === undefined)) {
    throw new ProblemError(problem('PG_ALL_SILENT', { target }));
  }
  const primary = primaryOf(looked, standbys, target);
  const [first] = standbys;
  const system = primary.state?.system ?? first?.system ?? '';
  const known = standbys.filter((each) => each.system === system);
  const timeline = primary.state?.timeline ?? Math.max(0, ...known.map((each) => each.timeline));
  const judged = await Promise.all(
    standbys.map(async (each) => ({ each, why: await whyNot(reach, each, { system, timeline }) })),
  );
  return {
    primary,
    candidates: judged
      .flatMap(({ each, why }) => (why === '' ? [each] : []))
      .toSorted(furthestFirst),
    others: judged.flatMap(({ each, why }) => (why === '' ? [] : [{ name: each.node.name, why }])),
    silent: looked.flatMap(({ node, state }) =>
      state === undefined && node !== primary.node ? [node.name] : [],
    ),
    system,
    timeline,
  };
}

/** Why it cannot take over; empty when it can. */
async function whyNot(
  { connections }: Reach,
  { node, system, timeline }: Standby,
  of: { readonly system: string; readonly timeline: number },
): Promise<string> {
  if (system !== of.system) return 'of another system';
  if (timeline !== of.timeline) return `on timeline ${timeline}`;
  return (await admits(connections, node.address)) ? '' : 'closed to the application';
}

/** The rule by which a candidate is chosen; equal ones by their place in the configuration. */
export function furthestFirst(a: NodeState, b: NodeState): number {
  const difference = bytesOf(b.received) - bytesOf(a.received);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

export async function stateOf({ connections }: Reach, { address }: NodeConfig): Promise<NodeState> {
  return connections.admin(address, readNode);
}

export function nodeNamed({ config }: Reach, name: unknown): NodeConfig {
  const found = config.nodes.find((node) => node.name === name);
  if (found) return found;
  throw new ProblemError(
    problem('PG_NODE_UNKNOWN', { target: config.target, node: String(name ?? '') }),
  );
}

async function look(reach: Reach, node: NodeConfig): Promise<Looked> {
  try {
    return { node, state: await stateOf(reach, node) };
  } catch (error) {
    // A server that answers and will not be asked is no silent one: that must be mended first.
    if (error instanceof ProblemError && error.problem.code === 'PG_REFUSED') throw error;
    return { node };
  }
}

/** A primary that answers says so itself. One that does not is the node that the standbys follow, or the only silent one. */
function primaryOf(
  looked: readonly Looked[],
  standbys: readonly Standby[],
  target: string,
): Primary {
  const primaries = looked.filter(({ state }) => state?.role === 'primary');
  const [one, another] = primaries;
  if (one && another) {
    const told = primaries.map(({ node }) => node.name).join(', ');
    throw new ProblemError(problem('PG_TWO_PRIMARIES', { target, told }));
  }
  if (one) return one;
  const silent = looked.filter(({ state }) => state === undefined);
  const followed = silent.filter(({ node }) =>
    standbys.some(
      ({ upstream }) => upstream !== '' && upstream === said(node.replication ?? node.address),
    ),
  );
  const [presumed, ...more] = followed.length > 0 ? followed : silent;
  if (standbys.length > 0 && presumed && more.length === 0) return { node: presumed.node };
  const told = silent.map(({ node }) => node.name).join(', ') || 'none';
  throw new ProblemError(problem('PG_NO_PRIMARY', { target, silent: told }));
}
