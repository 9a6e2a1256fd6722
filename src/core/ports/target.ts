import type { Facts, Problem } from '../problem.ts';
import type { Planner, StepDriver } from './step.ts';

/** One thing that `tocsin doctor` looked at. */
export interface Finding {
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

/** One configured target as its integration operates it. Nothing is loaded or connected before the first question. */
export interface OperatedTarget {
  readonly planner: Planner;
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  /** Changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  /** The only way to change it; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  close(): void;
}
