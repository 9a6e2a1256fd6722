import { setTimeout as wait } from 'node:timers/promises';
import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { Session } from '../connection.ts';
import { fenceOf, oldOf } from '../fencing.ts';
import { readNode } from '../node.ts';
import { meetWrite } from '../proof.ts';
import type { NodeConfig, Row } from '../schema.ts';
import { nodeNamed, type Reach, stateOf } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/**
 * Makes the chosen replica the primary. PostgreSQL refuses a second promotion by itself, and the statement names the
 * system and how much the replica must have received, so a late one changes nothing that was not meant.
 */
export function promoteDriver(reach: Reach): StepDriver {
  const { timeoutMs, catchUpMs } = reach.config;
  return {
    landsWithinMs: catchUpMs + timeoutMs * 4,
    check: (step, context) =>
      checking(async () => {
        const node = chosen(reach, context);
        const { operation } = context;
        const [found, held] = await Promise.all([
          stateOf(reach, node),
          // What somebody typed stands in its place: it is on the plan, and was approved with it.
          step.params['accepted'] === undefined
            ? fenceOf(reach, { node: oldOf(reach, step.params), operation })
            : { holds: true, why: '' },
        ]);
        if (found.role === 'primary') return taken(step, node);
        if (found.system !== step.params['system']) {
          const facts = { target: step.target.id, field: `system of ${node.name}` };
          const planned = String(step.params['system']);
          const moved = { ...facts, planned, observed: found.system };
          return { ok: false, problem: problem('PLAN_STALE', moved) };
        }
        if (!held.holds) {
          const facts = { primary: String(step.params['primary']), why: held.why };
          return { ok: false, problem: problem('PG_FENCE_UNPROVEN', facts) };
        }
        return { ok: true, token: `${node.name} ${found.startedAt}` };
      }),
    apply: (step, context) => applying((sent) => promote(reach, { step, context, sent })),
    async probe(step, context) {
      const found = await stateOf(reach, chosen(reach, context));
      const isDone = found.role === 'primary' && found.timeline > timelineOf(step);
      return isDone ? 'yes' : 'cannot-know';
    },
    observe: (step, context) =>
      watching('the new primary takes a write of the application', async () => {
        const node = chosen(reach, context);
        const [found, met] = await Promise.all([
          stateOf(reach, node),
          meetWrite(reach.connections, node.address),
        ]);
        const isIt = found.role === 'primary' && found.timeline > timelineOf(step);
        return isIt && met.how === 'taken';
      }),
    undo: () => 'irreversible',
  };
}

const lookEveryMs = 10;

/** https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL */
const statement = `
SELECT CASE
  WHEN pg_is_in_recovery()
    AND (SELECT system_identifier::text FROM pg_control_system()) = $1
    AND greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) >= $2::pg_lsn
  THEN pg_promote(false)
END AS promoted`;

async function promote(
  reach: Reach,
  {
    step,
    context,
    sent,
  }: {
    readonly step: Step;
    readonly context: ApplyContext;
    readonly sent: () => void;
  },
): Promise<Applied> {
  const { catchUpMs } = reach.config;
  const node = chosen(reach, context);
  const received = String(context.outputs['received'] ?? '0/0');
  // A promotion sent before may be under way: whatever goes wrong from here on, nobody may say that nothing happened.
  if (context.attempt > 1) sent();
  return reach.connections.admin(node.address, async (session) => {
    const { startedAt } = await readNode(session);
    if (context.token !== `${node.name} ${startedAt}`) return { outcome: 'moved' };
    const [row] = await asked(session, {
      system: String(step.params['system']),
      received,
      isFirst: context.attempt === 1,
      sent,
    });
    if (row?.['promoted'] === null) return { outcome: 'moved' };
    // Its own wait looks ten times a second only, and nobody can write meanwhile.
    for (let tries = 0; tries * lookEveryMs < catchUpMs; tries += 1) {
      const { role, timeline } = await readNode(session);
      if (role === 'primary') return { outcome: 'applied', outputs: { timeline } };
      await wait(lookEveryMs);
    }
    const facts = { node: node.name, seconds: catchUpMs / 1000 };
    return { outcome: 'unknown', problem: problem('PG_PROMOTION_PENDING', facts) };
  });
}

/** An ERROR is an answer: nothing was promoted by it. After an attempt of unknown end it says nothing of that one. */
async function asked(
  session: Session,
  {
    system,
    received,
    isFirst,
    sent,
  }: {
    readonly system: string;
    readonly received: string;
    readonly isFirst: boolean;
    readonly sent: () => void;
  },
): Promise<readonly Row[]> {
  try {
    const rows = await session.query(statement, system, received);
    sent();
    return rows;
  } catch (error) {
    const isNo = error instanceof ProblemError && error.problem.code === 'PG_REFUSED';
    if (!isNo || !isFirst) sent();
    throw error;
  }
}

function chosen(reach: Reach, { outputs }: StepContext): NodeConfig {
  const name = outputs['candidate'];
  if (name === undefined) throw new ProblemError(problem('PG_NOT_CHOSEN', {}));
  return nodeNamed(reach, name);
}

function timelineOf({ params }: Step): number {
  return Number(params['timeline']);
}

function taken(step: Step, node: NodeConfig) {
  const facts = {
    target: step.target.id,
    field: node.name,
    planned: 'standby',
    observed: 'primary',
  };
  return { ok: false, ours: true, problem: problem('PLAN_STALE', facts) } as const;
}
