import type { Step } from '../../../core/operation/plan.ts';
import type { StepContext } from '../../../core/ports/step.ts';
import { ProblemError } from '../../../core/problem.ts';
import type { Server } from '../connection.ts';
import { roleOf } from '../replication.ts';
import { addressOf } from '../schema.ts';
import type { Reachable } from '../topology.ts';

/**
 * The pause ends by itself, whatever becomes of us: https://redis.io/docs/latest/commands/client-pause/
 * Longer than a new master is waited for (20 s) and the next step's way to the old one.
 */
export const pauseMs = 40_000;

/** A key of ours: an ACL that grants `~tocsin:*` is enough. The first step sets it, and those after it look for it. */
export function claimOf({ operation }: StepContext): string {
  return `tocsin:failover:${operation}:s1`;
}

export async function pauseWrites(server: Server): Promise<void> {
  await server.call('CLIENT', 'PAUSE', String(pauseMs), 'WRITE');
}

export async function openWrites(server: Server): Promise<void> {
  await server.call('CLIENT', 'UNPAUSE');
}

/**
 * Renews the pause of the old master for as long as it is one, whenever a step looks: were it to run out while another
 * one leads, the old one would acknowledge what is lost. Only where our claim stands; and no look fails by it.
 */
export async function holdWrites(
  { connections }: Reachable,
  step: Step,
  context: StepContext,
): Promise<void> {
  const address = addressOf(step.params['master']);
  if (!address) return;
  try {
    await connections.server(address, async (old) => {
      if ((await old.call('EXISTS', claimOf(context))) !== 1) return;
      if ((await roleOf(old)) === 'master') await pauseWrites(old);
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
}
