/** Drawn once per run, or given: a failure names it, and the same seed plays the same run. */
export const SEED = Number(process.env['TOCSIN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Mulberry32 (public domain): small, seeded, and even enough to choose what to break. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
