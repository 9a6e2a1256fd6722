import type { Step } from '../../../core/operation/plan.ts';
import type { ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { Session } from '../connection.ts';
import { redirected } from '../conninfo.ts';
import { type Address, type NodeConfig, said, textOf } from '../schema.ts';
import { nodeNamed, type Reach, stateOf } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/** Turns the other replicas to the new primary. One that follows it already is left alone, so it may be done twice. */
export function followDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 6,
    check: (step, context) =>
      checking(async () => {
        const { name } = newPrimary(reach, context);
        for (const node of others(reach, step, context)) {
          const { role } = await stateOf(reach, node);
          const facts = { target: step.target.id, field: node.name, planned: 'standby' };
          if (role === 'primary') {
            return { ok: false, problem: problem('PLAN_STALE', { ...facts, observed: role }) };
          }
        }
        return { ok: true, token: name };
      }),
    apply: (step, context) =>
      applying(async (sent) => {
        if (context.token !== newPrimary(reach, context).name) return { outcome: 'moved' };
        for (const node of others(reach, step, context)) await turn(reach, { node, context, sent });
        return { outcome: 'applied' };
      }),
    async probe(step, context) {
      const is = await Promise.all(others(reach, step, context).map(isTurned));
      return is.every(Boolean) ? 'yes' : 'cannot-know';

      async function isTurned(node: NodeConfig): Promise<boolean> {
        return (await stateOf(reach, node)).upstream === said(placeOf(reach, context));
      }
    },
    observe: (step, context) =>
      watching('the other replicas follow the new primary', async () => {
        const { timeline } = await stateOf(reach, newPrimary(reach, context));
        const states = await Promise.all(
          others(reach, step, context).map((node) => stateOf(reach, node)),
        );
        return states.every((state) => state.streams && state.timeline === timeline);
      }),
    undo: () => 'irreversible',
  };
}

async function turn(
  reach: Reach,
  {
    node,
    context,
    sent,
  }: { readonly node: NodeConfig; readonly context: ApplyContext; readonly sent: () => void },
): Promise<void> {
  const place = placeOf(reach, context);
  const { upstream } = await stateOf(reach, node);
  if (upstream === said(place)) return;
  const slot = await reach.connections.admin(node.address, (session) =>
    setting(session, 'primary_slot_name'),
  );
  if (slot !== '') await makeSlot(reach, newPrimary(reach, context), slot);
  await reach.connections.admin(node.address, async (session) => {
    const conninfo = redirected(await setting(session, 'primary_conninfo'), place);
    sent();
    // ALTER SYSTEM takes no parameters and runs in no block: https://www.postgresql.org/docs/current/sql-altersystem.html
    await session.query('SET standard_conforming_strings = on');
    await session.query(`ALTER SYSTEM SET primary_conninfo = '${conninfo.replaceAll("'", "''")}'`);
    await session.query('SELECT pg_reload_conf()');
  });
}

/** Slots do not move with a failover: https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS */
async function makeSlot(reach: Reach, node: NodeConfig, slot: string): Promise<void> {
  try {
    await reach.connections.admin(node.address, (session) =>
      session.query(
        `SELECT pg_create_physical_replication_slot($1)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
        slot,
      ),
    );
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const facts = { slot, node: node.name, why: String(error.problem.facts['why']) };
    throw new ProblemError(problem('PG_SLOT_MISSING', facts), { cause: error });
  }
}

async function setting(session: Session, name: string): Promise<string> {
  const [row] = await session.query('SELECT current_setting($1, true) AS value', name);
  return textOf(row, 'value');
}

function others(reach: Reach, { params }: Step, { outputs }: StepContext): readonly NodeConfig[] {
  return String(params['follow'])
    .split(', ')
    .filter((name) => name !== outputs['candidate'])
    .map((name) => nodeNamed(reach, name));
}

function newPrimary(reach: Reach, { outputs }: StepContext): NodeConfig {
  return nodeNamed(reach, outputs['candidate']);
}

/** As the other servers reach it. */
function placeOf(reach: Reach, context: StepContext): Address {
  const { replication, address } = newPrimary(reach, context);
  return replication ?? address;
}
