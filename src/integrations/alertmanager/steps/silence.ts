import { hiddenOf, SILENCE_HIDES_MAX, wouldHide } from '../../../core/incident/hides.ts';
import type { Step } from '../../../core/operation/plan.ts';
import { sendWithinMs } from '../../../core/operation/step-decide.ts';
import type { SilenceNotDone } from '../../../core/ports/silences.ts';
import type { Applied, Checked, Probed, StepDriver } from '../../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import { madeBy, type Reach, termsOf } from './terms.ts';

/**
 * Makes a silence that people approved. An Alertmanager makes a second one when it is asked twice, so that it is looked for
 * by its comment before each write, and is asked once.
 */
export function silenceDriver({ silences, now }: Reach): StepDriver {
  async function found(step: Step) {
    const { silence } = termsOf(step);
    return orThrow(await silences.find({ silence }));
  }

  async function check(step: Step, operation: string): Promise<Checked> {
    const { held } = await found(step);
    const stale = madeBy(held, step, operation)
      ? problem('PLAN_STALE', { field: 'silence', planned: 'not there', observed: 'made' })
      : await moved(
          step,
          held.map(({ ref }) => ref),
        );
    const ours = madeBy(held, step, operation) !== undefined;
    return stale ? { ok: false, problem: stale, ours } : { ok: true, token: String(now()) };
  }

  /** It hides what was shown, and of what is not critical no more besides than anybody may hide without an approval. */
  async function moved(step: Step, ours: readonly string[]): Promise<Problem | undefined> {
    const matching = orThrow(await silences.matching(termsOf(step).matchers));
    const { firing, critical } = hiddenOf(wouldHide(matching.alerts, ours));
    const shown = { firing: count(step, 'firing'), critical: count(step, 'critical') };
    if (critical > shown.critical) return stale('critical alerts', shown.critical, critical);
    return firing > shown.firing + SILENCE_HIDES_MAX
      ? stale('alerts', shown.firing, firing)
      : undefined;
  }

  async function apply(step: Step, operation: string): Promise<Applied> {
    const { durationMs, ...terms } = termsOf(step);
    const { held } = await found(step);
    const made = madeBy(held, step, operation);
    if (made) return applied(made.ref, made.endsAt);
    if (
      await moved(
        step,
        held.map(({ ref }) => ref),
      )
    )
      return { outcome: 'moved' };
    const [changes] = held;
    const endsAt = now() + durationMs;
    const done = await silences.create({
      ...terms,
      comment: `${terms.comment}, ${operation}`,
      startsAt: now(),
      endsAt,
      ...(changes && { changes }),
    });
    if (done.ok) return applied(done.ref, endsAt);
    return { outcome: done.why === 'unknown' ? 'unknown' : 'refused', problem: done.problem };
  }

  return {
    check: (step, { operation }) => check(step, operation),
    apply: (step, { operation }) => apply(step, operation),
    async probe(step, { operation, token }): Promise<Probed> {
      const { held, isWhole } = await found(step);
      if (madeBy(held, step, operation)) return 'yes';
      const landsBefore = Number(token) + sendWithinMs + silences.landsWithinMs;
      return isWhole && now() >= landsBefore ? 'no' : 'cannot-know';
    },
    async observe(step, { operation }) {
      const { held } = await found(step);
      return madeBy(held, step, operation)
        ? { state: 'done' }
        : { state: 'progress', progress: { done: 0, of: 1, what: 'is not named yet' } };
    },
    undo: ({ undo }) => undo,
    landsWithinMs: silences.landsWithinMs,
  };
}

function applied(ref: string, until: number): Applied {
  return { outcome: 'applied', outputs: { ref, until } };
}

function stale(field: string, planned: number, observed: number): Problem {
  return problem('PLAN_STALE', { field: `${field} that it hides`, planned, observed });
}

function count(step: Step, name: string): number {
  return Number(step.preconditions[name] ?? 0);
}

/** What could not be asked is neither: the loop asks again. */
export function orThrow<Found extends { readonly ok: true }>(found: Found | SilenceNotDone): Found {
  if (found.ok) return found;
  throw new ProblemError(found.problem);
}
