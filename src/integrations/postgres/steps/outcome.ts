import type { Applied, Checked, Observed } from '../../../core/ports/step.ts';
import { type Problem, ProblemError } from '../../../core/problem.ts';

/** A problem met while checking is the answer of the check. */
export async function checking(look: () => Promise<Checked>): Promise<Checked> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** `isSent`: from when on nobody can say that nothing happened. */
export async function applying(send: (sent: () => void) => Promise<Applied>): Promise<Applied> {
  let isSent = false;
  try {
    return await send(() => {
      isSent = true;
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { outcome: isSent ? 'unknown' : 'refused', problem: error.problem };
  }
}

/** What cannot be seen just now is looked at again, until the plan's time for it is up. A text is what it waits for. */
export async function watching(
  what: string,
  look: () => Promise<boolean | string | Problem>,
): Promise<Observed> {
  try {
    const seen = await look();
    if (seen === true) return { state: 'done' };
    if (typeof seen === 'string') return progress(seen);
    return seen === false ? progress(what) : { state: 'failed', problem: seen };
  } catch (error) {
    if (error instanceof ProblemError) return progress(what);
    throw error;
  }
}

function progress(what: string): Observed {
  return { state: 'progress', progress: { done: 0, of: 1, what } };
}
