import type { Pointing, Traffic, Turned } from '../../core/ports/traffic.ts';
import { type Problem, ProblemError, problem, problemOf } from '../../core/problem.ts';
import { firstLine, order, tell } from './client.ts';
import {
  type BackendPlace,
  type HaproxyConfig,
  type Instance,
  parseServers,
  type ServerState,
} from './schema.ts';

/** How many commands one turn of an instance takes at most, beside those for each server. */
const commandsMin = 2;

/** One backend of all instances, turned by the states of its servers. */
export function backendTraffic(
  config: HaproxyConfig,
  place: BackendPlace,
  ask: (look: () => Promise<Pointing>) => Promise<Pointing>,
): Traffic {
  const serverOf = (node: string) => place.servers[node] ?? node;
  const look = () => lookAt(config, place);
  return {
    name: `haproxy/${config.target} ${place.backend}`,
    withinMs: config.timeoutMs * (commandsMin + Object.keys(place.servers).length * 2),
    says: (from) =>
      `${serverOf(from)} to maint, its sessions ended; only the new primary's server ready`,
    plan: () => ask(look),
    look,
    async turn(to, sent) {
      const ended = await Promise.all(
        config.instances.map(async (instance) => {
          try {
            const used = await turnOne(config, { place, instance, to: serverOf(to), sent });
            const isTurned = used.length === 1 && used[0] === serverOf(to);
            const why = isTurned ? '' : `it sends clients to ${used.join(' and ') || 'nobody'}`;
            return { instance, why };
          } catch (error) {
            return { instance, why: whyOf(error) };
          }
        }),
      );
      return turnedOf(ended);
    },
  };
}

function turnedOf(ended: readonly { instance: Instance; why: string }[]): Turned {
  return {
    done: ended.flatMap(({ instance, why }) => (why === '' ? [instance.name] : [])),
    left: Object.fromEntries(
      ended.flatMap(({ instance, why }) => (why === '' ? [] : [[instance.name, why]])),
    ),
  };
}

/**
 * The old ones first, so that no two are used at one time: for a moment clients wait, which they do anyway. A turn that is
 * believed is one that was read back: a success says nothing. Answers which servers it uses then.
 */
async function turnOne(
  { timeoutMs }: HaproxyConfig,
  {
    place,
    instance,
    to,
    sent,
  }: {
    readonly place: BackendPlace;
    readonly instance: Instance;
    readonly to: string;
    readonly sent: () => void;
  },
): Promise<readonly string[]> {
  const named = (server: string) => `${place.backend}/${server}`;
  const before = await serversOf(instance, place, timeoutMs);
  const others = Object.values(place.servers).filter((server) => server !== to);
  for (const server of others) {
    if (before.some(({ name, isUsed }) => name === server && isUsed)) {
      sent();
      await order(instance, `set server ${named(server)} state maint`, timeoutMs);
    }
    await order(instance, `shutdown sessions server ${named(server)}`, timeoutMs);
  }
  if (!before.some(({ name, isUsed }) => name === to && isUsed)) {
    sent();
    await order(instance, `set server ${named(to)} state ready`, timeoutMs);
  }
  const after = await serversOf(instance, place, timeoutMs);
  return after.filter(({ isUsed }) => isUsed).map(({ name }) => name);
}

async function lookAt(config: HaproxyConfig, place: BackendPlace): Promise<Pointing> {
  const looked = await Promise.all(
    config.instances.map(async (instance) => {
      try {
        return { instance, servers: await serversOf(instance, place, config.timeoutMs) };
      } catch (error) {
        const found = problemOf(error, problem('HAPROXY_UNREACHABLE', { instance: instance.name }));
        // One that answers and has no such backend must be mended: that is no instance that is down.
        if (found.code !== 'HAPROXY_UNREACHABLE') throw error;
        return { instance, found };
      }
    }),
  );
  const silent = looked.flatMap(({ found }) => (found === undefined ? [] : [found]));
  const answered = looked.flatMap(({ instance, servers }) =>
    servers === undefined ? [] : [{ instance, servers }],
  );
  if (answered.length === 0) throw new ProblemError(allSilent(config, silent));
  return {
    at: Object.fromEntries(
      answered.map(({ instance, servers }) => [instance.name, nodesOf(place, servers)]),
    ),
    warnings: [
      problem('HAPROXY_FORGETS', { target: config.target, backend: place.backend }),
      ...silent.map(({ facts }) => problem('HAPROXY_SILENT', facts)),
    ],
  };
}

function allSilent({ target }: HaproxyConfig, silent: readonly Problem[]): Problem {
  const why = silent.map(({ facts }) => `${facts['instance']}: ${facts['why']}`).join('; ');
  return problem('HAPROXY_ALL_SILENT', { target, why });
}

/** A server of the backend that stands for none of ours keeps its own name, so that it is seen. */
function nodesOf({ servers }: BackendPlace, states: readonly ServerState[]): readonly string[] {
  const nodes = new Map(Object.entries(servers).map(([node, server]) => [server, node]));
  return states
    .filter(({ isUsed }) => isUsed)
    .map(({ name }) => nodes.get(name) ?? name)
    .sort();
}

async function serversOf(
  instance: Instance,
  { backend, servers }: BackendPlace,
  timeoutMs: number,
): Promise<readonly ServerState[]> {
  const command = `show servers state ${backend}`;
  const reply = await tell(instance, command, timeoutMs);
  const states = parseServers(reply);
  if (!states) {
    const facts = { instance: instance.name, command, why: firstLine(reply) };
    throw new ProblemError(problem('HAPROXY_REFUSED', facts));
  }
  const missing = Object.values(servers).find((name) => states.every((each) => each.name !== name));
  if (missing === undefined) return states;
  const facts = { instance: instance.name, backend, server: missing };
  throw new ProblemError(problem('HAPROXY_NO_SERVER', facts));
}

function whyOf(error: unknown): string {
  if (!(error instanceof ProblemError)) throw error;
  const { code, facts } = error.problem;
  if (code === 'HAPROXY_NO_SERVER') return `it has no server ${facts['server']}`;
  return String(facts['why'] ?? code);
}
