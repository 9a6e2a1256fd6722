import type { Planner, StepDriver } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError } from '../../core/problem.ts';
import { createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { RedisConfig } from './schema.ts';
import { demoteDriver, releaseDriver } from './steps/demote.ts';
import { demoteKind, releaseKind, switchKind } from './steps/kinds.ts';
import { switchDriver } from './steps/switch.ts';
import { readTopology } from './topology.ts';

export { problems } from './problems.ts';
export type { RedisConfig } from './schema.ts';

export interface Finding {
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

export interface Integration {
  readonly planner: Planner;
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  doctor(): Promise<readonly Finding[]>;
  /** The only way to change a server; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  close(): void;
}

/** One Redis behind Sentinels. Nothing is loaded or connected before the first question. */
export function connect(config: RedisConfig): Integration {
  const reach = { config, connections: createConnections(config) };
  let state: 'ok' | 'degraded' | 'down' = 'ok';
  return {
    planner: createPlanner(reach),
    health: () => state,
    async doctor() {
      const facts = { redis: config.target };
      try {
        const { master, replicas, unanswered } = await readTopology(reach);
        state = unanswered === 0 ? 'ok' : 'degraded';
        const seen = { ...facts, master: master.name, replicas: replicas.length, unanswered };
        return [{ check: 'topology', facts: seen }];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        state = 'down';
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
