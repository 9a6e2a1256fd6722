import { describe, expect, it } from 'vitest';
import { graphOf, marksMax, seriesMax } from '../../../src/core/graph/graph.ts';
import { seriesNames } from '../../../src/core/graph/names.ts';
import { tell } from '../../../src/core/graph/tell.ts';
import { valueText } from '../../../src/core/graph/values.ts';
import { windowOf } from '../../../src/core/graph/window.ts';
import type { Measure, Series } from '../../../src/core/ports/telemetry.ts';

const hour = 3_600_000;
const minute = 60_000;
const now = Date.UTC(2026, 10, 20, 14, 30);
const measure: Measure = {
  expression: 'x > 3',
  query: 'x',
  threshold: { comparison: '>', value: 3 },
  unit: 'none',
};

function drawn(series: readonly Series[], more: Partial<Parameters<typeof graphOf>[0]> = {}) {
  const ranged = {
    kind: 'series',
    from: now - 2 * minute,
    stepMs: minute,
    series,
    of: 43,
  } as const;
  return graphOf({ title: 'X', measure, ranged, to: now, alerts: [], marks: [], ...more });
}

describe('of many series', () => {
  const pods = Array.from({ length: 20 }, (_, pod) => ({
    labels: { pod: `p-${pod}`, job: 'shop' },
    values: [pod, null, pod + 1],
  }));

  it('those that alert are shown first, then the highest, and how many there are is known', () => {
    const graph = drawn(pods, {
      alerts: [{ alertname: 'X', severity: 'page', pod: 'p-4', job: 'shop' }],
    });
    expect(graph.series.map(({ name }) => name).slice(0, 4)).toEqual([
      'p-4',
      'p-19',
      'p-18',
      'p-17',
    ]);
    expect(graph.series.map(({ alerts }) => alerts).slice(0, 2)).toEqual([true, false]);
    expect([graph.series.length, graph.of]).toEqual([seriesMax, 43]);
  });

  it('the lowest come first where low is wrong', () => {
    const below = { ...measure, threshold: { comparison: '<', value: 3 } } as const;
    expect(drawn(pods, { measure: below }).series[0]?.name).toBe('p-0');
  });
});

it('what happened outside of its time is not on it, and of very much the first alert stays', () => {
  const mark = (at: number, kind: 'fired' | 'operation' = 'operation') => ({
    at,
    kind,
    text: String(at),
  });
  const many = Array.from({ length: 12 }, (_, at) => mark(now - minute + at));
  const marks = [mark(now - hour), mark(now - 2 * minute, 'fired'), ...many, mark(now + 1)];
  const graph = drawn([{ labels: {}, values: [1] }], { marks });
  expect(graph.marks.length).toBe(marksMax);
  expect(graph.marks[0]?.kind).toBe('fired');
  expect(graph.marksLeft).toBe(13 - marksMax);
});

describe('the name of a series', () => {
  it.each([
    [[{ pod: 'a' }], ['']],
    [
      [
        { pod: 'a', job: 'x' },
        { pod: 'b', job: 'x' },
      ],
      ['a', 'b'],
    ],
    [
      [
        { path: '/a', code: '500' },
        { path: '/a', code: '502' },
        { path: '/b', code: '500' },
      ],
      ['/a · 500', '/a · 502', '/b · 500'],
    ],
    [
      [
        { instance: '10.0.0.1:9100', node: 'n1' },
        { instance: '10.0.0.2:9100', node: 'n2' },
      ],
      ['n1', 'n2'],
    ],
    [
      [{}, { pod: 'b' }],
      ['series 1', 'b'],
    ],
    [
      [{ a: 'x' }, { a: 'x' }],
      ['series 1', 'series 2'],
    ],
  ])('of %j is %j', (labels, names) => {
    expect(seriesNames(labels)).toEqual(names);
  });

  it('keeps its end when it is long', () => {
    const [name = ''] = seriesNames([{ pod: `checkout-${'x'.repeat(60)}-7f3a` }, { pod: 'b' }]);
    expect(name).toMatch(/^checkout-x+…x+-7f3a$/);
    expect(name.length).toBeLessThanOrEqual(40);
  });
});

describe('a line is told', () => {
  const told = (...values: readonly (number | null)[]) => tell(values, { from: 0, stepMs: minute });
  it.each([
    [[1, 1.02, 1, 9, 23], { kind: 'rose', before: 1, now: 23, since: 2 * minute }],
    [[null, 40, 39, 20, 8, null], { kind: 'fell', before: 39, now: 8, since: 2 * minute }],
    [[1, 1, 30, 2, 1], { kind: 'peaked', extreme: 30, at: 2 * minute, now: 1 }],
    [[9, 9, 0, 9, 9], { kind: 'dipped', extreme: 0, at: 2 * minute, now: 9 }],
    [[5, 5.1, 5], { kind: 'steady', now: 5 }],
    [[0, 0], { kind: 'steady', now: 0 }],
    [[null, null], { kind: 'nothing' }],
    [[-1, -8], { kind: 'fell', before: -1, now: -8, since: 0 }],
  ])('%j as %j', (values, telling) => {
    expect(told(...values)).toEqual(telling);
  });
});

describe('a value is said', () => {
  it.each([
    [0.0523, 'ratio', '5.23 %'],
    [0, 'ratio', '0 %'],
    [99.95, 'percent', '100 %'],
    [1.5 * 1024 ** 3, 'bytes', '1.5 GiB'],
    [512, 'bytes', '512 B'],
    [0.00042, 'seconds', '420 µs'],
    [0.12, 'seconds', '120 ms'],
    [90, 'seconds', '90 s'],
    [7200, 'seconds', '2 h'],
    [200_000, 'seconds', '2.31 d'],
    [1234, 'none', '1234'],
    [12_345, 'none', '12.3 k'],
    [4.2e6, 'none', '4.2 M'],
    [-0.5, 'none', '-0.5'],
    [3, 'none', '3'],
  ] as const)('%f %s as %s', (value, unit, text) => {
    expect(valueText(value, unit)).toBe(text);
  });
});

describe('the time of a graph', () => {
  it('is the last six hours in as many steps as a phone has columns', () => {
    const { from, to, stepMs } = windowOf({ now });
    expect([to - from, stepMs]).toEqual([6 * hour, 90_000]);
  });

  it('goes back to an hour before it began, and not further than a month', () => {
    const began = windowOf({ now, began: now - 9 * hour });
    expect(began.to - began.from).toBe(10 * hour);
    const old = windowOf({ now, began: now - 400 * 24 * hour });
    expect(old.to - old.from).toBeLessThanOrEqual(30 * 24 * hour);
  });

  it('ends a little after the end, unless somebody asked for a time', () => {
    const ended = now - 5 * hour;
    expect(windowOf({ now, ended }).to).toBe(ended + hour / 2);
    expect(windowOf({ now, ended, spanMs: 24 * hour }).to).toBe(now);
  });

  it('has no step shorter than what is measured', () => {
    expect(windowOf({ now, spanMs: 5 * minute }).stepMs).toBe(15_000);
  });
});
