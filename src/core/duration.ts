const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `1h30m`, `2d` in milliseconds; undefined for anything else. A unit is always written. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  let before = Number.POSITIVE_INFINITY;
  for (const part of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    const unit = unitMs[part[2] ?? ''] ?? Number.NaN;
    // Units fall from left to right, so that `5m1h` and `1m1m` are seen as the slips they are.
    if (unit >= before) return undefined;
    before = unit;
    total += Number(part[1]) * unit;
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest text that `parseDuration` reads back as the same milliseconds. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = unitMs[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
