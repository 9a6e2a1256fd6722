/** First second of 2015: https://discord.com/developers/docs/reference#snowflakes */
const epoch = 1_420_070_400_000;

/** Ids that grow, as Discord's do: milliseconds since 2015, then a counter within the millisecond. */
export function snowflakes(now: () => number): () => string {
  let last = 0n;
  return () => {
    const earliest = BigInt(Math.max(0, Math.trunc(now()) - epoch)) << 22n;
    last = earliest > last ? earliest : last + 1n;
    return last.toString();
  };
}

export function isSnowflake(value: string): boolean {
  return /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n;
}

/** The moment that an id carries, in ms. */
export function momentOf(id: string): number {
  return Number(BigInt(id) >> 22n) + epoch;
}

export function byId(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}
