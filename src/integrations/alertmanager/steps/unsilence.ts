import type { Step } from '../../../core/operation/plan.ts';
import { sendWithinMs } from '../../../core/operation/step-decide.ts';
import type { Applied, StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import { orThrow } from './silence.ts';
import type { Reach } from './terms.ts';

/** Ends a silence that an operation made. To end it twice is the same as once. */
export function unsilenceDriver({ silences, now }: Reach): StepDriver {
  const held = async ({ params }: Step) =>
    orThrow(await silences.find({ silence: String(params['silence']) }));

  async function apply(step: Step): Promise<Applied> {
    for (const { ref } of (await held(step)).held) {
      const done = await silences.remove(ref);
      if (!done.ok) {
        return { outcome: done.why === 'unknown' ? 'unknown' : 'refused', problem: done.problem };
      }
    }
    return { outcome: 'applied' };
  }

  return {
    async check(step) {
      const found = await held(step);
      if (found.held.length > 0) return { ok: true, token: String(now()) };
      const facts = { field: 'silence', planned: 'holds', observed: 'over' };
      return { ok: false, problem: problem('PLAN_STALE', facts), ours: found.isOver };
    },
    apply,
    async probe(step, { token }) {
      const found = await held(step);
      if (found.held.length === 0) return 'yes';
      const landsBefore = Number(token) + sendWithinMs + silences.landsWithinMs;
      return found.isWhole && now() >= landsBefore ? 'no' : 'cannot-know';
    },
    async observe(step) {
      const found = await held(step);
      const progress = { done: 0, of: 1, what: 'still holds' };
      return found.held.length === 0 ? { state: 'done' } : { state: 'progress', progress };
    },
    undo: () => 'irreversible',
    landsWithinMs: silences.landsWithinMs,
  };
}
