import type { Unit } from '../ports/telemetry.ts';

/** A number as a person reads it: `5.2 %`, `1.5 GiB`, `120 ms`, `12.3 k`. */
export function valueText(value: number, unit: Unit): string {
  switch (unit) {
    case 'ratio':
      return `${short(value * 100)} %`;
    case 'percent':
      return `${short(value)} %`;
    case 'bytes':
      return scaled(value, byteSteps);
    case 'seconds':
      return secondsText(value);
    case 'none':
      return scaled(value, countSteps);
    default:
      return unit satisfies never;
  }
}

const byteSteps = [
  [1024 ** 4, ' TiB'],
  [1024 ** 3, ' GiB'],
  [1024 ** 2, ' MiB'],
  [1024, ' KiB'],
  [1, ' B'],
] as const;

const countSteps = [
  [1e12, ' T'],
  [1e9, ' G'],
  [1e6, ' M'],
  [1e4, ' k'],
  [1, ''],
] as const;

const secondSteps = [
  [86_400, ' d'],
  [3600, ' h'],
  [60, ' min'],
  [1, ' s'],
] as const;

function secondsText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 0.001) return `${short(value * 1e6)} µs`;
  if (size < 1) return `${short(value * 1000)} ms`;
  return scaled(value, secondSteps);
}

/** Of a minute one says 90 s, of two days 48 h: the next unit begins at twice its size. */
function scaled(value: number, steps: readonly (readonly [number, string])[]): string {
  const size = Math.abs(value);
  const isTime = steps === secondSteps;
  const step = steps.find(([least]) => {
    // 10,000 is `10 k`, a thousand is still written out.
    const begins =
      steps === countSteps && least === 1e4 ? 1e4 : isTime && least > 1 ? 2 * least : least;
    return size >= begins;
  });
  const [by, name] = step ?? steps.at(-1) ?? [1, ''];
  return `${short(value / (by === 1e4 ? 1000 : by))}${name}`;
}

/** Three digits that count, no zeroes behind. */
function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(1).replace('e+', 'e');
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return String(Number(value.toFixed(Math.min(digits, 8))));
}
