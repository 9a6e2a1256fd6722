import type { Change, Step, StepUndo } from '../operation/plan.ts';
import type { SplitBrain } from '../operation/split-brain.ts';
import type { Facts, Problem } from '../problem.ts';

/** What one kind of step can do to the world. Held by `loops/operations` only. All calls are bounded in time and size. */
export interface StepDriver {
  /**
   * The precondition, read now. `token` identifies the state the write will be conditional on (a resourceVersion);
   * it is journaled with the intent, never part of the plan.
   */
  check(step: Step, context: StepContext): Promise<Checked>;
  /** The one write. Must refuse late and second writes when the step says `conditional`. */
  apply(step: Step, context: ApplyContext): Promise<Applied>;
  /** Did it take effect? `no` only when the old request can no longer land. */
  probe(step: Step, context: ApplyContext): Promise<Probed>;
  /** The postcondition on its way: progress, done or failed. */
  observe(step: Step, context: StepContext): Promise<Observed>;
  /** The step that takes this one back if what it undoes is still what was written. */
  undo(step: Step, context: StepContext): StepUndo;
  /** How long after it was sent a request may still land, in ms: the wait for its answer is part of it. */
  readonly landsWithinMs: number;
}

export interface StepContext {
  readonly operation: string;
  /** Named outputs of the steps before it. */
  readonly outputs: Facts;
  /** When the operation's first step began, ms. */
  readonly startedAt: number;
  /** Somebody asked for a stop: what a step has under way by itself and can end without harm, it ends. */
  readonly stopped?: true;
  /** For `check`: how often this step was sent already; what it finds may be its own half-done work. */
  readonly sent?: number;
}

export interface ApplyContext extends StepContext {
  readonly token: string;
  readonly attempt: number;
}

export type Checked =
  | { readonly ok: true; readonly token: string }
  /** `ours`: the postcondition holds already, and this operation wrote it. The step took effect; nothing is to be sent. */
  | { readonly ok: false; readonly problem: Problem; readonly ours?: boolean };

export type Applied =
  | { readonly outcome: 'applied'; readonly outputs?: Facts }
  /** The target refused this write because the token had moved: nothing changed, check again. */
  | { readonly outcome: 'moved' }
  /** The target refused; nothing changed. */
  | { readonly outcome: 'refused'; readonly problem: Problem }
  /** No answer, or one that does not tell. */
  | { readonly outcome: 'unknown'; readonly problem: Problem };

export type Probed = 'yes' | 'no' | 'cannot-know';

export type Observed =
  | { readonly state: 'progress'; readonly progress: Progress }
  /** `outputs`: what is known only now, or was in an answer that got lost. */
  | { readonly state: 'done'; readonly progress?: Progress; readonly outputs?: Facts }
  | { readonly state: 'failed'; readonly problem: Problem };

/** Equal progress is not said twice. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly what: string;
}

/** Drafts steps for a verb on a target; reads and dry-runs, never changes. */
export interface Planner {
  draft(request: DraftRequest): Promise<Draft>;
}

export interface DraftRequest {
  readonly verb: string;
  readonly operation: string;
  readonly service: string;
  readonly target: TargetRef;
  readonly args: Facts;
  /** For the verb `undo`: the step that took effect. The draft refuses when what it wrote no longer stands. */
  readonly undoes?: Step;
}

/** One row of the catalog: which configured target, and where in it the service lives. */
export interface TargetRef {
  /** Folder below `integrations/`. */
  readonly integration: string;
  /** Name under `targets:`. */
  readonly target: string;
  /** The integration's own coordinates, checked by its schema. */
  readonly locator: Facts;
  readonly bounds: { readonly min?: number; readonly max?: number };
  /** Names of env variables and annotations whose values may be shown. */
  readonly show: readonly string[];
}

export type Draft =
  | {
      readonly ok: true;
      readonly steps: readonly Step[];
      /** `kubernetes/eu-1/shop/deployment/checkout`, and the identity behind the name. */
      readonly targets: readonly { readonly id: string; readonly identity: string }[];
      readonly diff: readonly Change[];
      /** What the approver must know: `{ code: 'HPA_WILL_UNDO', facts }`. Words are in the integration's book. */
      readonly warnings: readonly Problem[];
      /** What the change touches, for the blast-radius line. */
      readonly blast: Facts;
      readonly risk: 'change' | 'danger';
      /** The first and the last of its steps during which nobody should write to what it changes; all of them when absent. */
      readonly quiet?: { readonly from: string; readonly to: string };
      /** Nothing in these steps keeps the old writer from writing: see `core/operation/split-brain.ts`. */
      readonly splitBrain?: SplitBrain;
    }
  | { readonly ok: false; readonly problem: Problem };
