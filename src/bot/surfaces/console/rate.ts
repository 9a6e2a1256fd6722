/** A few attempts per address and a few more each minute. Addresses are forgotten once their attempts are back. */
export function createRate(limits: { burst: number; perMinute: number; addressesMax: number }) {
  const buckets = new Map<string, { left: number; at: number }>();

  function refreshed(bucket: { left: number; at: number }, now: number): number {
    const back = (Math.max(now - bucket.at, 0) / 60_000) * limits.perMinute;
    return Math.min(limits.burst, bucket.left + back);
  }

  function forget(now: number): void {
    for (const [address, bucket] of buckets) {
      if (refreshed(bucket, now) >= limits.burst) buckets.delete(address);
    }
  }

  return {
    /** Takes one attempt; false when there is none left. */
    take(address: string, now: number): boolean {
      if (buckets.size >= limits.addressesMax) forget(now);
      // Too many addresses at once: they share one bucket, so that the memory stays bounded.
      const key = buckets.has(address) || buckets.size < limits.addressesMax ? address : '*';
      const left = refreshed(buckets.get(key) ?? { left: limits.burst, at: now }, now);
      buckets.delete(key);
      buckets.set(key, { left: left < 1 ? left : left - 1, at: now });
      return left >= 1;
    },
  };
}
