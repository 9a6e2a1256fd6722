import { ProblemError, problem } from '../../core/problem.ts';
import type { Connections } from './connection.ts';
import { arrayOf, flagOf, millisecondsOf, numberOf, textOf } from './reply.ts';
import { type Address, type MongodbConfig, said } from './schema.ts';

/** As the members say it; lag and health as the primary hears them, which is a heartbeat (2 s) late. */
export interface Topology {
  readonly primary: Primary;
  /** Secondaries that could be elected, by name. */
  readonly candidates: readonly Candidate[];
  /** Members of the set's own configuration that are well, and how many there are. */
  readonly well: number;
  readonly members: number;
  /** Voting members that are well, and how many votes there are. */
  readonly votesWell: number;
  readonly votes: number;
  /** Rises with every election. */
  readonly term: number;
  /** Configured members that did not answer us. */
  readonly silent: readonly string[];
}

export interface Primary {
  /** As the set calls it. */
  readonly name: string;
  /** As it was reached. */
  readonly address: Address;
  readonly priority: number;
}

export interface Candidate {
  readonly name: string;
  readonly priority: number;
  /** Behind the primary. */
  readonly lagMs: number;
}

export interface Reach {
  readonly config: MongodbConfig;
  readonly connections: Connections;
}

/** Throws MONGODB_NO_PRIMARY, MONGODB_TWO_PRIMARIES, MONGODB_OTHER_SET, and what a member answers. */
export async function readTopology(reach: Reach): Promise<Topology> {
  const { config, connections } = reach;
  const asked = await askMembers(reach);
  const primaries = asked.told.filter(({ writable }) => writable);
  const [primary, ...more] = primaries;
  const facts = { target: config.target };
  if (more.length > 0) {
    const names = primaries.map(({ name }) => name).sort();
    throw trouble('MONGODB_TWO_PRIMARIES', { ...facts, primaries: names.join(', ') });
  }
  if (primary === undefined) {
    throw trouble('MONGODB_NO_PRIMARY', { ...facts, silent: asked.silent.join(', ') || 'none' });
  }
  return connections.member(primary.address, async (member) => {
    const status = await member.command({ replSetGetStatus: 1 });
    const { config: written } = await member.command({ replSetGetConfig: 1 });
    return { ...settled(status, written, primary), silent: asked.silent };
  });
}

interface Told {
  readonly address: Address;
  readonly name: string;
  readonly writable: boolean;
}

/** `hello`: https://www.mongodb.com/docs/manual/reference/command/hello/ */
async function askMembers({ config, connections }: Reach): Promise<{
  readonly told: readonly Told[];
  readonly silent: readonly string[];
}> {
  const asked = await Promise.allSettled(
    config.members.map((address) =>
      connections.member(address, async (member) => {
        const hello = await member.command({ hello: 1 });
        const set = textOf(hello, 'setName');
        if (set !== config.set) {
          const facts = { member: said(address), set: set || 'no set', expected: config.set };
          throw trouble('MONGODB_OTHER_SET', facts);
        }
        const name = textOf(hello, 'me') || said(address);
        return { address, name, writable: flagOf(hello, 'isWritablePrimary') };
      }),
    ),
  );
  const told: Told[] = [];
  const silent: string[] = [];
  let last: unknown;
  for (const [index, each] of asked.entries()) {
    if (each.status === 'fulfilled') told.push(each.value);
    else if (!isAway(each.reason)) throw each.reason;
    else {
      last = each.reason;
      const address = config.members[index];
      silent.push(address ? said(address) : '');
    }
  }
  if (told.length === 0) throw last;
  return { told, silent };
}

/** No answer: a member that answers with a refusal is well. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    ['MONGODB_UNREACHABLE', 'MONGODB_NO_ANSWER'].includes(error.problem.code)
  );
}

/**
 * https://www.mongodb.com/docs/manual/reference/command/replSetGetStatus/ and
 * https://www.mongodb.com/docs/manual/reference/replica-configuration/
 */
function settled(
  status: unknown,
  written: unknown,
  { name, address }: Told,
): Omit<Topology, 'silent'> {
  const rules = new Map(arrayOf(written, 'members').map((each) => [textOf(each, 'host'), each]));
  const states = arrayOf(status, 'members');
  const own = states.find((each) => textOf(each, 'name') === name);
  const ahead = millisecondsOf(own, 'optimeDate');
  const well = states.filter(
    (each) =>
      numberOf(each, 'health') === 1 &&
      ['PRIMARY', 'SECONDARY', 'ARBITER'].includes(textOf(each, 'stateStr')),
  );
  const votesOf = (some: readonly unknown[]) =>
    some
      .map((each) => numberOf(rules.get(textOf(each, 'name')), 'votes'))
      .reduce((sum, votes) => sum + votes, 0);
  const candidates = well.flatMap((each): readonly Candidate[] => {
    const rule = rules.get(textOf(each, 'name'));
    const priority = numberOf(rule, 'priority');
    const isElectable = priority > 0 && !flagOf(rule, 'arbiterOnly') && !flagOf(rule, 'hidden');
    if (textOf(each, 'stateStr') !== 'SECONDARY' || !isElectable) return [];
    const lagMs = Math.max(0, ahead - millisecondsOf(each, 'optimeDate'));
    return [{ name: textOf(each, 'name'), priority, lagMs }];
  });
  return {
    primary: { name, address, priority: numberOf(rules.get(name), 'priority') },
    candidates: candidates.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    well: well.length,
    members: states.length,
    votesWell: votesOf(well),
    votes: votesOf(states),
    term: numberOf(status, 'term'),
  };
}

export function trouble(
  code: string,
  facts: Readonly<Record<string, string | number | boolean>>,
): ProblemError {
  return new ProblemError(problem(code, facts));
}
