import type { EChartsCoreOption } from 'echarts/core';
import type { Graph } from '../../core/graph/graph.ts';
import { valueText } from '../../core/graph/values.ts';
import type { Comparison } from '../../core/ports/telemetry.ts';
import { type Layout, letters, markAir, textLeft, tick } from './layout.ts';
import type { Scale } from './scale.ts';
import type { Theme } from './theme.ts';

export const face = 'DejaVu Sans';

/** What ECharts draws: nothing moves, and what it says is said by us at places of our own. */
export function optionOf(graph: Graph, layout: Layout, theme: Theme): EChartsCoreOption {
  const { plot, scale } = layout;
  return {
    animation: false,
    useUTC: true,
    backgroundColor: theme.ground,
    textStyle: { fontFamily: face, fontSize: letters.text, color: theme.ink },
    grid: {
      left: plot.left,
      top: plot.top,
      width: plot.right - plot.left,
      height: plot.bottom - plot.top,
    },
    xAxis: timeAxis(graph, theme),
    yAxis: {
      type: 'value',
      min: scale.min,
      max: scale.max,
      interval: scale.interval,
      axisLabel: {
        color: theme.ink,
        fontSize: letters.text,
        formatter: (value: number) => valueText(tick(value), graph.unit),
      },
      splitLine: { lineStyle: { color: theme.grid, width: 1 } },
    },
    series: [
      ...graph.series.map((each, index) => lineOf(each, index, { graph, theme })),
      limitOf(graph, layout, theme),
    ],
    graphic: { elements: [...textsOf(layout, theme), ...marksOf(layout, theme)] },
  };
}

const hourMs = 3_600_000;

function timeAxis({ from, to }: Graph, theme: Theme) {
  const isLong = to - from > 36 * hourMs;
  return {
    type: 'time',
    min: from,
    max: to,
    splitNumber: 5,
    axisLine: { lineStyle: { color: theme.faint, width: 1.5 } },
    axisTick: { lineStyle: { color: theme.faint } },
    axisLabel: {
      color: theme.ink,
      fontSize: letters.text,
      hideOverlap: true,
      margin: 10,
      formatter: (at: number) => {
        const iso = new Date(at).toISOString();
        const day = `${Number(iso.slice(8, 10))} ${months[Number(iso.slice(5, 7)) - 1]}`;
        return isLong ? day : iso.slice(11, 16);
      },
    },
    splitLine: { show: false },
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function lineOf(
  { values, alerts }: Graph['series'][number],
  index: number,
  { graph, theme }: { readonly graph: Graph; readonly theme: Theme },
) {
  const color = theme.lines[index % theme.lines.length];
  const isAlone = graph.series.length === 1;
  // A value between two holes is a line of no length: a dot shows it.
  const hasLonely = values.some((_, at) => isLonely(values, at));
  return {
    type: 'line',
    silent: true,
    showSymbol: hasLonely,
    connectNulls: false,
    data: values.map((value, at) => {
      const point = [graph.from + at * graph.stepMs, value];
      if (!hasLonely) return point;
      return isLonely(values, at)
        ? { value: point, symbol: 'circle', symbolSize: 7 }
        : { value: point, symbol: 'none' };
    }),
    lineStyle: { color, width: alerts || isAlone ? 3.5 : 2 },
    itemStyle: { color },
    z: alerts ? 5 : 3,
    ...(isAlone && { areaStyle: { color, opacity: 0.1, origin: 'start' } }),
  };
}

function isLonely(values: readonly (number | null)[], index: number): boolean {
  const has = (at: number) => values[at] !== null && values[at] !== undefined;
  return has(index) && !has(index - 1) && !has(index + 1);
}

/** The line that must not be crossed, and the side on which it is wrong. */
function limitOf(graph: Graph, { scale }: Layout, theme: Theme) {
  const { threshold, unit, from, to } = graph;
  if (!threshold || !Number.isFinite(threshold.value)) return { type: 'line', data: [] };
  const { comparison, value } = threshold;
  const isAbove = comparison === '>' || comparison === '>=';
  const isBelow = comparison === '<' || comparison === '<=';
  const label = {
    show: true,
    position: quietest(graph, scale, value),
    formatter: limitText(comparison, valueText(value, unit)),
    color: theme.limit,
    fontSize: letters.text,
    fontWeight: 'bold',
    fontFamily: face,
    backgroundColor: theme.ground,
    padding: [2, 5],
  };
  return {
    type: 'line',
    silent: true,
    data: [],
    z: 6,
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: theme.limit, width: 2.5, type: [9, 6] },
      label,
      data: [{ yAxis: value }],
    },
    ...((isAbove || isBelow) && {
      markArea: {
        silent: true,
        itemStyle: { color: theme.beyond },
        data: [[{ coord: [from, value] }, { coord: [to, isAbove ? scale.max : scale.min] }]],
      },
    }),
  };
}

function limitText(comparison: Comparison, value: string): string {
  switch (comparison) {
    case '>':
      return `alerts above ${value}`;
    case '>=':
      return `alerts at ${value} and above`;
    case '<':
      return `alerts below ${value}`;
    case '<=':
      return `alerts at ${value} and below`;
    case '==':
      return `alerts at ${value}`;
    default:
      return `alerts unless ${value}`;
  }
}

/** Which corner of the line has the fewest values behind its words. */
function quietest({ series }: Graph, { min, max }: Scale, limit: number): string {
  const band = (max - min) * 0.12;
  const corners = [
    { position: 'insideStartTop', isStart: true, low: limit, high: limit + band },
    { position: 'insideEndTop', isStart: false, low: limit, high: limit + band },
    { position: 'insideStartBottom', isStart: true, low: limit - band, high: limit },
    { position: 'insideEndBottom', isStart: false, low: limit - band, high: limit },
  ];
  const [best] = corners
    .map(({ position, isStart, low, high }) => {
      const behind = series.flatMap(({ values }) => {
        const share = Math.ceil(values.length * 0.45);
        const own = isStart ? values.slice(0, share) : values.slice(-share);
        return own.filter((value) => value !== null && value >= low && value <= high);
      });
      // Outside the plot nothing can be read at all.
      const isOut = low < min || high > max;
      return { position, cost: behind.length + (isOut ? 1e9 : 0) };
    })
    .toSorted((a, b) => a.cost - b.cost);
  return best?.position ?? 'insideStartTop';
}

function textsOf(layout: Layout, theme: Theme): readonly object[] {
  const line = (at: { x: number; y: number }, text: string, style: object) => ({
    type: 'text',
    silent: true,
    z: 10,
    x: at.x,
    y: at.y,
    style: { text, fill: theme.ink, font: font(letters.text), textVerticalAlign: 'top', ...style },
  });
  return [
    line({ x: textLeft, y: 18 }, layout.title, { font: font(letters.title, 'bold') }),
    line({ x: textLeft, y: 56 }, layout.expression, {
      font: font(letters.small),
      fill: theme.faint,
    }),
    line({ x: layout.plot.left - 10, y: layout.plot.bottom + 12 }, 'UTC', {
      font: font(letters.small),
      fill: theme.faint,
      textAlign: 'right',
    }),
    ...layout.legend.flatMap(({ series, x, y, text, isBold }) => [
      {
        type: 'rect',
        silent: true,
        z: 10,
        shape: { x, y: y + 7, width: 24, height: 5 },
        style: { fill: theme.lines[series % theme.lines.length] },
      },
      line({ x: x + 34, y }, text, isBold ? { font: font(letters.text, 'bold') } : {}),
    ]),
    ...layout.notices.map(({ x, y, text }) =>
      line({ x, y }, text, { font: font(letters.text, 'bold'), fill: theme.notice }),
    ),
  ];
}

function marksOf({ marks, plot }: Layout, theme: Theme): readonly object[] {
  return marks.flatMap(({ mark, x, labelX, labelY, text }) => {
    const color = theme.marks[mark.kind];
    return [
      {
        type: 'line',
        silent: true,
        z: 4,
        shape: { x1: x, y1: labelY, x2: x, y2: plot.bottom },
        style: { stroke: color, lineWidth: 2 },
      },
      {
        type: 'text',
        silent: true,
        z: 10,
        x: labelX,
        y: labelY,
        style: {
          text,
          fill: color,
          font: font(letters.small),
          textVerticalAlign: 'top',
          // Lines of other marks pass behind.
          backgroundColor: theme.ground,
          padding: [1, markAir],
        },
      },
    ];
  });
}

function font(size: number, weight = 'normal'): string {
  return `${weight} ${size}px ${face}`;
}
