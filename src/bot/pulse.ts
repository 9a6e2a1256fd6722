/**
 * Whether the loops turn. An HTTP server answers long after everything behind it stands still: this is driven by the
 * loops themselves, each of which says so on every turn.
 */
export interface Pulse {
  /** Called on each turn of a loop that turns at least this often. */
  beat(loop: string): void;
  /** The loops that have not turned in time, and for how long, ms. None: all is well. */
  still(): readonly { readonly loop: string; readonly ms: number }[];
}

export function createPulse(withinMs: Readonly<Record<string, number>>, now: () => number): Pulse {
  const last = new Map(Object.keys(withinMs).map((loop) => [loop, now()]));
  return {
    beat(loop) {
      if (last.has(loop)) last.set(loop, now());
    },
    still: () =>
      [...last].flatMap(([loop, at]) => {
        const ms = now() - at;
        return ms > (withinMs[loop] ?? 0) ? [{ loop, ms }] : [];
      }),
  };
}
