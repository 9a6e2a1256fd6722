import type { Step } from '../../src/core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  Probed,
  StepDriver,
} from '../../src/core/ports/step.ts';

export interface OneTarget {
  readonly driver: StepDriver;
  /** What was written, in order: `op-1/s1`. */
  readonly writes: readonly string[];
  /** Operations that were writing or being verified at the same moment as another. */
  readonly overlaps: readonly string[];
  readonly calls: readonly string[];
}

export interface OneTargetOptions {
  /** Awaited in the middle of every call. */
  readonly gate?: (call: string) => Promise<void>;
  readonly check?: (step: Step) => Checked | undefined;
  readonly apply?: (step: Step, context: ApplyContext) => Applied | undefined;
  readonly probe?: () => Probed;
  readonly observe?: (step: Step) => Observed | undefined;
}

/** A target that keeps what was written to it, refuses a write whose token is old, and notices who else is at it. */
export function createOneTarget(options: OneTargetOptions = {}): OneTarget {
  const gate = options.gate ?? (() => Promise.resolve());
  const writes: string[] = [];
  const overlaps: string[] = [];
  const calls: string[] = [];
  let writing = '';
  let version = 1;

  const driver: StepDriver = {
    landsWithinMs: 2000,
    async check(step) {
      calls.push(`check ${step.id}`);
      await gate(calls.at(-1) ?? '');
      return options.check?.(step) ?? { ok: true, token: String(version) };
    },
    async apply(step, context) {
      calls.push(`apply ${step.id}`);
      if (writing !== '') overlaps.push(`${writing} ${context.operation}`);
      writing = context.operation;
      await gate(calls.at(-1) ?? '');
      writing = '';
      const special = options.apply?.(step, context);
      if (special) return special;
      if (context.token !== String(version)) return { outcome: 'moved' };
      version += 1;
      writes.push(`${context.operation}/${step.id}`);
      return { outcome: 'applied' };
    },
    async probe(step, context) {
      calls.push(`probe ${step.id}`);
      await gate(calls.at(-1) ?? '');
      if (options.probe) return options.probe();
      return writes.includes(`${context.operation}/${step.id}`) ? 'yes' : 'cannot-know';
    },
    async observe(step) {
      calls.push(`observe ${step.id}`);
      await gate(calls.at(-1) ?? '');
      return options.observe?.(step) ?? { state: 'done' };
    },
    undo: (step) => step.undo,
  };
  return { driver, writes, overlaps, calls };
}
