import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import type { Session } from '../connection.ts';
import { fenceOf, oldOf, runFence, wordsOf } from '../fencing.ts';
import { type Met, meetWrite, meetWriteOn } from '../proof.ts';
import { type NodeConfig, textOf } from '../schema.ts';
import { type Reach, readTopology } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';
import { shownOf, shownPointed } from './shown.ts';

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
    landsWithinMs: commandMs + timeoutMs * 6,
    check: (step, { operation, sent = 0 }) =>
      checking(async () => {
        if (sent > 0 && (await isSaidToHold(reach, step, operation))) return already(step);
        const { moved, startedAt } = await looked(reach, step, sent > 0);
        if (moved) {
          return {
            ok: false,
            problem: problem('PLAN_STALE', { target: step.target.id, ...moved }),
          };
        }
        await checkpointed(reach, step, sent > 0);
        return { ok: true, token: startedAt };
      }),
    apply: (step, context) => applying((sent) => apply(reach, { step, context, sent })),
    // A server that was dead before refuses as well as a fenced one: only its own word tells that it was fenced.
    async probe(step, { operation }) {
      const node = oldOf(reach, step.params);
      if (!wordsOf(reach, 'status', node)) return 'cannot-know';
      if (await isSaidToHold(reach, step, operation)) return 'yes';
      // Half-way, nobody takes writes: it is done again at once, which harms nothing. Else an attempt that is still under way is waited for.
      const met = await meetWrite(reach.connections, node.address);
      return met.how === 'taken' ? 'cannot-know' : 'no';
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
  const isAgain = context.attempt > 1;
  const [{ moved, startedAt }, lsn] = await Promise.all([
    looked(reach, step, isAgain),
    written(reach, step, isAgain),
  ]);
  if (moved || startedAt !== context.token) return { outcome: 'moved' };
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

/**
 * Makes the stop short; it changes nothing that anybody was shown, so it needs no intent, and after a crash nobody has to wait
 * for its end. Of one that was stopped by an attempt before there is none.
 * https://www.postgresql.org/docs/current/sql-checkpoint.html
 */
async function checkpointed(reach: Reach, step: Step, isAgain: boolean): Promise<void> {
  if (step.params['mode'] !== 'planned') return;
  const { address } = oldOf(reach, step.params);
  const asked = reach.connections.admin(
    address,
    (session) => session.query('CHECKPOINT'),
    checkpointMs,
  );
  await (isAgain ? asked.catch(() => []) : asked);
}

/** How far the primary has written; empty where it is not asked, or was stopped by an attempt before. */
async function written(reach: Reach, step: Step, isAgain: boolean): Promise<string> {
  if (step.params['mode'] !== 'planned') return '';
  const { address } = oldOf(reach, step.params);
  const asked = reach.connections.admin(address, async (session) => {
    const [row] = await session.query('SELECT pg_current_wal_lsn() AS lsn');
    return textOf(row, 'lsn');
  });
  return isAgain ? asked.catch(() => '') : asked;
}

/**
 * The first thing that is not as it was shown. Of what was sent before half may be done: then the primary may be silent.
 */
async function looked(
  reach: Reach,
  step: Step,
  isAgain: boolean,
): Promise<{ readonly moved?: Facts; readonly startedAt: string }> {
  const node = oldOf(reach, step.params);
  const topology = await readTopology(reach);
  const startedAt = topology.primary.state?.startedAt ?? 'silent';
  const seen: Facts = {
    ...shownOf(topology),
    ...(await shownPointed(reach, node)),
    fence: wordsOf(reach, 'command', node) ?? '',
    ...(isAgain ? { answers: step.preconditions['answers'] ?? '' } : {}),
  };
  for (const [field, planned] of Object.entries(step.preconditions)) {
    const observed = seen[field] ?? '';
    if (observed !== planned) return { moved: { field, planned, observed }, startedAt };
  }
  return { startedAt };
}

async function isSaidToHold(reach: Reach, step: Step, operation: string): Promise<boolean> {
  const node = oldOf(reach, step.params);
  if (!wordsOf(reach, 'status', node)) return false;
  return (await fenceOf(reach, { node, operation })).holds;
}

function already(step: Step) {
  const facts = { primary: primaryOf(step) };
  return { ok: false, ours: true, problem: problem('PG_FENCED_ALREADY', facts) } as const;
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
