import { type Graph, graphOf, type Mark } from '../../../src/core/graph/graph.ts';
import type { Measure, Series } from '../../../src/core/ports/telemetry.ts';

/** Graphs of every kind, made of nothing but arithmetic, so that they are the same on every machine. */
const minute = 60_000;
export const end = Date.UTC(2026, 10, 20, 14, 30);
const stepMs = 90_000;
const points = 241;
export const begin = end - (points - 1) * stepMs;

/** Between 0 and 1, the same for the same two numbers. */
function noise(series: number, at: number): number {
  const x = Math.sin(series * 127.1 + at * 311.7) * 43_758.5453;
  return x - Math.floor(x);
}

function line(of: (at: number) => number | null): readonly (number | null)[] {
  return Array.from({ length: points }, (_, at) => of(at));
}

function graph(
  series: readonly Series[],
  measure: Measure,
  more: {
    readonly title?: string;
    readonly marks?: readonly Mark[];
    readonly alerts?: readonly Readonly<Record<string, string>>[];
  } = {},
): Graph {
  return graphOf({
    title: more.title ?? 'HighErrorRate · checkout',
    measure,
    ranged: { kind: 'series', from: begin, stepMs, series, of: series.length },
    to: end,
    alerts: more.alerts ?? [],
    marks: more.marks ?? [],
  });
}

const errorRate: Measure = {
  expression:
    'sum by (app) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (app) (rate(http_requests_total[5m])) > 0.05',
  query: 'error rate',
  threshold: { comparison: '>', value: 0.05 },
  unit: 'ratio',
};

const rising = (at: number) => {
  const climb = Math.max(0, Math.min(1, (at - 200) / 12));
  return 0.008 + 0.004 * noise(1, at) + climb * (0.2 + 0.03 * noise(2, at));
};

const fired: Mark = { at: end - 24 * minute, kind: 'fired', text: 'fired 14:06' };

const one = graph([{ labels: { app: 'checkout' }, values: line(rising) }], errorRate, {
  marks: [fired],
});

const pods = Array.from({ length: 43 }, (_, pod): Series => {
  const name = `checkout-${['7d9f8b6c5d', '5c4d7f9b8a'][pod % 2]}-x${(pod * 7919).toString(36)}`;
  const size = 1.2 + 0.02 * pod;
  const grows = pod % 17 === 3;
  return {
    labels: { namespace: 'shop', pod: name, container: 'app' },
    values: line(
      (at) => 1024 ** 3 * (size + 0.1 * noise(pod, at) + (grows ? (at / points) ** 3 * 1.7 : 0)),
    ),
  };
});

const many = graph(
  pods,
  {
    expression: 'container_memory_working_set_bytes{namespace="shop",container="app"} > 3.5e9',
    query: 'container_memory_working_set_bytes',
    threshold: { comparison: '>', value: 3.5e9 },
    unit: 'bytes',
  },
  {
    title: 'KubeContainerMemoryHigh · checkout · production',
    alerts: pods
      .filter((_, pod) => pod % 17 === 3)
      .map(({ labels }) => ({ ...labels, alertname: 'KubeContainerMemoryHigh' })),
    marks: [{ at: end - 40 * minute, kind: 'fired', text: 'fired 13:50' }],
  },
);

const twelve = graph(
  Array.from(
    { length: 12 },
    (_, code): Series => ({
      labels: {
        path: ['/cart', '/pay', '/login', '/search'][code % 4] ?? '',
        code: String(500 + Math.floor(code / 4)),
      },
      values: line(
        (at) =>
          4 + code + 3 * noise(code, Math.floor(at / 6)) + 2 * Math.sin((at + code * 20) / 24),
      ),
    }),
  ),
  {
    expression: 'sum by (path, code) (rate(http_errors_total[5m]))',
    query: 'errors',
    unit: 'none',
  },
  { title: 'graph checkout' },
);

const gaps = graph(
  [
    {
      labels: { instance: 'db-1:9100' },
      values: line((at) =>
        at > 60 && at < 110
          ? null
          : at === 150
            ? null
            : at > 149 && at < 190 && at % 8 !== 0
              ? null
              : 0.31 - at * 0.001 + 0.008 * noise(3, at),
      ),
    },
    {
      labels: { instance: 'db-2:9100' },
      values: line((at) => (at < 30 ? null : 0.42 + 0.01 * noise(4, at))),
    },
  ],
  {
    expression:
      'node_filesystem_avail_bytes{mountpoint="/data"} / node_filesystem_size_bytes < 0.1',
    query: 'free',
    threshold: { comparison: '<', value: 0.1 },
    unit: 'ratio',
  },
  { title: 'DiskSpaceLow · pg-main', alerts: [{ instance: 'db-1:9100' }] },
);

const told = graph(
  [
    {
      labels: {},
      values: line((at) => {
        const back = Math.max(0, Math.min(1, (at - 205) / 8));
        return rising(at + 20) * (1 - back) + back * 0.01;
      }),
    },
  ],
  errorRate,
  {
    marks: [
      { at: end - 100 * minute, kind: 'change', text: 'deploy v412' },
      { at: end - 87 * minute, kind: 'fired', text: 'fired 13:03' },
      { at: end - 58 * minute, kind: 'operation', text: 'rollback op-7f3a began' },
      { at: end - 55 * minute, kind: 'operation', text: 'rollback op-7f3a done' },
      { at: end - 45 * minute, kind: 'resolved', text: 'resolved 13:45' },
    ],
  },
);

const flat = graph(
  [{ labels: {}, values: line(() => 0) }],
  {
    expression: 'up{job="checkout"} == 0',
    query: 'up',
    threshold: { comparison: '==', value: 0 },
    unit: 'none',
  },
  { title: 'ServiceDown · checkout', marks: [{ ...fired }] },
);

const hostile = graph(
  [{ labels: {}, values: line((at) => Math.abs(Math.sin(at / 30)) * 2.4) }],
  {
    expression: `histogram_quantile(0.99, x{a="</text><script>alert(1)</script>&amp;\u202e"}) > 2`,
    query: 'x',
    threshold: { comparison: '>', value: 2 },
    unit: 'seconds',
  },
  {
    title: '<b>Latenz</b> & "größer" '.repeat(8),
    marks: Array.from(
      { length: 12 },
      (_, at): Mark => ({
        at: end - at * 20 * minute,
        kind: at === 11 ? 'fired' : 'operation',
        text: `scale op-${at} done`,
      }),
    ),
  },
);

export const graphs: Readonly<Record<string, Graph>> = {
  one,
  many,
  twelve,
  gaps,
  told,
  flat,
  hostile,
};
