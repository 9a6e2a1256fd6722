import { setTimeout as wait } from 'node:timers/promises';
import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, Checked, StepDriver } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { said } from '../schema.ts';
import { member, type Reach, readTopology, type Topology } from '../topology.ts';
import { newMaster, proveWrite, refusedOr, watched } from './master.ts';
import { claimOf, holdWrites, openWrites, pauseWrites } from './pause.ts';

/** Replicas that are this late once writes are paused are no candidates for anything. */
const catchUpTriesMax = 25;
const catchUpEveryMs = 100;

/**
 * Writes are paused before the Sentinels are told, for the old master goes on to acknowledge writes for seconds after
 * another one was promoted, and all of those are lost. A claim of ours, written once before anything else, keeps a
 * second attempt from sending a second failover.
 */
export function switchDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: catchUpTriesMax * catchUpEveryMs + reach.config.timeoutMs * 6,
    check: (step, context) => check(reach, step, claimOf(context)),
    apply: (step, context) => apply(reach, step, context),
    async probe(step, context) {
      await holdWrites(reach, step, context);
      const found = await newMaster(reach, step).catch(() => undefined);
      return found === undefined ? 'cannot-know' : 'yes';
    },
    observe: (step, context) =>
      watched('a replica becomes master', async () => {
        await holdWrites(reach, step, context);
        const found = await newMaster(reach, step);
        if (found === undefined) return false;
        await reach.connections.server(found.address, proveWrite);
        return true;
      }),
    undo: () => 'irreversible',
  };
}

async function check(reach: Reach, step: Step, claim: string): Promise<Checked> {
  try {
    const topology = await readTopology(reach);
    const moved = differenceIn(step, topology);
    if (moved) {
      return { ok: false, problem: problem('PLAN_STALE', { target: step.target.id, ...moved }) };
    }
    const claimed = await reach.connections.server(topology.master.address, (server) =>
      server.call('EXISTS', claim),
    );
    return claimed === 1
      ? { ok: false, problem: problem('REDIS_CLAIMED', { target: step.target.id }) }
      : { ok: true, token: tokenOf(topology) };
  } catch (error) {
    return refusedOr(error);
  }
}

async function apply(reach: Reach, step: Step, context: ApplyContext): Promise<Applied> {
  const claim = claimOf(context);
  let isSent = false;
  try {
    const topology = await readTopology(reach);
    if (differenceIn(step, topology) || tokenOf(topology) !== context.token) {
      return { outcome: 'moved' };
    }
    return await reach.connections.server(topology.master.address, async (old) => {
      if ((await old.call('SET', claim, '1', 'NX', 'EX', '3600')) !== 'OK') {
        return { outcome: 'moved' };
      }
      try {
        await pauseWrites(old);
        await caughtUp(reach, topology);
        isSent = true;
        await failOver(reach, topology);
        return { outcome: 'applied' };
      } catch (error) {
        // Only a clear no says that nothing is on its way; then writes go on at once.
        if (!isSent || isRefusal(error)) {
          isSent = false;
          await openWrites(old);
          await old.call('DEL', claim);
        }
        throw error;
      }
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { outcome: isSent ? 'unknown' : 'refused', problem: error.problem };
  }
}

async function failOver({ config, connections }: Reach, { sentinels }: Topology): Promise<void> {
  const [first] = sentinels;
  // Always the same one: "in progress" is known only to the Sentinel that was told.
  if (first === undefined) throw new ProblemError(problem('REDIS_NO_MASTER', { target: '' }));
  await connections.sentinel(first, (sentinel) =>
    sentinel.call('SENTINEL', 'FAILOVER', config.master),
  );
}

/** Every candidate, for any may be chosen. */
async function caughtUp(reach: Reach, { master, replicas }: Topology): Promise<void> {
  let late = '';
  const { offset } = await member(reach, master.address);
  for (let tries = 0; tries < catchUpTriesMax; tries += 1) {
    const now = await Promise.all(replicas.map(({ address }) => member(reach, address)));
    const behind = now.filter((each) => each.offset < offset);
    if (behind.length === 0) return;
    late = behind.map(({ name }) => name).join(', ');
    await wait(catchUpEveryMs);
  }
  const seconds = (catchUpTriesMax * catchUpEveryMs) / 1000;
  throw new ProblemError(problem('REDIS_REPLICA_LATE', { late, seconds }));
}

function differenceIn(step: Step, { master, replicas }: Topology): Facts | undefined {
  const seen: Facts = {
    master: master.name,
    runId: master.runId,
    candidates: replicas.map(({ address }) => said(address)).join(', '),
    first: firstOf(replicas),
  };
  for (const [field, planned] of Object.entries(step.preconditions)) {
    if (seen[field] !== planned) return { field, planned, observed: seen[field] ?? '' };
  }
  return undefined;
}

/** Whom the Sentinels are sure to choose; '' where more than one may be. */
function firstOf(replicas: Topology['replicas']): string {
  const [first, second] = [...replicas].sort((a, b) => a.priority - b.priority);
  return first && first.priority !== second?.priority ? first.name : '';
}

function tokenOf({ master, epoch }: Topology): string {
  return `${master.runId}/${epoch}`;
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    (error.problem.code === 'REDIS_REFUSED' || error.problem.code === 'REDIS_UNREACHABLE')
  );
}
