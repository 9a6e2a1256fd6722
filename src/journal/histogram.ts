export interface Histogram {
  observe(value: number): void;
  reading(): HistogramReading;
}

/** As Prometheus wants it: for each bound how many were at most that. */
export interface HistogramReading {
  readonly buckets: readonly { readonly most: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

export function histogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  return {
    observe: (value) => {
      count += 1;
      sum += value;
      for (const [index, bound] of bounds.entries()) {
        if (value <= bound) counts[index] = (counts[index] ?? 0) + 1;
      }
    },
    reading: () => ({
      buckets: bounds.map((most, index) => ({ most, count: counts[index] ?? 0 })),
      count,
      sum,
    }),
  };
}
