import { ProblemError, problem } from '../../core/problem.ts';
import type { Connections, Server } from './connection.ts';
import { type Replication, readReplication } from './replication.ts';
import { type Address, addressOf, type SentinelsConfig, said } from './schema.ts';

/** As the Sentinels and the servers themselves tell it. */
export interface Topology {
  readonly master: Member;
  /** Those that can be promoted, the ones that answered. */
  readonly replicas: readonly Member[];
  /** Sentinels that answered, in the order of the configuration: the first is the one that is used. */
  readonly sentinels: readonly Address[];
  readonly unanswered: number;
  /** Rises with every failover that was begun. */
  readonly epoch: number;
  readonly quorum: string;
}

export interface Member extends Replication {
  readonly address: Address;
  readonly name: string;
}

export interface Reach extends Reachable {
  readonly config: SentinelsConfig;
}

export interface Reachable {
  readonly connections: Connections;
}

/** Refuses when Sentinels disagree, when no majority can be had, or when the master does not call itself one. */
export async function readTopology({ config, connections }: Reach): Promise<Topology> {
  const told = await askSentinels({ config, connections });
  const masters = new Set(told.map(({ master }) => master));
  const [named = ''] = masters;
  if (masters.size > 1) {
    throw trouble('REDIS_SENTINELS_DISAGREE', config, { told: [...masters].sort().join(', ') });
  }
  const address = addressOf(named);
  const [first] = told;
  if (address === undefined || !first) {
    throw trouble('REDIS_NO_MASTER', config, { told: named || 'nothing' });
  }
  const quorum = await connections.sentinel(first.address, (sentinel) =>
    quorumOf(sentinel, config),
  );
  const master = await member({ connections }, address);
  if (master.role !== 'master') {
    throw trouble('REDIS_NO_MASTER', config, { told: `${named}, which calls itself a replica` });
  }
  const looked = await Promise.all(
    first.replicas.map((each) => member({ connections }, each).catch(() => undefined)),
  );
  return {
    master,
    replicas: looked
      .flatMap((each) => (each?.linked && each.priority > 0 ? [each] : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    sentinels: told.map((each) => each.address),
    unanswered: config.sentinels.length - told.length,
    epoch: Math.max(...told.map(({ epoch }) => epoch)),
    quorum,
  };
}

interface Told {
  readonly address: Address;
  readonly master: string;
  readonly epoch: number;
  readonly replicas: readonly Address[];
}

/** Every Sentinel is asked; one that is down does not count, one that says something else does. */
async function askSentinels({ config, connections }: Reach): Promise<readonly Told[]> {
  const asked = await Promise.allSettled(
    config.sentinels.map((address) =>
      connections.sentinel(address, async (sentinel): Promise<Told> => {
        const entry = fieldsOf(await sentinel.call('SENTINEL', 'MASTER', config.master));
        const rows = await sentinel.call('SENTINEL', 'REPLICAS', config.master);
        const replicas = (Array.isArray(rows) ? rows : []).map(fieldsOf).flatMap(placeOf);
        const [master] = placeOf(entry);
        const epoch = Number(entry.get('config-epoch') ?? 0);
        return { address, master: master ? said(master) : '', epoch, replicas };
      }),
    ),
  );
  const told = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (told.length > 0) return told;
  const [failure] = asked;
  throw failure?.status === 'rejected' ? failure.reason : trouble('REDIS_NO_MASTER', config, {});
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ : an error says that a failover could not be authorised. */
async function quorumOf(sentinel: Server, config: SentinelsConfig): Promise<string> {
  try {
    return String(await sentinel.call('SENTINEL', 'CKQUORUM', config.master));
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'REDIS_REFUSED') {
      throw trouble('REDIS_NO_QUORUM', config, error.problem.facts);
    }
    throw error;
  }
}

export function member({ connections }: Reachable, address: Address): Promise<Member> {
  return connections.server(address, async (server) => ({
    ...(await readReplication(server)),
    address,
    name: said(address),
  }));
}

/** The master that every Sentinel which answers names; undefined while they differ. */
export async function agreedMaster(reach: Reach): Promise<string | undefined> {
  const masters = await namedMasters(reach);
  return masters.length === 1 ? masters[0] : undefined;
}

/** Every master that a Sentinel which answers names, in order; '' is among them where one names none. */
export async function namedMasters(reach: Reach): Promise<readonly string[]> {
  return [...new Set((await askSentinels(reach)).map(({ master }) => master))].sort();
}

function fieldsOf(reply: unknown): ReadonlyMap<string, string> {
  const flat = Array.isArray(reply) ? reply.map(String) : [];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '');
  return fields;
}

function placeOf(fields: ReadonlyMap<string, string>): readonly Address[] {
  const host = fields.get('ip');
  const port = Number(fields.get('port'));
  return host && Number.isInteger(port) ? [{ host, port }] : [];
}

function trouble(
  code: string,
  { target }: SentinelsConfig,
  facts: Readonly<Record<string, string | number | boolean>>,
): ProblemError {
  return new ProblemError(problem(code, { ...facts, target }));
}
