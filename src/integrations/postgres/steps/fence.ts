import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import type { Session } from '../connection.ts';
import { argvOf, fenceOf, oldOf, runFence } from '../fencing.ts';
import { type Met, meetWriteOn } from '../proof.ts';
import { type NodeConfig, textOf } from '../schema.ts';
import { type Reach, readTopology } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';
import { shownFiles, shownOf } from './shown.ts';

/** A checkpoint before the fence makes the stop short; one that is late is not waited for. */
export const checkpointMs = 60_000;

/**
 * Stops the old primary and keeps it stopped, by the configured command. Whatever the command ends with, it may have
 * changed something: then the step took effect, is found not to hold, and is taken back.
 */
export function fenceDriver(reach: Reach): StepDriver {
  const { timeoutMs } = reach.config;
  const commandMs = reach.config.fence?.timeoutMs ?? 0;
  return {
    landsWithinMs: commandMs * 2 + checkpointMs + timeoutMs * 6,
    check: (step, { operation, sent = 0 }) =>
      checking(async () => {
        const node = oldOf(reach, step.params);
        if (sent > 0) {
          // What is found may be half of what was sent: to send it again is the way on.
          const held = await fenceOf(reach, { node, operation });
          return held.holds
            ? {
                ok: false,
                ours: true,
                problem: problem('PG_FENCED_ALREADY', { primary: node.name }),
              }
            : { ok: true, token: tokenOf(step) };
        }
        const moved = await differenceIn(reach, step);
        return moved
          ? { ok: false, problem: problem('PLAN_STALE', { target: step.target.id, ...moved }) }
          : { ok: true, token: tokenOf(step) };
      }),
    apply: (step, context) => applying((sent) => apply(reach, { step, context, sent })),
    async probe(step, { operation }) {
      const held = await fenceOf(reach, { node: oldOf(reach, step.params), operation });
      return held.holds ? 'yes' : 'cannot-know';
    },
    observe: (step, context) =>
      watching('the old primary is fenced', async () => {
        const { exit, said, open } = outputsOf(context);
        if (exit !== '' && exit !== '0') return problem('PG_FENCE_FAILED', { exit, said });
        if (open === 'taken') return problem('PG_FENCE_OPEN', { primary: primaryOf(step) });
        const node = oldOf(reach, step.params);
        const held = await fenceOf(reach, { node, operation: context.operation });
        return held.holds || problem('PG_FENCE_UNPROVEN', { primary: node.name, why: held.why });
      }),
    undo: () => 'irreversible',
  };
}

interface Applying {
  readonly step: Step;
  readonly context: ApplyContext;
  readonly sent: () => void;
}

async function apply(reach: Reach, { step, context, sent }: Applying): Promise<Applied> {
  const node = oldOf(reach, step.params);
  const lsn = context.attempt > 1 ? '' : await prepared(reach, step);
  if (lsn === undefined) return { outcome: 'moved' };
  return withOpenSession(reach, node, async (met) => {
    sent();
    const { exit, said } = await runFence(reach, 'command', { node, operation: context.operation });
    if (exit === 'missing') {
      return { outcome: 'refused', problem: problem('PG_FENCE_FAILED', { exit, said }) };
    }
    const { how } = await met();
    return { outcome: 'applied', outputs: { exit, said, open: how, lsn } };
  });
}

/** An application that is connected since before the fence must not get a write through either. */
async function withOpenSession(
  reach: Reach,
  node: NodeConfig,
  task: (met: () => Promise<Met>) => Promise<Applied>,
): Promise<Applied> {
  const gone: Met = { how: 'silent', why: 'it was not open before' };
  let isOpen = false;
  try {
    return await reach.connections.application(node.address, (session: Session) => {
      isOpen = true;
      return task(() => meetWriteOn(session));
    });
  } catch (error) {
    if (isOpen || !(error instanceof ProblemError)) throw error;
    return task(async () => gone);
  }
}

/** How far the primary had written; undefined when it is not as it was shown. A checkpoint changes nothing of that. */
async function prepared(reach: Reach, step: Step): Promise<string | undefined> {
  const isPlanned = step.params['mode'] === 'planned';
  const [moved, lsn] = await Promise.all([
    differenceIn(reach, step),
    isPlanned ? checkpoint(reach, oldOf(reach, step.params)) : '',
  ]);
  return moved ? undefined : lsn;
}

/** https://www.postgresql.org/docs/current/sql-checkpoint.html */
async function checkpoint({ connections }: Reach, node: NodeConfig): Promise<string> {
  return connections.admin(
    node.address,
    async (session) => {
      await session.query('CHECKPOINT');
      const [row] = await session.query('SELECT pg_current_wal_lsn() AS lsn');
      return textOf(row, 'lsn');
    },
    checkpointMs,
  );
}

/** The first thing that is not as it was shown. */
async function differenceIn(reach: Reach, step: Step): Promise<Facts | undefined> {
  const argv = argvOf(reach, 'command', oldOf(reach, step.params)) ?? [];
  const seen: Facts = {
    ...shownOf(await readTopology(reach)),
    ...(await shownFiles(reach, oldOf(reach, step.params))),
    fence: argv.join(' '),
  };
  for (const [field, planned] of Object.entries(step.preconditions)) {
    if (seen[field] !== planned) return { field, planned, observed: seen[field] ?? '' };
  }
  return undefined;
}

function tokenOf({ params }: Step): string {
  return `${params['system']}/${params['timeline']}/${params['primary']}`;
}

function primaryOf({ params }: Step): string {
  return String(params['primary']);
}

function outputsOf({ outputs }: StepContext) {
  return {
    exit: String(outputs['exit'] ?? ''),
    said: String(outputs['said'] ?? ''),
    open: String(outputs['open'] ?? ''),
  };
}
