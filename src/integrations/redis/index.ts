import { askThrough, createBreaker } from '../../core/breaker.ts';
import type { Planner, StepDriver } from '../../core/ports/step.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { RedisConfig } from './schema.ts';
import { demoteDriver, releaseDriver } from './steps/demote.ts';
import { demoteKind, releaseKind, switchKind } from './steps/kinds.ts';
import { switchDriver } from './steps/switch.ts';
import { readTopology, type Topology } from './topology.ts';

export { problems } from './problems.ts';
export type { RedisConfig } from './schema.ts';

export interface Finding {
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

export interface Integration {
  readonly planner: Planner;
  /** Who is master now, and who follows. Never rejects. */
  standing(): Promise<Looked<Facts>>;
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  doctor(): Promise<readonly Finding[]>;
  /** The only way to change a server; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  close(): void;
}

export interface RedisDeps {
  readonly clock: { now(): number };
}

/**
 * One Redis behind Sentinels. Nothing is loaded or connected before the first question. What only looks goes through a
 * breaker; steps never do, because a server that is away is what they are there for.
 */
export function connect(config: RedisConfig, { clock }: RedisDeps = { clock: Date }): Integration {
  const reach = { config, connections: createConnections(config) };
  const breaker = createBreaker(() => clock.now());
  let isWhole = true;

  async function topology(): Promise<Topology> {
    const found = await askThrough(breaker, {
      ask: () => readTopology(reach),
      resting: (restMs) => {
        const seconds = Math.ceil(restMs / 1000);
        const facts = { target: config.target, failures: breaker.failures(), seconds };
        return new ProblemError(problem('REDIS_RESTS', facts));
      },
      isAway: (error) => error instanceof ProblemError && away.has(error.problem.code),
    });
    isWhole = found.unanswered === 0;
    return found;
  }

  return {
    planner: createPlanner(config, topology),
    health: () => (breaker.health() === 'ok' && !isWhole ? 'degraded' : breaker.health()),
    async standing() {
      try {
        return { ok: true, value: factsOf(await topology()) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async doctor() {
      const facts = { redis: config.target };
      try {
        return [{ check: 'topology', facts: { ...facts, ...factsOf(await topology()) } }];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return [{ check: 'topology', facts, problem: error.problem }];
      }
    },
    openWriter: () => ({
      steps: {
        [switchKind]: switchDriver(reach),
        [demoteKind]: demoteDriver(reach),
        [releaseKind]: releaseDriver(reach),
      },
      close() {},
    }),
    close() {},
  };
}

function factsOf({ master, replicas, unanswered }: Topology): Facts {
  return { master: master.name, replicas: replicas.length, unanswered };
}

/** No Sentinel could be asked, or a server's answer was lost. */
const away: ReadonlySet<string> = new Set(['REDIS_UNREACHABLE', 'REDIS_NO_ANSWER']);
