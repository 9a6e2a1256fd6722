import type { Step } from '../../../core/operation/plan.ts';
import type { Checked, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import { oldOf, runFence } from '../fencing.ts';
import { meetWrite } from '../proof.ts';
import { isTrue, type NodeConfig } from '../schema.ts';
import { nodeNamed, type Reach, stateOf } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/**
 * The way back from a failover that promoted nobody: the old primary is given back. Where a replica is a primary by now,
 * or may become one at any moment, the fence stays: two that take writes are worse than none.
 */
export function unfenceDriver(reach: Reach): StepDriver {
  const commandMs = reach.config.fence?.timeoutMs ?? 0;
  return {
    landsWithinMs: commandMs + reach.config.timeoutMs * 4,
    check: (step, context) => checking(() => check(reach, step, context)),
    apply: (step, { operation }) =>
      applying(async (sent) => {
        const node = oldOf(reach, step.params);
        if (await promoted(reach, step)) return { outcome: 'moved' };
        sent();
        const { exit, said } = await runFence(reach, 'undo', {
          node,
          operation,
          note: String(step.params['fence'] ?? ''),
        });
        if (exit === 'missing') {
          return { outcome: 'refused', problem: problem('PG_UNFENCE_FAILED', { exit, said }) };
        }
        return { outcome: 'applied', outputs: { unfenced: exit, unfencedSaid: said } };
      }),
    async probe(step) {
      const met = await meetWrite(reach.connections, oldOf(reach, step.params).address);
      return met.how === 'taken' ? 'yes' : 'cannot-know';
    },
    observe: (step, { outputs }) =>
      watching('the old primary takes writes of the application', async () => {
        const met = await meetWrite(reach.connections, oldOf(reach, step.params).address);
        if (met.how === 'taken') return true;
        const exit = String(outputs['unfenced'] ?? '0');
        const said = String(outputs['unfencedSaid'] ?? '');
        return exit === '0' ? false : problem('PG_UNFENCE_FAILED', { exit, said });
      }),
    undo: () => 'irreversible',
  };
}

async function check(reach: Reach, step: Step, { outputs }: StepContext): Promise<Checked> {
  const primary = String(step.params['primary']);
  const other = await promoted(reach, step);
  if (other) {
    return { ok: false, problem: problem('PG_PROMOTED_ALREADY', { node: other.name, primary }) };
  }
  // Where a promotion may have been sent its server must say that none is pending.
  if (step.params['after'] === 'promotion' && outputs['candidate'] !== undefined) {
    const node = nodeNamed(reach, outputs['candidate']);
    if (await isPending(reach, node)) {
      return { ok: false, problem: problem('PG_PROMOTION_MAY_COME', { node: node.name, primary }) };
    }
  }
  return { ok: true, token: primary };
}

/** A shown replica that is a primary by now. */
export async function promoted(reach: Reach, step: Step): Promise<NodeConfig | undefined> {
  const names = String(step.params['candidates']).split(', ');
  const looked = await Promise.all(
    names.map(async (name) => {
      const node = nodeNamed(reach, name);
      const state = await stateOf(reach, node).catch(() => undefined);
      return state?.role === 'primary' ? node : undefined;
    }),
  );
  return looked.find((node) => node !== undefined);
}

/** A promotion leaves this file until it begins: https://www.postgresql.org/docs/current/functions-admin.html */
async function isPending({ connections }: Reach, { address }: NodeConfig): Promise<boolean> {
  const [row] = await connections.admin(address, (session) =>
    session.query(`
      SELECT NOT pg_is_in_recovery()
        OR EXISTS (SELECT FROM pg_stat_file('promote', true) WHERE modification IS NOT NULL)
        AS pending`),
  );
  return isTrue(row, 'pending');
}
