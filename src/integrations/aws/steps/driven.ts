import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, Checked, Observed, Probed } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { isRefusal } from '../clients.ts';

/** A target as it is seen: who it is, and the fields that plans show. */
export interface Seen {
  readonly identity: string;
  readonly fields: Facts;
}

/** What was shown, held against what is seen now; the identity of the target first. */
export async function checked(step: Step, see: () => Promise<Seen>): Promise<Checked> {
  try {
    const { identity, fields } = await see();
    const wanted: Facts = { target: step.target.identity, ...step.preconditions };
    const found: Facts = { ...fields, target: identity };
    for (const [field, planned] of Object.entries(wanted)) {
      if (found[field] === planned) continue;
      const facts = { field, planned, observed: found[field] ?? '' };
      return { ok: false, problem: problem('PLAN_STALE', facts) };
    }
    return { ok: true, token: tokenOf({ identity, fields }) };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/**
 * Sent once, and only while what was checked is still so. A clear no changed nothing; no answer leaves it unknown, unless
 * nothing was sent yet.
 */
export async function sent(
  token: string,
  {
    see,
    send,
  }: { readonly see: () => Promise<Seen>; readonly send: () => Promise<Facts | undefined> },
): Promise<Applied> {
  let isSent = false;
  try {
    if (tokenOf(await see()) !== token) return { outcome: 'moved' };
    isSent = true;
    const outputs = await send();
    return { outcome: 'applied', ...(outputs && { outputs }) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const isKnown = !isSent || isRefusal(error);
    return { outcome: isKnown ? 'refused' : 'unknown', problem: error.problem };
  }
}

/** That it took effect is believed at once; that it did not, never: a request that got lost may still be worked on. */
export async function believed(look: () => Promise<boolean>): Promise<Probed> {
  try {
    return (await look()) ? 'yes' : 'cannot-know';
  } catch (error) {
    if (error instanceof ProblemError) return 'cannot-know';
    throw error;
  }
}

function tokenOf({ identity, fields }: Seen): string {
  return JSON.stringify([identity, ...Object.entries(fields)]);
}

/** What cannot be seen just now is looked at again, until the plan's time for it is up. */
export async function watched(
  what: string,
  look: () => Promise<{ readonly isDone: boolean; readonly now: string }>,
): Promise<Observed> {
  try {
    const { isDone, now } = await look();
    const progress = { done: isDone ? 1 : 0, of: 1, what: now === '' ? what : `${what}: ${now}` };
    return { state: isDone ? 'done' : 'progress', progress };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { state: 'progress', progress: { done: 0, of: 1, what } };
  }
}
