import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, Checked, Observed } from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { isRefusal } from '../clients.ts';

/** What was shown, held against what is seen now; the identity of the target first. */
export async function checked(
  step: Step,
  see: () => Promise<{ readonly identity: string; readonly seen: Facts; readonly token?: string }>,
): Promise<Checked> {
  try {
    const { identity, seen, token } = await see();
    const wanted: Facts = { ...step.preconditions, target: step.target.identity };
    const found: Facts = { ...seen, target: identity };
    for (const [field, planned] of Object.entries(wanted)) {
      if (found[field] === planned) continue;
      const facts = { field, planned, observed: found[field] ?? '' };
      return { ok: false, problem: problem('PLAN_STALE', facts) };
    }
    return { ok: true, token: token ?? JSON.stringify(seen) };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Sent once. A clear no changed nothing; no answer leaves it unknown. */
export async function sent(send: () => Promise<Facts | undefined>): Promise<Applied> {
  try {
    const outputs = await send();
    return { outcome: 'applied', ...(outputs && { outputs }) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { outcome: isRefusal(error) ? 'refused' : 'unknown', problem: error.problem };
  }
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
