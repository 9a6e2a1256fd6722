import type { Pointing, Traffic, Turned } from '../../core/ports/traffic.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Patch, WriteClient } from './client.ts';
import { type Cluster, isProblem } from './cluster.ts';
import {
  nodeOf,
  readService,
  type Service,
  type ServicePlace,
  selecting,
  servicePath,
} from './service.ts';
import { missing, readyPods } from './service-endpoints.ts';

/** Part of a running step: never held back because other requests failed. */
const urgent = { urgent: true };
/** A write that met a newer object is made from that one. */
const triesMax = 3;

/** Turns a Service by the one label value of its selector that names the server. */
export function serviceTraffic(
  cluster: Cluster,
  place: ServicePlace,
  writer: () => WriteClient | Problem,
): Traffic {
  const where = `${place.namespace}/${place.service}`;
  const pointing = (live: Service, warnings: readonly Problem[]): Pointing => ({
    at: { [where]: [nodeOf(place, live.value)] },
    warnings,
  });
  return {
    name: `kubernetes/${cluster.config.target} ${where}`,
    withinMs: cluster.config.timeoutMs * triesMax * 2,
    says: (from) =>
      `${place.label} of its selector from ${place.servers[from] ?? from} to that of the new primary`,
    async plan() {
      const live = await readService(cluster.reader, place);
      const others = Object.entries(place.servers).filter(([, value]) => value !== live.value);
      const found = await Promise.all([
        ...others.map(([, value]) => tried(cluster, place, selecting(place, live, value))),
        unready(cluster, place, { live, others }),
      ]);
      return pointing(live, distinct(found.flat()));
    },
    look: async () => pointing(await readService(cluster.reader, place, urgent), []),
    async turn(to, sent) {
      const why = await turned(cluster, place, { to, sent, writer });
      return why === '' ? { done: [where], left: {} } : left(why);
    },
    async settled(to) {
      const live = await readService(cluster.reader, place, urgent);
      return refusedRead('', () => missing(cluster.reader, place, live, place.servers[to] ?? to));
    },
  };

  function left(why: string): Turned {
    return { done: [], left: { [where]: why } };
  }
}

/**
 * Answers why it is not turned; '' once it was read back. The write carries the resourceVersion that was read, so one whose
 * answer was lost can land late only on the very state it was made for. Throws a ProblemError where nobody can know.
 */
async function turned(
  cluster: Cluster,
  place: ServicePlace,
  {
    to,
    sent,
    writer,
  }: {
    readonly to: string;
    readonly sent: () => void;
    readonly writer: () => WriteClient | Problem;
  },
): Promise<string> {
  const value = place.servers[to];
  if (value === undefined) return `\`servers:\` has no label value for ${to}`;
  const client = writer();
  if ('code' in client) return wordsOf(client);
  for (let tries = 1; ; tries += 1) {
    const live = await readService(cluster.reader, place, urgent);
    if (live.value === value) return '';
    if (!Object.values(place.servers).includes(live.value)) {
      return `it selects ${live.value} by now, which is nobody's`;
    }
    if (tries > triesMax) return 'it is written by somebody else again and again';
    sent();
    const written = await client.patch(servicePath(place), selecting(place, live, value), urgent);
    if (written.outcome === 'refused') return wordsOf(written.problem);
    if (written.outcome === 'unknown') throw new ProblemError(written.problem);
  }
}

/** What the server says to the write that will be sent, should this one become the primary. */
async function tried(
  cluster: Cluster,
  place: ServicePlace,
  patch: Patch,
): Promise<readonly Problem[]> {
  const simulator = cluster.simulator();
  if (isProblem(simulator)) throw new ProblemError(simulator);
  const written = await simulator.patch(servicePath(place), patch);
  if (written.outcome === 'written') return [];
  const { namespace, service } = place;
  const named = { cluster: cluster.config.target, resource: 'services', namespace, name: service };
  if (written.outcome === 'conflict') throw new ProblemError(problem('K8S_CONFLICT', named));
  const why = String(written.problem.facts['why'] ?? '');
  // A webhook with side effects refuses every dry run: that is not the server's no.
  if (!/does not support dry run/i.test(why)) throw new ProblemError(written.problem);
  return [problem('K8S_NOT_SIMULATED', { workload: `${namespace}/service/${service}`, why })];
}

/** Servers whose clients would reach nobody as it is now; or that it is not allowed to see that. */
async function unready(
  { reader }: Cluster,
  place: ServicePlace,
  { live, others }: { readonly live: Service; readonly others: readonly [string, string][] },
): Promise<readonly Problem[]> {
  const service = `${place.namespace}/${place.service}`;
  const unseen = [problem('K8S_SERVICE_UNSEEN', { service })];
  return refusedRead(unseen, async () => {
    await missing(reader, place, live, live.value);
    const pods = await Promise.all(
      others.map(async ([node, value]) => ({
        node,
        value,
        ready: await readyPods(reader, place, { ...live.selector, [place.label]: value }),
      })),
    );
    return pods
      .filter(({ ready }) => ready.length === 0)
      .map(({ node, value }) => {
        return problem('K8S_SERVICE_NOBODY', { service, node, label: place.label, value });
      });
  });
}

/** Pods and slices are only looked at where that is allowed. */
async function refusedRead<T>(otherwise: T, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'K8S_FORBIDDEN') return otherwise;
    throw error;
  }
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}

function wordsOf({ code, facts }: Problem): string {
  return `${code}: ${Object.values(facts).join(', ')}`.slice(0, 300);
}
