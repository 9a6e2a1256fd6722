import { createQuestions } from '../../core/breaker.ts';
import type { Copied } from '../../core/ports/backup.ts';
import type { Programs } from '../../core/ports/programs.ts';
import type { StepDriver } from '../../core/ports/step.ts';
import type { OperatedTarget } from '../../core/ports/target.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Facts, ProblemError } from '../../core/problem.ts';
import { createSnapshots } from './backup/index.ts';
import { createRestorer } from './backup/restorer.ts';
import { readCluster } from './cluster.ts';
import { type Connections, createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { RedisConfig } from './schema.ts';
import { readServers } from './servers.ts';
import { demoteDriver, releaseDriver } from './steps/demote.ts';
import { handOverDriver } from './steps/hand-over.ts';
import { demoteKind, handOverKind, releaseKind, switchKind, takeSlotsKind } from './steps/kinds.ts';
import { switchDriver } from './steps/switch.ts';
import { takeSlotsDriver } from './steps/take-slots.ts';
import { readTopology } from './topology.ts';
import { watchMaster } from './watching.ts';

export { problems } from './problems.ts';
export type { RedisConfig } from './schema.ts';

export interface Integration extends OperatedTarget, Copied {
  /** Who is master now, and who follows. Never rejects. */
  standing(): Promise<Looked<Facts>>;
}

export interface RedisDeps {
  readonly clock: { now(): number };
  /** Nothing is copied without. */
  readonly programs?: Programs;
}

/**
 * One Redis: behind Sentinels, a cluster, or servers by themselves. Nothing is loaded or connected before the first
 * question. What only looks goes through a breaker; steps never do, because a server that is away is what they are there for.
 */
export function connect(
  config: RedisConfig,
  { clock, programs }: RedisDeps = { clock: Date },
): Integration {
  const asking = createConnections(config, { forChanges: false });
  const questions = createQuestions({
    target: config.target,
    rests: 'REDIS_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && away.has(error.problem.code),
  });
  let isWhole = true;

  async function topology(): Promise<Facts> {
    const found = await questions.ask(() => glance(config, asking));
    isWhole = found.unanswered === 0;
    return found;
  }

  return {
    planner: createPlanner(config, asking, questions.ask),
    ...(programs && {
      backup: createSnapshots(config, programs),
      restorer: createRestorer(config, programs),
    }),
    endpoint: (withinMs) => watchMaster(config, withinMs),
    health: () => (questions.health() === 'ok' && !isWhole ? 'degraded' : questions.health()),
    async standing() {
      try {
        return { ok: true, value: await topology() };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async doctor() {
      const facts = { redis: config.target };
      try {
        return [{ check: 'topology', facts: { ...facts, ...(await topology()) } }];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return [{ check: 'topology', facts, problem: error.problem }];
      }
    },
    openWriter: () => ({
      steps: driversOf(config, createConnections(config, { forChanges: true })),
      close() {},
    }),
    close() {},
  };
}

/** No Sentinel could be asked, or a server's answer was lost. */
const away: ReadonlySet<string> = new Set([
  'REDIS_UNREACHABLE',
  'REDIS_NO_ANSWER',
  'REDIS_CLUSTER_SILENT',
  'REDIS_NOBODY_LEADS',
]);

/** One Redis is one of three, and a step of another kind has nothing to do there. */
export function driversOf(
  config: RedisConfig,
  connections: Connections,
): Readonly<Record<string, StepDriver>> {
  if (config.kind === 'sentinels') {
    const reach = { config, connections };
    return {
      [switchKind]: switchDriver(reach),
      [demoteKind]: demoteDriver(reach),
      [releaseKind]: releaseDriver(reach),
    };
  }
  const reach = { config, connections };
  return config.kind === 'cluster'
    ? { [takeSlotsKind]: takeSlotsDriver(reach) }
    : { [handOverKind]: handOverDriver(reach) };
}

/** Who leads and who follows: what `health` and `tocsin doctor` say of it. */
async function glance(
  config: RedisConfig,
  connections: Connections,
): Promise<Facts & { readonly unanswered: number }> {
  if (config.kind === 'sentinels') {
    const { master, replicas, unanswered } = await readTopology({ config, connections });
    return { master: master.name, replicas: replicas.length, unanswered };
  }
  if (config.kind === 'cluster') {
    const { masters, voting, nodes, silent } = await readCluster({ config, connections });
    return { masters, voting, nodes: nodes.length, unanswered: silent.length };
  }
  const { master, replicas, silent } = await readServers({ config, connections });
  return { master: master.name, replicas: replicas.length, unanswered: silent.length };
}
