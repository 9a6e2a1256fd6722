import type { Step } from '../../../core/operation/plan.ts';
import type { Checked, Observed } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { Server } from '../connection.ts';
import { roleOf } from '../replication.ts';
import { addressOf } from '../schema.ts';
import { type Member, member, type Reachable } from '../topology.ts';

/** The shown candidate that calls itself master; two would be a split, and then none is right. */
export async function newMaster(reach: Reachable, step: Step): Promise<Member | undefined> {
  const candidates = String(step.params['candidates'] ?? '').split(', ');
  const looked = await Promise.all(
    candidates.flatMap((name) => {
      const address = addressOf(name);
      return address ? [member(reach, address).catch(() => undefined)] : [];
    }),
  );
  const [one, ...more] = looked.flatMap((each) => (each?.role === 'master' ? [each] : []));
  return more.length === 0 ? one : undefined;
}

/** A master is one by its own word and by taking a write; the key is gone afterwards. */
export async function proveWrite(server: Server): Promise<void> {
  const key = 'tocsin:proof';
  const role = await roleOf(server);
  const written = await server.call('SET', key, '1', 'EX', '60');
  await server.call('DEL', key);
  if (role !== 'master' || written !== 'OK') {
    throw new ProblemError(problem('REDIS_NOT_MASTER', { server: server.address, role }));
  }
}

/** A check that could not be made is a refusal; anything else is a fault of ours. */
export function refusedOr(error: unknown): Checked {
  if (error instanceof ProblemError) return { ok: false, problem: error.problem };
  throw error;
}

/** What cannot be seen just now is looked at again, until the plan's time for it is up. */
export async function watched(what: string, look: () => Promise<boolean>): Promise<Observed> {
  const isDone = await look().catch((error: unknown) => {
    if (error instanceof ProblemError) return false;
    throw error;
  });
  return isDone ? { state: 'done' } : { state: 'progress', progress: { done: 0, of: 1, what } };
}
