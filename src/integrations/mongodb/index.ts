import { askThrough, createBreaker } from '../../core/breaker.ts';
import type { Planner, StepDriver } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { MongodbConfig } from './schema.ts';
import { stepDownKind } from './steps/kinds.ts';
import { stepDownDriver } from './steps/step-down.ts';
import { isAway, readTopology, type Topology } from './topology.ts';

export { problems } from './problems.ts';
export type { MongodbConfig } from './schema.ts';

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
  /** The only way to change a set; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  close(): void;
}

export interface MongodbDeps {
  readonly clock: { now(): number };
}

/**
 * One replica set. Nothing is loaded or connected before the first question. What only looks goes through a breaker;
 * steps never do, because a member that is away is what they are there for.
 */
export function connect(
  config: MongodbConfig,
  { clock }: MongodbDeps = { clock: Date },
): Integration {
  const reach = { config, connections: createConnections(config) };
  const breaker = createBreaker(() => clock.now());
  let isWhole = true;

  async function topology(): Promise<Topology> {
    const found = await askThrough(breaker, {
      ask: () => readTopology(reach),
      resting: (restMs) => {
        const seconds = Math.ceil(restMs / 1000);
        const facts = { target: config.target, failures: breaker.failures(), seconds };
        return new ProblemError(problem('MONGODB_RESTS', facts));
      },
      isAway,
    });
    isWhole = found.well === found.members && found.silent.length === 0;
    return found;
  }

  return {
    planner: createPlanner(config, topology),
    health: () => (breaker.health() === 'ok' && !isWhole ? 'degraded' : breaker.health()),
    async doctor() {
      const about = { mongodb: config.target };
      try {
        const { primary, well, members, term, silent } = await topology();
        const facts = { ...about, set: config.set, primary: primary.name, term, well, members };
        return [
          { check: 'topology', facts },
          ...silent.map((member) => ({
            check: 'member',
            facts: { ...about, member },
            problem: problem('MONGODB_SILENT', { members: member }),
          })),
        ];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return [{ check: 'topology', facts: about, problem: error.problem }];
      }
    },
    openWriter: () => ({ steps: { [stepDownKind]: stepDownDriver(reach) }, close() {} }),
    close() {},
  };
}
