import type { Ranged, RangeWanted, Sample, Sampled, Series } from '../../core/ports/telemetry.ts';

/** Series that are read of one answer; the others are only counted. */
export const SERIES_MAX = 500;
const LABELS_MAX = 64;
const LABEL_MAX = 1024;
const WHY_MAX = 300;

/**
 * The answer of `GET /api/v1/query`, or a sentence saying what cannot be read in it.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
 */
export function parseSampled(answer: unknown): Sampled | string {
  const data = dataOf(answer);
  if (typeof data === 'string') return data;
  const { resultType, result } = data;
  if (resultType === 'scalar') {
    const value = sampleValue(result);
    if (value === undefined) return 'the scalar has no value';
    return { kind: 'samples', samples: [{ labels: {}, value }], of: 1 };
  }
  if (resultType !== 'vector' || !Array.isArray(result)) return 'there is no vector';
  if (result.length === 0) return { kind: 'no data' };
  const samples: Sample[] = [];
  for (const item of result.slice(0, SERIES_MAX)) {
    const fields = asFields(item);
    const value = sampleValue(fields?.['value']);
    const labels = labelsOf(fields?.['metric']);
    if (value === undefined || !labels) return 'a series of the vector has no readable value';
    samples.push({ labels, value });
  }
  return { kind: 'samples', samples, of: result.length };
}

/**
 * The answer of `GET /api/v1/query_range` on the steps that were asked for, or a sentence saying what cannot be read in it.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 */
export function parseRanged(answer: unknown, wanted: Omit<RangeWanted, 'query'>): Ranged | string {
  const data = dataOf(answer);
  if (typeof data === 'string') return data;
  const { resultType, result } = data;
  if (resultType !== 'matrix' || !Array.isArray(result)) return 'there is no matrix';
  const series: Series[] = [];
  for (const item of result.slice(0, SERIES_MAX)) {
    const fields = asFields(item);
    const labels = labelsOf(fields?.['metric']);
    const values = fields && onSteps(fields['values'], wanted);
    if (!labels || !values) return 'a series of the matrix has no readable values';
    series.push({ labels, values });
  }
  const isEmpty = series.every(({ values }) => values.every((value) => value === null));
  if (isEmpty) return { kind: 'no data' };
  const { from, stepMs } = wanted;
  return { kind: 'series', from, stepMs, series, of: result.length };
}

export interface Refusal {
  /** `question`: the same would be refused again. `late`: it took too long. */
  readonly kind: 'question' | 'late';
  readonly why: string;
}

/** What a refused question says of itself. https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
export function parseRefusal(answer: unknown): Refusal | undefined {
  const fields = asFields(answer);
  if (fields?.['status'] !== 'error') return undefined;
  const { errorType, error } = fields;
  const why = typeof error === 'string' ? error.slice(0, WHY_MAX).toWellFormed() : '';
  if (errorType === 'bad_data' || errorType === 'execution') return { kind: 'question', why };
  return errorType === 'timeout' || errorType === 'canceled' ? { kind: 'late', why } : undefined;
}

/** The version in the answer of `GET /api/v1/status/buildinfo`; '' where it does not say. */
export function parseVersion(answer: unknown): string {
  const version = asFields(asFields(answer)?.['data'])?.['version'];
  return typeof version === 'string' ? version.slice(0, 40) : '';
}

function dataOf(answer: unknown): Readonly<Record<string, unknown>> | string {
  const fields = asFields(answer);
  const data = asFields(fields?.['data']);
  return fields?.['status'] === 'success' && data ? data : 'there is no result';
}

function onSteps(
  value: unknown,
  { from, to, stepMs }: Omit<RangeWanted, 'query'>,
): readonly (number | null)[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const values: (number | null)[] = new Array(Math.floor((to - from) / stepMs) + 1).fill(null);
  for (const point of value) {
    const number = sampleValue(point);
    const seconds = Array.isArray(point) ? Number(point[0]) : Number.NaN;
    const step = Math.round((seconds * 1000 - from) / stepMs);
    if (number === undefined || Number.isNaN(step)) return undefined;
    if (step >= 0 && step < values.length) values[step] = Number.isFinite(number) ? number : null;
  }
  return values;
}

/** `[ 1763607600.123, "0.05" ]`; numbers that JSON has no word for come as `NaN`, `+Inf` and `-Inf`. */
function sampleValue(pair: unknown): number | undefined {
  if (!Array.isArray(pair) || typeof pair[1] !== 'string') return undefined;
  const [, text] = pair;
  if (text === 'NaN') return Number.NaN;
  if (/^[+-]?Inf$/.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

function labelsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  const fields = asFields(value);
  if (!fields) return undefined;
  const entries: (readonly [string, string])[] = [];
  for (const [name, item] of Object.entries(fields).slice(0, LABELS_MAX)) {
    if (typeof item !== 'string') return undefined;
    entries.push([name, item.slice(0, LABEL_MAX).toWellFormed()]);
  }
  return Object.fromEntries(entries);
}

function asFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
