import { createQuestions } from '../../core/breaker.ts';
import type { OwnCopies } from '../../core/ports/own-copies.ts';
import type { Finding, OperatedTarget } from '../../core/ports/target.ts';
import { ProblemError } from '../../core/problem.ts';
import { createClients } from './clients.ts';
import { createCopies } from './copies.ts';
import { createPlanner } from './planner.ts';
import type { AwsConfig } from './schema.ts';
import { countDriver } from './steps/ecs.ts';
import {
  countKind,
  failoverKind,
  memberKind,
  promoteKind,
  publishKind,
  putInUseKind,
  rebootKind,
  recordKind,
  renameKind,
  restoreKind,
  snapshotKind,
} from './steps/kinds.ts';
import { failoverDriver, promoteDriver, rebootDriver } from './steps/rds.ts';
import { renameDriver } from './steps/rename.ts';
import { memberDriver, restoreDriver } from './steps/restore.ts';
import { type Pause, recordDriver } from './steps/route53.ts';
import { snapshotDriver } from './steps/snapshot.ts';
import { publishDriver } from './steps/sns.ts';

export { problems } from './problems.ts';
export type { AwsConfig } from './schema.ts';

export interface AwsDeps {
  readonly clock: { now(): number };
  readonly pause: Pause;
}

const ofTheMachine: AwsDeps = {
  clock: Date,
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
};

/**
 * One region of one account. Nothing is loaded or connected before the first question. What only looks goes through a
 * breaker; steps never do.
 */
export function connect(
  config: AwsConfig,
  { clock, pause }: AwsDeps = ofTheMachine,
): OperatedTarget & { readonly copies: OwnCopies } {
  const clients = createClients(config);
  const questions = createQuestions({
    target: config.target,
    rests: 'AWS_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && error.problem.code === 'AWS_NO_ANSWER',
  });
  const planner = createPlanner({ clients, now: () => clock.now() });

  return {
    planner: {
      async draft(request) {
        try {
          return await questions.ask(async () => {
            const drafted = await planner.draft(request);
            // A draft that was refused because nobody answered counts as no answer.
            if (!drafted.ok && drafted.problem.code === 'AWS_NO_ANSWER') {
              throw new ProblemError(drafted.problem);
            }
            return drafted;
          });
        } catch (error) {
          if (error instanceof ProblemError) return { ok: false, problem: error.problem };
          throw error;
        }
      },
    },
    copies: createCopies(clients, questions),
    health: questions.health,
    async doctor() {
      const about = { aws: config.target, region: config.region };
      const looks = {
        rds: () =>
          clients.rds('DescribeDBInstances', (rds, sdk) =>
            rds.send(new sdk.DescribeDBInstancesCommand({ MaxRecords: 20 })),
          ),
        ecs: () =>
          clients.ecs('ListClusters', (ecs, sdk) => ecs.send(new sdk.ListClustersCommand({}))),
        'route 53': () =>
          clients.route53('ListHostedZones', (route53, sdk) =>
            route53.send(new sdk.ListHostedZonesCommand({ MaxItems: 1 })),
          ),
      };
      return Promise.all(
        Object.entries(looks).map(async ([check, look]): Promise<Finding> => {
          try {
            await questions.ask(look);
            return { check, facts: about };
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
            return { check, facts: about, problem: error.problem };
          }
        }),
      );
    },
    openWriter: () => ({
      steps: {
        [failoverKind]: failoverDriver(clients),
        [rebootKind]: rebootDriver(clients),
        [promoteKind]: promoteDriver(clients),
        [countKind]: countDriver(clients),
        [recordKind]: recordDriver(clients, pause),
        [publishKind]: publishDriver(clients),
        [snapshotKind]: snapshotDriver(clients),
        [restoreKind]: restoreDriver(clients),
        [memberKind]: memberDriver(clients),
        [renameKind]: renameDriver(clients),
        [putInUseKind]: renameDriver(clients),
      },
      close() {},
    }),
    close: () => clients.close(),
  };
}
