import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Client } from './client.ts';
import {
  type Cluster,
  type Member,
  type Node,
  type PatroniConfig,
  parseCluster,
  parseNode,
  parseRules,
  type Rules,
} from './schema.ts';

/** The whole cluster as its members tell it, asked at every configured address. */
export interface View {
  readonly scope: string;
  /** Names the data: two clusters never share it. '' where nobody says. */
  readonly system: string;
  readonly members: readonly Member[];
  /** Who holds the leader's lease; undefined while nobody does. */
  readonly leader: Member | undefined;
  /** It runs, and answers us wherever we know its address. */
  readonly isLeaderWell: boolean;
  /** Who may take writes for all we see: a leader that did not answer us, or where nobody leads whoever did not. */
  readonly unseen: readonly string[];
  readonly timeline: number;
  /** Members that call themselves primary, by name or address. One is right; two are a split. */
  readonly primaries: readonly string[];
  /** Names of those that stream from the primary that answered. */
  readonly streaming: readonly string[];
  /** Bytes received, by member, of those that said so. */
  readonly positions: ReadonlyMap<string, number>;
  readonly paused: boolean;
  readonly scheduled: string;
  readonly rules: Rules;
  /** Addresses that answer, in the order of the configuration. */
  readonly answering: readonly string[];
  readonly silent: readonly string[];
}

export interface Reach {
  readonly config: PatroniConfig;
  readonly client: Client;
}

/** Refuses when the addresses belong to different clusters, or when members differ about who leads. */
export async function readView({ config, client }: Reach): Promise<View> {
  const asked = await Promise.allSettled(
    config.endpoints.map((endpoint) => askMember(client, endpoint)),
  );
  const told = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [first] = told;
  if (!first) {
    const failures = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    throw failures[0];
  }
  refuseStrangers(config, told);
  const leaders = new Set(told.map(({ cluster }) => leaderOf(cluster)?.name ?? 'nobody'));
  if (leaders.size > 1) {
    throw trouble('PATRONI_DISAGREE', config, { told: [...leaders].sort().join(', ') });
  }
  const rules = parseRules(await client.get(first.endpoint, '/config'));
  if (!rules) throw trouble('PATRONI_UNREADABLE', config, { ...said(first), path: '/config' });
  const answering = told.map(({ endpoint }) => endpoint);
  const silent = config.endpoints.filter((endpoint) => !answering.includes(endpoint)).map(hostOf);
  return { ...whole(first.cluster, told, silent), rules, answering, silent };
}

interface Told {
  readonly endpoint: string;
  readonly cluster: Cluster;
  readonly node: Node;
}

async function askMember(client: Client, endpoint: string): Promise<Told> {
  const [cluster, node] = await Promise.all([
    client.get(endpoint, '/cluster').then(parseCluster),
    client.get(endpoint, '/patroni').then(parseNode),
  ]);
  if (!cluster || !node) {
    const facts = { endpoint: hostOf(endpoint), path: cluster ? '/patroni' : '/cluster' };
    throw new ProblemError(problem('PATRONI_UNREADABLE', facts));
  }
  return { endpoint, cluster, node };
}

function refuseStrangers(config: PatroniConfig, told: readonly Told[]): void {
  const scopes = new Set(told.map(({ node }) => node.scope));
  const systems = new Set(told.flatMap(({ node }) => node.system || []));
  if (scopes.size <= 1 && systems.size <= 1) return;
  const names = scopes.size > 1 ? scopes : systems;
  throw trouble('PATRONI_SEVERAL', config, { told: [...names].sort().join(', ') });
}

function whole(
  cluster: Cluster,
  told: readonly Told[],
  silent: readonly string[],
): Omit<View, 'rules' | 'answering' | 'silent'> {
  const leader = leaderOf(cluster);
  const named = told.map(({ endpoint, node }) => ({
    node,
    name: node.name || nameOf(cluster, endpoint) || hostOf(endpoint),
  }));
  const primaries = named.filter(({ node }) => node.isPrimary);
  const timelines = cluster.members.flatMap(({ timeline }) => timeline ?? []);
  return {
    scope: told[0]?.node.scope ?? '',
    system: told.map(({ node }) => node.system).find((system) => system !== '') ?? '',
    members: cluster.members,
    leader,
    isLeaderWell: leader?.state === 'running' && (primaries.length > 0 || silent.length === 0),
    unseen: (leader ? [leader] : cluster.members)
      .map(({ name }) => name)
      .filter((name) => named.every((each) => each.name !== name)),
    timeline: leader?.timeline ?? Math.max(0, ...timelines),
    primaries: primaries.map(({ name }) => name),
    streaming: primaries.flatMap(({ node }) => node.streaming),
    positions: new Map(
      named.flatMap(({ name, node: { position } }) =>
        position === undefined ? [] : [[name, position] as const],
      ),
    ),
    paused: cluster.paused,
    scheduled: cluster.scheduled,
  };
}

function leaderOf({ members }: Cluster): Member | undefined {
  return members.find(({ role }) => role === 'leader' || role === 'standby_leader');
}

/** Members before Patroni 4 do not say their names: they are known by the address that the cluster has of them. */
function nameOf({ members }: Cluster, endpoint: string): string {
  const host = hostOf(endpoint);
  return members.find(({ apiUrl }) => URL.canParse(apiUrl) && hostOf(apiUrl) === host)?.name ?? '';
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

function said({ endpoint }: Told): Facts {
  return { endpoint: hostOf(endpoint) };
}

function trouble(code: string, { target }: PatroniConfig, facts: Facts): ProblemError {
  return new ProblemError(problem(code, { ...facts, target }));
}

/** What went wrong while looking; anything else is a fault of ours. */
export function problemIn(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  throw error;
}
