import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { fenceOf, oldOf } from '../fencing.ts';
import { meetWrite } from '../proof.ts';
import { isTrue, type NodeConfig } from '../schema.ts';
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
        const found = await stateOf(reach, node);
        if (found.role === 'primary') return taken(step, node);
        const { operation } = context;
        const held = await fenceOf(reach, { node: oldOf(reach, step.params), operation });
        if (!held.holds) {
          const facts = { primary: String(step.params['primary']), why: held.why };
          return { ok: false, problem: problem('PG_FENCE_UNPROVEN', facts) };
        }
        return { ok: true, token: `${node.name}/${found.received}` };
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
        const found = await stateOf(reach, node);
        if (found.role !== 'primary' || found.timeline <= timelineOf(step)) return false;
        const met = await meetWrite(reach.connections, node.address);
        return met.how === 'taken';
      }),
    undo: () => 'irreversible',
  };
}

/** https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL */
const statement = `
SELECT CASE
  WHEN pg_is_in_recovery()
    AND (SELECT system_identifier::text FROM pg_control_system()) = $1
    AND greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) >= $2::pg_lsn
  THEN pg_promote(true, $3::int)
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
  if (context.token.split('/')[0] !== node.name) return { outcome: 'moved' };
  const received = String(context.outputs['received'] ?? '0/0');
  // A promotion sent before may be under way: whatever goes wrong from here on, nobody may say that nothing happened.
  if (context.attempt > 1) sent();
  const [row] = await reach.connections.admin(
    node.address,
    (session) => {
      sent();
      const seconds = Math.max(1, Math.floor(catchUpMs / 1000) - 1);
      return session.query(statement, String(step.params['system']), received, seconds);
    },
    catchUpMs,
  );
  if (row?.['promoted'] === null) return { outcome: 'moved' };
  if (!isTrue(row, 'promoted')) {
    const facts = { node: node.name, seconds: catchUpMs / 1000 };
    return { outcome: 'unknown', problem: problem('PG_PROMOTION_PENDING', facts) };
  }
  const { timeline } = await stateOf(reach, node);
  return { outcome: 'applied', outputs: { timeline } };
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
