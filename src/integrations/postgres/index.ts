import { createQuestions } from '../../core/breaker.ts';
import type { Copied } from '../../core/ports/backup.ts';
import type { Programs } from '../../core/ports/programs.ts';
import type { OperatedTarget } from '../../core/ports/target.ts';
import { ProblemError } from '../../core/problem.ts';
import { copiesOf, type DumpTarget } from './backup/index.ts';
import { runCommand } from './command.ts';
import { createConnections } from './connection.ts';
import { behind } from './lsn.ts';
import { createPlanner } from './planner.ts';
import type { PostgresConfig } from './schema.ts';
import { createSightings, sightingOf } from './sightings.ts';
import { chooseDriver } from './steps/choose.ts';
import { fenceDriver } from './steps/fence.ts';
import { followDriver } from './steps/follow.ts';
import {
  chooseKind,
  fenceKind,
  followKind,
  promoteKind,
  rejoinKind,
  releaseKind,
  repointKind,
  restrainKind,
  turnKind,
  unfenceKind,
} from './steps/kinds.ts';
import { promoteDriver } from './steps/promote.ts';
import { rejoinDriver } from './steps/rejoin.ts';
import { repointDriver } from './steps/repoint.ts';
import { releaseDriver, restrainDriver } from './steps/restrain.ts';
import { turnDriver } from './steps/turn.ts';
import { unfenceDriver } from './steps/unfence.ts';
import { type Reach, readTopology } from './topology.ts';
import { watchWrites } from './watching.ts';

export { copiesOf } from './backup/index.ts';
export { dumpProblems } from './backup/problems.ts';
export { problems } from './problems.ts';
export type { PostgresConfig } from './schema.ts';

export interface Integration extends OperatedTarget, Copied {}

export interface PostgresDeps extends Omit<Reach, 'config'> {
  readonly clock: { now(): number };
  /** Nothing is copied without. */
  readonly programs: Programs;
  /** Where copies of it are tried. */
  readonly scratch: PostgresConfig | undefined;
}

/** One PostgreSQL with streaming replicas. Nothing is loaded or connected before the first question. */
export function connect(
  config: PostgresConfig,
  {
    connections = createConnections(config),
    run = runCommand,
    clock = Date,
    programs,
    scratch,
  }: Partial<PostgresDeps> = {},
): Integration {
  const reach: Reach = { config, connections, run };
  const questions = createQuestions({
    target: config.target,
    rests: 'PG_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && error.problem.code === 'PG_ALL_SILENT',
  });
  let isWhole = true;
  const sightings = createSightings();
  const topology = () =>
    questions.ask(async () => {
      const at = clock.now();
      const found = await readTopology(reach);
      const seen = sightingOf(found, at);
      if (seen) sightings.note(seen);
      return found;
    });

  return {
    planner: createPlanner(reach, { look: topology, clock, sightings }),
    ...(programs && copiesOf(targetOf(config, scratch), programs)),
    endpoint: (withinMs) => watchWrites(config, withinMs, { clock, sightings }),
    health: () => (questions.health() === 'ok' && !isWhole ? 'degraded' : questions.health()),
    async doctor() {
      const facts = { postgres: config.target };
      try {
        const { primary, candidates, others, silent, timeline } = await topology();
        const missing = others.length + silent.length + (primary.state ? 0 : 1);
        isWhole = missing === 0;
        const [best] = candidates;
        const lag = primary.state && best ? behind(primary.state.received, best.received) : -1;
        const seen = { ...facts, primary: primary.node.name, replicas: candidates.length };
        return [{ check: 'topology', facts: { ...seen, timeline, missing, lag } }];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        isWhole = false;
        return [{ check: 'topology', facts, problem: error.problem }];
      }
    },
    openWriter: () => ({
      steps: {
        [fenceKind]: fenceDriver(reach),
        [chooseKind]: chooseDriver(reach),
        [promoteKind]: promoteDriver(reach),
        [repointKind]: repointDriver(reach),
        [turnKind]: turnDriver(reach),
        [followKind]: followDriver(reach),
        [rejoinKind]: rejoinDriver(reach),
        [unfenceKind]: unfenceDriver(reach),
        [restrainKind]: restrainDriver(reach),
        [releaseKind]: releaseDriver(reach),
      },
      close() {},
    }),
    close() {},
  };
}

function targetOf(
  { admin, programs: folder, nodes, ...config }: PostgresConfig,
  scratch?: PostgresConfig,
): DumpTarget {
  return {
    ...config,
    servers: async () => nodes.map(({ address }) => address),
    login: admin,
    ...(folder !== undefined && { folder }),
    ...(scratch && { scratch: targetOf(scratch) }),
  };
}
