import type { Facts, Problem } from '../problem.ts';
import type { Endpoint } from './endpoint.ts';
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
  /**
   * Whether what it serves can be used now, by those that use it: asked outright, past any breaker, and changing nothing.
   * `withinMs`: of one check. Absent where only an address can be asked.
   */
  endpoint?(withinMs: number): Endpoint;
  /** Changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  /** The only way to change it; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  close(): void;
}
