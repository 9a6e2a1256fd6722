/** Small sums over measured values. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which this share of them lies; the nearest one that was really measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.ceil((share / 100) * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function round(value: number, places = 2): number {
  return Number(value.toFixed(places));
}

/** Progress for whoever watches; the last line alone is the result. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
