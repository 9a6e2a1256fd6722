import { createQuestions } from '../../core/breaker.ts';
import type { Finding, OperatedTarget } from '../../core/ports/target.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Facts, problem } from '../../core/problem.ts';
import { createClient } from './client.ts';
import { createPlanner } from './planner.ts';
import type { Address, PatroniConfig } from './schema.ts';
import { failoverKind, switchoverKind } from './steps/kinds.ts';
import { leadDriver } from './steps/lead.ts';
import { hostOf, problemIn, type Reach, readView, type View } from './view.ts';
import { watchLeader } from './watching.ts';

export { problems } from './problems.ts';
export type { PatroniConfig } from './schema.ts';

export interface Integration extends OperatedTarget {
  /** Who leads now, and who follows. Never rejects. */
  standing(): Promise<Looked<Facts>>;
  /** Where the PostgreSQL of the leader is reached; nobody while nobody leads. Rejects where no member answers. */
  leaders(): Promise<readonly Address[]>;
}

export interface PatroniDeps {
  readonly clock: { now(): number };
}

/**
 * One PostgreSQL cluster under Patroni, by its REST API and never by SQL. Nothing is connected before the first question.
 * What only looks goes through a breaker; steps never do, because a member that is away is what they are there for.
 */
export function connect(
  config: PatroniConfig,
  { clock }: PatroniDeps = { clock: Date },
): Integration {
  const client = createClient(config);
  const reach = { config, client };
  const questions = createQuestions({
    target: config.target,
    rests: 'PATRONI_RESTS',
    now: () => clock.now(),
    isAway: (error) => problemIn(error).code === 'PATRONI_UNREACHABLE',
  });
  let isWhole = true;

  async function read(): Promise<View> {
    const view = await questions.ask(() => readView(reach));
    isWhole = view.silent.length === 0 && view.isLeaderWell;
    return view;
  }

  return {
    planner: createPlanner(read),
    endpoint: (withinMs) => watchLeader(config, withinMs),
    health: () => (questions.health() === 'ok' && !isWhole ? 'degraded' : questions.health()),
    async standing() {
      try {
        return { ok: true, value: factsOf(await read()) };
      } catch (error) {
        return { ok: false, problem: problemIn(error) };
      }
    },
    async doctor() {
      const about = { patroni: config.target };
      try {
        const view = await read();
        return [
          { check: 'topology', facts: { ...about, ...factsOf(view) } },
          ...view.silent.map((endpoint) => ({
            check: 'member',
            facts: { ...about, endpoint },
            problem: problem('PATRONI_SILENT', { endpoints: endpoint }),
          })),
          ...(await Promise.all(view.answering.map((endpoint) => tryCredential(reach, endpoint)))),
        ];
      } catch (error) {
        return [{ check: 'topology', facts: about, problem: problemIn(error) }];
      }
    },
    async leaders() {
      const { leader } = await readView(reach);
      // Who leads a standby cluster takes no writes, and is nobody's primary here.
      return leader?.role === 'leader' && leader.address ? [leader.address] : [];
    },
    openWriter: () => ({
      steps: { [switchoverKind]: leadDriver(reach), [failoverKind]: leadDriver(reach) },
      close() {},
    }),
    close: () => client.close(),
  };
}

function factsOf({ scope, leader, members, timeline, paused }: View): Facts {
  const seen = { cluster: scope, leader: leader?.name ?? 'nobody', timeline, paused };
  return { ...seen, members: members.length };
}

/** An empty request names no leader, so nothing can come of it: 400 says that we would be heard, 401 and 403 that not. */
async function tryCredential({ client, config }: Reach, endpoint: string): Promise<Finding> {
  const facts = { patroni: config.target, endpoint: hostOf(endpoint) };
  const posted = await client.post(endpoint, '/switchover', {});
  const check = 'credential for changes';
  if (posted.kind !== 'answered') return { check, facts, problem: posted.problem };
  const { status, text } = posted;
  if (status === 400) return { check, facts };
  const why = { target: config.target, status, why: text };
  return { check, facts, problem: problem('PATRONI_UNAUTHORIZED', why) };
}
