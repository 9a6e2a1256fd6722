export interface BucketLimits {
  /** How many at once. */
  readonly burst: number;
  readonly perMinute: number;
  /** More keys than this share one bucket, so that memory ends. */
  readonly keysMax: number;
}

export interface Buckets {
  /** Takes one; answers 0, or after how many ms there is one again. */
  take(key: string, now: number): number;
}

/** A look at all of them is not for every request of a flood. */
const lookEveryMs = 1000;

/** Token buckets by key. One that is full again is forgotten. */
export function createBuckets(limits: BucketLimits): Buckets {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = limits.perMinute / 60_000;
  let lookedAt = -Infinity;

  function refreshed(bucket: { left: number; at: number } | undefined, now: number): number {
    if (!bucket) return limits.burst;
    return Math.min(limits.burst, bucket.left + Math.max(now - bucket.at, 0) * perMs);
  }

  function forget(now: number): void {
    for (const [key, bucket] of buckets) {
      if (refreshed(bucket, now) >= limits.burst) buckets.delete(key);
    }
  }

  return {
    take(name, now) {
      if (buckets.size >= limits.keysMax && now - lookedAt >= lookEveryMs) {
        lookedAt = now;
        forget(now);
      }
      const key = buckets.has(name) || buckets.size < limits.keysMax ? name : '*';
      const left = refreshed(buckets.get(key), now);
      const isTaken = left >= 1;
      buckets.delete(key);
      buckets.set(key, { left: isTaken ? left - 1 : left, at: now });
      return isTaken ? 0 : Math.ceil((1 - left) / perMs);
    },
  };
}
