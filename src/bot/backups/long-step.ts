import type { Step } from '../../core/operation/plan.ts';
import type { Applied, Checked, Observed, StepContext, StepDriver } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Job, JobOutcome } from './job.ts';

/** One kind of step whose work goes on beside the loop of operations. */
export interface LongKind<T> {
  /** The precondition; the token is what the step gives out under the name `output`. */
  check(step: Step, context: StepContext): Promise<Checked>;
  readonly output?: string;
  /** What it gives out at its end: an answer that got lost takes nothing with it. */
  outputs?(value: T): Facts;
  /** What it left behind when it was whole; undefined where it is not, or leaves nothing. */
  found(step: Step, context: StepContext): Promise<T | undefined>;
  begin(step: Step, context: StepContext): Job<T>;
  /** Puts on the record what came of it. */
  ended(step: Step, context: StepContext, outcome: JobOutcome<T>): Promise<Problem | undefined>;
}

export interface LongStep {
  readonly driver: StepDriver;
  /** Whose work goes on in this process. */
  underWay(): readonly Step[];
  /** Ends what is under way. */
  close(): void;
}

/**
 * `apply` begins it, `observe` follows it. A process that finds neither work nor result begins it anew: such a kind writes
 * nothing but what is its own, so that twice is as good as once.
 */
export function longStep<T>(kind: LongKind<T>): LongStep {
  const jobs = new Map<string, { readonly job: Job<T>; readonly step: Step }>();
  const keyOf = ({ operation }: StepContext, { id }: Step) => `${operation}/${id}`;

  async function end(step: Step, context: StepContext, outcome: JobOutcome<T>): Promise<Observed> {
    const because = await kind.ended(step, context, outcome);
    jobs.delete(keyOf(context, step));
    if (because) return { state: 'failed', problem: because };
    return {
      state: 'done',
      ...(outcome.ok && kind.outputs && { outputs: kind.outputs(outcome.value) }),
    };
  }

  const driver: StepDriver = {
    // Whoever took it up is gone, and with it what would have come of it.
    landsWithinMs: 30_000,
    async check(step, context) {
      const checked = await kind.check(step, context).catch((error: unknown): Checked => {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      });
      // What cannot even begin has come to nothing as well.
      if (!checked.ok) await kind.ended(step, context, checked).catch(() => undefined);
      return checked;
    },
    async apply(step, context): Promise<Applied> {
      jobs.set(keyOf(context, step), { job: kind.begin(step, context), step });
      const outputs = kind.output === undefined ? {} : { [kind.output]: context.token };
      return { outcome: 'applied', outputs };
    },
    async probe(step, context) {
      const known = jobs.has(keyOf(context, step)) || (await kind.found(step, context));
      return known ? 'yes' : 'no';
    },
    async observe(step, context): Promise<Observed> {
      const stopped = problem('BACKUP_STOPPED', {});
      let job = jobs.get(keyOf(context, step))?.job;
      if (!job) {
        const value = await kind.found(step, context);
        if (value !== undefined) return end(step, context, { ok: true, value });
        if (context.stopped) return end(step, context, { ok: false, problem: stopped });
        job = kind.begin(step, context);
        jobs.set(keyOf(context, step), { job, step });
      }
      if (context.stopped) await job.stop(stopped);
      const outcome = job.outcome();
      if (outcome) return end(step, context, outcome);
      return { state: 'progress', progress: job.progress() };
    },
    undo: () => 'irreversible',
  };
  return {
    driver,
    underWay: () => [...jobs.values()].map(({ step }) => step),
    close() {
      for (const { job } of jobs.values()) void job.stop(problem('BACKUP_STOPPED', {}));
    },
  };
}
