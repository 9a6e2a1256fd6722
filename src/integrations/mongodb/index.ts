import type { Planner, StepDriver } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { MongodbConfig } from './schema.ts';
import { stepDownKind } from './steps/kinds.ts';
import { stepDownDriver } from './steps/step-down.ts';
import { readTopology } from './topology.ts';

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

/** One replica set. Nothing is loaded or connected before the first question. */
export function connect(config: MongodbConfig): Integration {
  const reach = { config, connections: createConnections(config) };
  let state: 'ok' | 'degraded' | 'down' = 'ok';
  return {
    planner: createPlanner(reach),
    health: () => state,
    async doctor() {
      const about = { mongodb: config.target };
      try {
        const { primary, well, members, term, silent } = await readTopology(reach);
        state = well === members && silent.length === 0 ? 'ok' : 'degraded';
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
        state = 'down';
        return [{ check: 'topology', facts: about, problem: error.problem }];
      }
    },
    openWriter: () => ({ steps: { [stepDownKind]: stepDownDriver(reach) }, close() {} }),
    close() {},
  };
}
