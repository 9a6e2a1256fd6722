/** What a line did, as facts. Times in milliseconds since 1970. */
export type Telling =
  | {
      readonly kind: 'rose' | 'fell';
      readonly before: number;
      readonly now: number;
      readonly since: number;
    }
  | {
      readonly kind: 'peaked' | 'dipped';
      readonly extreme: number;
      readonly at: number;
      readonly now: number;
    }
  | { readonly kind: 'steady'; readonly now: number }
  | { readonly kind: 'nothing' };

/** A line that moves by less than this share of its own size stands still. */
const stillShare = 0.1;
/** Its end is this share of the whole movement away from its beginning: it rose or fell. */
const movedShare = 0.3;
/** Where a movement began: so near to where it came from. */
const beganShare = 0.1;

export function tell(
  values: readonly (number | null)[],
  { from, stepMs }: { readonly from: number; readonly stepMs: number },
): Telling {
  const known = values.flatMap((value, index) =>
    value === null ? [] : [{ value, at: from + index * stepMs }],
  );
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last) return { kind: 'nothing' };
  const low = known.reduce((least, each) => (each.value < least.value ? each : least));
  const high = known.reduce((most, each) => (each.value > most.value ? each : most));
  const span = high.value - low.value;
  if (span <= stillShare * Math.max(Math.abs(high.value), Math.abs(low.value))) {
    return { kind: 'steady', now: last.value };
  }
  const moved = (last.value - first.value) / span;
  if (Math.abs(moved) >= movedShare) {
    const kind = moved > 0 ? 'rose' : 'fell';
    const base = kind === 'rose' ? low.value : high.value;
    const edge = Math.abs(last.value - base) * beganShare;
    const began = known.findLast(({ value }) => Math.abs(value - base) <= edge) ?? first;
    return { kind, before: began.value, now: last.value, since: began.at };
  }
  const extreme = high.value - last.value >= last.value - low.value ? high : low;
  const kind = extreme === high ? 'peaked' : 'dipped';
  return { kind, extreme: extreme.value, at: extreme.at, now: last.value };
}
