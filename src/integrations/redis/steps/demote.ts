import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, Checked, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { Server } from '../connection.ts';
import { isReplicaOf, readReplication } from '../replication.ts';
import { type Address, addressOf, said } from '../schema.ts';
import { agreedMaster, member, type Reach } from '../topology.ts';
import { newMaster, proveWrite, refusedOr, watched } from './master.ts';
import { holdWrites, openWrites } from './pause.ts';

/**
 * The old master follows the new one and lets its clients go, by our own word: Sentinels do it only after some ten
 * seconds, and not before the pause has ended. Writes that were held are then refused, never acknowledged.
 */
export function demoteDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4,
    async check(step, context) {
      await holdWrites(reach, step, context);
      return checkDemotion(reach, step);
    },
    apply: (step) => sent(() => demote(reach, step)),
    async probe(step) {
      const isDone = await follows(reach, step).catch(() => false);
      return isDone ? 'yes' : 'cannot-know';
    },
    async observe(step, context) {
      await holdWrites(reach, step, context);
      return watched('the old master follows the new one', () => settled(reach, step));
    },
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
        if (await isOpen(reach, step)) {
          const facts = { master: String(step.params['master']) };
          return { ok: false, ours: true, problem: problem('REDIS_OPEN_ALREADY', facts) };
        }
        const { runId } = await member(reach, oldOf(step));
        return { ok: true, token: runId };
      } catch (error) {
        return refusedOr(error);
      }
    },
    apply: (step) => sent(() => release(reach, step)),
    async probe(step) {
      return (await isOpen(reach, step).catch(() => false)) ? 'yes' : 'cannot-know';
    },
    observe: (step) => watched('writes open', () => isOpen(reach, step)),
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
    if (await follows(reach, step)) {
      const facts = { master: String(step.params['master']), promoted: promoted.name };
      return { ok: false, ours: true, problem: problem('REDIS_FOLLOWS_ALREADY', facts) };
    }
    return { ok: true, token: promoted.runId };
  } catch (error) {
    return refusedOr(error);
  }
}

/** At the one master there is: a write that is held back is not answered, and says so by that. */
async function isOpen(reach: Reach, step: Step): Promise<boolean> {
  if (await newMaster(reach, step)) return follows(reach, step);
  try {
    await reach.connections.server(oldOf(step), proveWrite);
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
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
