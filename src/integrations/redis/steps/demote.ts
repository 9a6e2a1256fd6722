import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, Checked, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { Server } from '../connection.ts';
import { isReplicaOf, readReplication } from '../replication.ts';
import { type Address, addressOf, said } from '../schema.ts';
import { agreedMaster, member, type Reach } from '../topology.ts';
import { newMaster, proveWrite, watched } from './master.ts';
import { openWrites } from './pause.ts';

/**
 * The old master follows the new one and lets its clients go, by our own word: Sentinels do it only after some ten
 * seconds, and not before the pause has ended. Writes that were held are then refused, never acknowledged.
 */
export function demoteDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4,
    check: (step) => checkDemotion(reach, step),
    apply: (step) => sent(() => demote(reach, step)),
    async probe(step) {
      const isDone = await follows(reach, step).catch(() => false);
      return isDone ? 'yes' : 'cannot-know';
    },
    observe: (step) => watched('the old master follows the new one', () => settled(reach, step)),
    undo: () => 'irreversible',
  };
}

/**
 * The way out of a failover that stopped half-way. Where another server has become master the old one is made to
 * follow it before writes open again; otherwise it is still the master and simply goes on.
 */
export function releaseDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4,
    async check(step): Promise<Checked> {
      try {
        const { runId } = await member(reach, oldOf(step));
        return { ok: true, token: runId };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    apply: (step) => sent(() => release(reach, step)),
    async probe() {
      return 'cannot-know';
    },
    observe: (step) =>
      watched('writes open', async () => {
        const promoted = await newMaster(reach, step);
        if (promoted) return follows(reach, step);
        await reach.connections.server(oldOf(step), proveWrite);
        return true;
      }),
    undo: () => 'irreversible',
  };
}

async function checkDemotion(reach: Reach, step: Step): Promise<Checked> {
  try {
    const promoted = await newMaster(reach, step);
    if (!promoted) {
      return {
        ok: false,
        problem: problem('REDIS_NOT_MASTER', { server: 'no candidate', role: '' }),
      };
    }
    await reach.connections.server(promoted.address, proveWrite);
    return { ok: true, token: promoted.runId };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

async function release(reach: Reach, step: Step): Promise<void> {
  if (await newMaster(reach, step)) return demote(reach, step);
  await reach.connections.server(oldOf(step), openWrites);
}

async function demote(reach: Reach, step: Step): Promise<void> {
  const promoted = await newMaster(reach, step);
  if (!promoted) {
    throw new ProblemError(problem('REDIS_NOT_MASTER', { server: 'no candidate', role: '' }));
  }
  await reach.connections.server(oldOf(step), (old) => follow(old, promoted.address));
}

/** In this order: what a paused client had sent is answered READONLY, or its connection ends. */
async function follow(old: Server, { host, port }: Address): Promise<void> {
  await old.call('REPLICAOF', host, String(port));
  await old.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await openWrites(old);
}

async function follows(reach: Reach, step: Step): Promise<boolean> {
  const promoted = await newMaster(reach, step);
  if (!promoted) return false;
  const old = await reach.connections.server(oldOf(step), readReplication);
  return isReplicaOf(old, promoted.address) && old.linked;
}

async function settled(reach: Reach, step: Step): Promise<boolean> {
  const promoted = await newMaster(reach, step);
  if (!promoted || !(await follows(reach, step))) return false;
  return (await agreedMaster(reach)) === said(promoted.address);
}

/** A lost answer leaves it unknown; a refusal changed nothing. */
async function sent(send: () => Promise<void>): Promise<Applied> {
  try {
    await send();
    return { outcome: 'applied' };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const isLost = error.problem.code === 'REDIS_NO_ANSWER';
    return { outcome: isLost ? 'unknown' : 'refused', problem: error.problem };
  }
}

function oldOf(step: Step): Address {
  const address = addressOf(step.params['master']);
  if (!address)
    throw new ProblemError(problem('REDIS_NO_MASTER', { target: step.target.id, told: '' }));
  return address;
}
