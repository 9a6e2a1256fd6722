import type { Graph } from '../../core/graph/graph.ts';
import type { Unit } from '../../core/ports/telemetry.ts';

/** From where to where the values go, on lines that a person can read off. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

const intervals = 5;

/** All values and the threshold, with a little air, and zero wherever it is near. */
export function scaleOf({ series, threshold, unit }: Graph): Scale {
  const values = series.flatMap(({ values: own }) => own.filter((value) => value !== null));
  const limit = threshold && Number.isFinite(threshold.value) ? [threshold.value] : [];
  const all = [...values, ...limit];
  const low = all.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = all.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low > high) return { min: 0, max: 1, interval: 0.25 };
  const from = low >= 0 && low <= 0.6 * high ? 0 : low;
  const to = high <= 0 && high >= 0.6 * low ? 0 : high;
  // A line that stands still still needs a height to stand in.
  if (from === to) return { min: Math.min(0, low), max: Math.max(1, high), interval: 1 };
  const span = to - from;
  const interval = stepOf((span * 1.08) / intervals, unit);
  const min = Math.floor((from === 0 ? 0 : from - span * 0.04) / interval) * interval;
  const max = Math.ceil((to === 0 ? 0 : to + span * 0.06) / interval) * interval;
  return { min, max: max > min ? max : min + interval, interval };
}

/** The next round number: of tens, or of twos where bytes are counted. */
function stepOf(wanted: number, unit: Unit): number {
  if (unit === 'bytes') return 2 ** Math.ceil(Math.log2(wanted));
  const ten = 10 ** Math.floor(Math.log10(wanted));
  const round = [1, 2, 2.5, 5, 10].find((step) => step * ten >= wanted) ?? 10;
  return round * ten;
}
