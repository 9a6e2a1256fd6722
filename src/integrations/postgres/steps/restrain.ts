import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import type { Session } from '../connection.ts';
import { oldOf } from '../fencing.ts';
import { meetWrite } from '../proof.ts';
import { textOf } from '../schema.ts';
import { type Reach, readTopology } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';
import { shownOf, shownPointed } from './shown.ts';
import { promoted } from './unfence.ts';

/**
 * What is left where no fence is configured, and somebody typed that it may not hold: read-only becomes the default of
 * the old primary, and its clients are sent away. Whoever says READ WRITE still writes there.
 */
export function restrainDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 8,
    check: (step) =>
      checking(async () => {
        const node = oldOf(reach, step.params);
        const topology = await readTopology(reach);
        const seen = { ...shownOf(topology), ...(await shownPointed(reach, node)) };
        for (const [field, planned] of Object.entries(step.preconditions)) {
          const observed = seen[field] ?? '';
          if (observed === planned) continue;
          const facts = { target: step.target.id, field, planned, observed };
          return { ok: false, problem: problem('PLAN_STALE', facts) };
        }
        return { ok: true, token: topology.primary.state?.startedAt ?? '' };
      }),
    apply: (step) =>
      applying(async (sent) => {
        const node = oldOf(reach, step.params);
        const lsn = await reach.connections.admin(node.address, async (session) => {
          sent();
          await makeReadOnly(session, true);
          await session.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND usename = $1`,
            reach.config.application.user,
          );
          const [row] = await session.query('SELECT pg_current_wal_lsn()::text AS lsn');
          return textOf(row, 'lsn');
        });
        return { outcome: 'applied', outputs: { lsn } };
      }),
    probe: async (step) => ((await isReadOnly(reach, step)) ? 'yes' : 'cannot-know'),
    observe: (step) =>
      watching('a write that does not say READ WRITE is refused', () => isReadOnly(reach, step)),
    undo: () => 'irreversible',
  };
}

/** Takes that back, while no replica was promoted. */
export function releaseDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4,
    check: (step) =>
      checking(async () => {
        const primary = String(step.params['primary']);
        const other = await promoted(reach, step);
        return other
          ? { ok: false, problem: problem('PG_PROMOTED_ALREADY', { node: other.name, primary }) }
          : { ok: true, token: primary };
      }),
    apply: (step) =>
      applying(async (sent) => {
        const { address } = oldOf(reach, step.params);
        await reach.connections.admin(address, async (session) => {
          sent();
          await makeReadOnly(session, false);
        });
        return { outcome: 'applied' };
      }),
    probe: async (step) => ((await isReadOnly(reach, step)) ? 'cannot-know' : 'yes'),
    observe: (step) =>
      watching('the old primary takes writes', async () => !(await isReadOnly(reach, step))),
    undo: () => 'irreversible',
  };
}

async function makeReadOnly(session: Session, is: boolean): Promise<void> {
  await session.query(
    is
      ? 'ALTER SYSTEM SET default_transaction_read_only = on'
      : 'ALTER SYSTEM RESET default_transaction_read_only',
  );
  await session.query('SELECT pg_reload_conf()');
}

async function isReadOnly({ config, connections }: Reach, { params }: Step): Promise<boolean> {
  const node = config.nodes.find(({ name }) => name === params['primary']);
  if (!node) return false;
  const met = await meetWrite(connections, node.address, 'BEGIN');
  return met.how === 'refused';
}
