import type { Looked } from './workload.ts';

/** Asks what was measured. Reads only; every answer is bounded, and one that is empty says so instead of being a zero. */
export interface TelemetryReader {
  /** What the rule behind an alert measures, by the address that the alert carries; undefined where it does not say. */
  measureOf(address: string): Measure | undefined;
  /** The same of an expression as somebody wrote it. */
  measure(expression: string): Measure;
  /** One value for each series, at one time (ms). */
  instant(query: string, at: number): Promise<Looked<Sampled>>;
  range(wanted: RangeWanted): Promise<Looked<Ranged>>;
}

/** What is measured, taken apart: the value, and the line that it must not cross. */
export interface Measure {
  /** Whole, as the rule has it. */
  readonly expression: string;
  /** What gives the value at any time, below the threshold too: the expression without its comparison. */
  readonly query: string;
  readonly threshold?: Threshold;
  readonly unit: Unit;
}

/** It is wrong while the value stands in this relation to the number. */
export interface Threshold {
  readonly comparison: Comparison;
  readonly value: number;
}

export type Comparison = '>' | '>=' | '<' | '<=' | '==' | '!=';

export type Unit = 'seconds' | 'bytes' | 'ratio' | 'percent' | 'none';

/** No data is an answer of its own: it is neither well nor unwell, and passes nothing. */
export type Sampled =
  | { readonly kind: 'no data' }
  | { readonly kind: 'samples'; readonly samples: readonly Sample[]; readonly of: number };

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Not finite where the division had nothing to divide by. */
  readonly value: number;
}

export interface RangeWanted {
  readonly query: string;
  /** Milliseconds since 1970; both ends count. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export type Ranged =
  | { readonly kind: 'no data' }
  | {
      readonly kind: 'series';
      readonly from: number;
      readonly stepMs: number;
      readonly series: readonly Series[];
      /** How many there are; fewer are given where there are very many. */
      readonly of: number;
    };

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** One for each step from the beginning; null where nothing was measured, or nothing that is a number. */
  readonly values: readonly (number | null)[];
}
