import type { Step } from '../../../core/operation/plan.ts';
import type { ApplyContext, Progress, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../../core/problem.ts';
import { isTaken } from '../clients.ts';
import { believed, checked, type Seen, sent } from './driven.ts';

/** One change of AWS as all of them are: looked at, sent once, and followed by looking until it is done. `T` is what is looked at. */
export interface Deed<T> {
  /** What is waited for: `the standby takes over`. */
  readonly what: string;
  /** An instance or cluster that has begun says so in its status, long before it is done; two minutes when absent. */
  readonly landsWithinMs?: number;
  read(step: Step, context: StepContext): Promise<T>;
  /** Who it is, and the fields that were shown. */
  seen(found: T, step: Step): Seen;
  /** What is given out is an output of the step. */
  send(step: Step, context: ApplyContext): Promise<Facts | undefined>;
  isBegun(found: T, step: Step, context: StepContext): boolean;
  isDone(found: T, step: Step, context: StepContext): boolean;
  says(found: T): string;
  /** In percent, where AWS says it. */
  percent?(found: T): number | undefined;
  /** It has come to nothing. */
  fault?(found: T, step: Step): Problem | undefined;
  /** Only our own request could have begun it: it carries the name of the operation. */
  readonly isNamed?: true;
  readonly undo?: StepDriver['undo'];
}

export function deedDriver<T>(deed: Deed<T>): StepDriver {
  const see = async (step: Step, context: StepContext) =>
    deed.seen(await deed.read(step, context), step);
  const isBegun = async (step: Step, context: StepContext) =>
    deed.isBegun(await deed.read(step, context), step, context);
  return {
    landsWithinMs: deed.landsWithinMs ?? 120_000,
    async check(step, context) {
      if (deed.isNamed && (await isBegun(step, context).catch(() => false))) {
        const begun = problem('AWS_BEGUN_ALREADY', { operation: context.operation });
        return { ok: false, ours: true, problem: begun };
      }
      return checked(step, () => see(step, context));
    },
    async apply(step, context) {
      const applied = await sent(context.token, {
        see: () => see(step, context),
        send: () => deed.send(step, context),
      });
      // Its name is taken: by a request of ours that was given up, or by somebody else.
      if (applied.outcome !== 'refused' || !isTaken(applied.problem)) return applied;
      return (await isBegun(step, context).catch(() => false)) ? { outcome: 'applied' } : applied;
    },
    probe: (step, context) => believed(() => isBegun(step, context)),
    async observe(step, context) {
      try {
        const found = await deed.read(step, context);
        const because = deed.fault?.(found, step);
        if (because) return { state: 'failed', problem: because };
        const isDone = deed.isDone(found, step, context);
        const progress = progressOf(deed, found, isDone);
        return { state: isDone ? 'done' : 'progress', progress };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        // What cannot be seen just now is looked at again, until the plan's time for it is up.
        return { state: 'progress', progress: { done: 0, of: 1, what: deed.what } };
      }
    },
    undo: deed.undo ?? (() => 'irreversible'),
  };
}

function progressOf<T>({ what, says, percent }: Deed<T>, found: T, isDone: boolean): Progress {
  const said = says(found);
  const words = said === '' ? what : `${what}: ${said}`;
  const part = percent?.(found);
  if (part !== undefined) return { done: isDone ? 100 : part, of: 100, what: `% · ${words}` };
  return { done: isDone ? 1 : 0, of: 1, what: words };
}
