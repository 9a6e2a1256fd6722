import { createQuestions } from '../../core/breaker.ts';
import type { Copied } from '../../core/ports/backup.ts';
import type { Programs } from '../../core/ports/programs.ts';
import type { OperatedTarget } from '../../core/ports/target.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { createDumps } from './backup/dump.ts';
import { createRestorer } from './backup/restorer.ts';
import { createConnections } from './connection.ts';
import { createPlanner } from './planner.ts';
import type { MongodbConfig } from './schema.ts';
import { stepDownKind } from './steps/kinds.ts';
import { stepDownDriver } from './steps/step-down.ts';
import { isAway, type Reach, readTopology, type Topology } from './topology.ts';
import { watchPrimary } from './watching.ts';

export { problems } from './problems.ts';
export type { MongodbConfig } from './schema.ts';

export interface MongodbDeps {
  readonly clock: { now(): number };
  /** Nothing is copied without. */
  readonly programs?: Programs;
  /** Where copies are tried. */
  readonly scratch?: MongodbConfig;
}

export interface Integration extends OperatedTarget, Copied {}

/**
 * One replica set. Nothing is loaded or connected before the first question. What only looks goes through a breaker;
 * steps never do, because a member that is away is what they are there for.
 */
export function connect(
  config: MongodbConfig,
  { clock, programs, scratch }: MongodbDeps = { clock: Date },
): Integration {
  const reach = { config, connections: createConnections(config) };
  const questions = createQuestions({
    target: config.target,
    rests: 'MONGODB_RESTS',
    now: () => clock.now(),
    isAway,
  });
  let isWhole = true;

  async function topology(): Promise<Topology> {
    const found = await questions.ask(() => readTopology(reach));
    isWhole = found.well === found.members && found.silent.length === 0;
    return found;
  }

  return {
    planner: createPlanner(config, topology),
    ...(programs && copiedBy(reach, programs, scratch)),
    endpoint: (withinMs) => watchPrimary(config, withinMs),
    health: () => (questions.health() === 'ok' && !isWhole ? 'degraded' : questions.health()),
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

function copiedBy(reach: Reach, programs: Programs, scratch: MongodbConfig | undefined): Copied {
  const trying = scratch && { config: scratch, connections: createConnections(scratch) };
  return {
    backup: createDumps({ ...reach, programs, ...(trying && { scratch: trying }) }),
    restorer: createRestorer({ ...reach, programs }),
  };
}
