import type { Comparison, Measure, Ranged, Series, Threshold, Unit } from '../ports/telemetry.ts';
import { seriesNames } from './names.ts';
import { type Telling, tell } from './tell.ts';

/** What a graph shows: facts alone, so that two drawings of one graph are equal, and nothing of it is a vendor's. */
export interface Graph {
  readonly title: string;
  /** What was asked, as the rule or the person has it. */
  readonly expression: string;
  readonly unit: Unit;
  /** Milliseconds since 1970; the first step and the last. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Those that alert first, then the most extreme; `seriesMax` of them at most. */
  readonly series: readonly GraphSeries[];
  /** How many there are. */
  readonly of: number;
  readonly threshold?: Threshold;
  /** Oldest first. */
  readonly marks: readonly Mark[];
  /** Marks that were left out. */
  readonly marksLeft: number;
}

export interface GraphSeries {
  /** What tells it from the others; '' for the only one. */
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly alerts: boolean;
}

/** Something that happened, on the line of time. */
export interface Mark {
  readonly at: number;
  readonly kind: 'fired' | 'resolved' | 'operation' | 'change';
  readonly text: string;
}

/** More lines than this are a carpet. */
export const seriesMax = 10;
export const marksMax = 8;

export interface GraphParts {
  readonly title: string;
  readonly measure: Measure;
  readonly ranged: Extract<Ranged, { readonly kind: 'series' }>;
  readonly to: number;
  /** Labels of the alerts that fire: their series are shown first. */
  readonly alerts: readonly Readonly<Record<string, string>>[];
  readonly marks: readonly Mark[];
}

export function graphOf({ title, measure, ranged, to, alerts, marks }: GraphParts): Graph {
  const { expression, threshold, unit } = measure;
  const ordered = ranged.series
    .map((series) => ({ series, alerts: alerts.some((labels) => isOf(series, labels)) }))
    .toSorted(
      (a, b) =>
        Number(b.alerts) - Number(a.alerts) ||
        extremity(b.series, threshold?.comparison) - extremity(a.series, threshold?.comparison),
    )
    .slice(0, seriesMax);
  const names = seriesNames(ordered.map(({ series }) => series.labels));
  const within = marks
    .filter(({ at }) => at >= ranged.from && at <= to)
    .toSorted((a, b) => a.at - b.at);
  const kept = keptMarks(within);
  return {
    title,
    expression,
    unit,
    from: ranged.from,
    to,
    stepMs: ranged.stepMs,
    series: ordered.map((each, index) => ({
      name: names[index] ?? '',
      values: each.series.values,
      alerts: each.alerts,
    })),
    of: ranged.of,
    ...(threshold && { threshold }),
    marks: kept,
    marksLeft: within.length - kept.length,
  };
}

/** What the graph says in one sentence: of the series that is shown first. */
export function tellGraph(graph: Graph): Telling {
  const [first] = graph.series;
  return tell(first?.values ?? [], graph);
}

/** An alert has the labels of its series, and those that its rule adds. */
function isOf({ labels }: Series, alert: Readonly<Record<string, string>>): boolean {
  const own = Object.entries(labels).filter(([name]) => name !== '__name__');
  return own.every(([name, value]) => alert[name] === value);
}

/** How far on the wrong side it has been; without a threshold, how high. */
function extremity({ values }: Series, comparison: Comparison | undefined): number {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return Number.NEGATIVE_INFINITY;
  const isBelow = comparison === '<' || comparison === '<=';
  return numbers.reduce(
    (most, value) => Math.max(most, isBelow ? -value : value),
    Number.NEGATIVE_INFINITY,
  );
}

/** The first and the last that fired say when it began; of the others the newest. */
function keptMarks(all: readonly Mark[]): readonly Mark[] {
  if (all.length <= marksMax) return all;
  const first = all.find(({ kind }) => kind === 'fired');
  const newest = all.filter((mark) => mark !== first).slice(first ? 1 - marksMax : -marksMax);
  return first ? [first, ...newest] : newest;
}
