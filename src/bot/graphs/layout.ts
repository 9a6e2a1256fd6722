import type { Graph, Mark } from '../../core/graph/graph.ts';
import { valueText } from '../../core/graph/values.ts';
import type { Width } from './font.ts';
import { type Scale, scaleOf } from './scale.ts';

/** Half of what is drawn: a phone shows it at a quarter of its pixels and has to be read at arm's length. */
export const width = 800;
export const letters = { title: 26, text: 19, small: 17 } as const;
const margin = 22;
const plotHeight = 300;
const markRow = 25;
export const markAir = 3;
const legendRow = 29;
const legendTop = 50;
const swatch = 34;
/** From here on a list of names is longer than the graph is high. */
const listMax = 4;

export interface Faces {
  readonly regular: Width;
  readonly bold: Width;
}

/** Where everything stands, in pixels of half the size. */
export interface Layout {
  readonly height: number;
  readonly scale: Scale;
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  readonly title: string;
  readonly expression: string;
  readonly marks: readonly PlacedMark[];
  readonly legend: readonly PlacedName[];
  /** What was left out, to be seen. */
  readonly notices: readonly { readonly text: string; readonly x: number; readonly y: number }[];
}

export interface PlacedMark {
  readonly mark: Mark;
  readonly x: number;
  readonly labelX: number;
  readonly labelY: number;
  readonly text: string;
}

export interface PlacedName {
  readonly series: number;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly isBold: boolean;
}

export function layoutOf(graph: Graph, faces: Faces): Layout {
  const scale = scaleOf(graph);
  const left = margin + axisWidth(scale, graph, faces) + 10;
  const right = width - margin;
  const marks = placeMarks(graph, { left, right }, faces);
  const rows = marks.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const top = 92 + rows * markRow + (rows > 0 ? 8 : 0);
  const bottom = top + plotHeight;
  const legend = placeNames(graph, bottom + legendTop, faces);
  const lastRow = legend.at(-1)?.y ?? bottom + legendTop - legendRow;
  const notices = noticesOf(graph).map((text, index) => ({
    text,
    x: margin,
    y: lastRow + legendRow * (index + 1),
  }));
  const end = notices.at(-1)?.y ?? (legend.length > 0 ? lastRow : bottom + 26);
  return {
    height: Math.ceil(end + 26),
    scale,
    plot: { left, top, right, bottom },
    title: cut(shown(graph.title), width - 2 * margin, (text) => faces.bold(text) * letters.title),
    expression: cut(
      shown(graph.expression),
      width - 2 * margin,
      (text) => faces.regular(text) * letters.small,
    ),
    marks: marks.map(({ row, ...mark }) => ({ ...mark, labelY: 92 + row * markRow })),
    legend,
    notices,
  };
}

export const textLeft = margin;

function axisWidth({ min, max, interval }: Scale, { unit }: Graph, { regular }: Faces): number {
  const count = Math.round((max - min) / interval);
  const texts = Array.from({ length: count + 1 }, (_, at) =>
    valueText(tick(min + at * interval), unit),
  );
  // What stands below them says which time it is.
  const least = regular('UTC') * letters.small;
  return Math.max(least, ...texts.map((text) => regular(text) * letters.text));
}

/** Sums of tenths are not quite round. */
export function tick(value: number): number {
  return Number(value.toPrecision(12));
}

type Row = Omit<PlacedMark, 'labelY'> & { readonly row: number };

/** Each label beside its line, in the first row in which it meets no other. */
function placeMarks(
  { marks, from, to }: Graph,
  { left, right }: { readonly left: number; readonly right: number },
  { regular }: Faces,
): readonly Row[] {
  const ends: number[] = [];
  return marks.map((mark) => {
    const x = left + ((mark.at - from) / Math.max(1, to - from)) * (right - left);
    const text = cut(shown(mark.text), 300, (own) => regular(own) * letters.small);
    // With the air around it, which hides the lines of other marks.
    const size = regular(text) * letters.small + 2 * markAir;
    // Beside its line, on the side where there is room.
    const labelX = x + 5 + size <= right ? x + 5 : Math.max(left, x - 5 - size);
    const free = ends.findIndex((end) => end + 14 <= labelX);
    const row = free < 0 ? ends.length : free;
    ends[row] = labelX + size;
    return { mark, x, labelX, text, row };
  });
}

function placeNames(graph: Graph, top: number, faces: Faces): readonly PlacedName[] {
  if (graph.series.length <= 1) return [];
  const named = graph.series.map(({ name, alerts, values }) => {
    const last = values.findLast((value) => value !== null);
    const now = last === undefined || last === null ? '' : `  ${valueText(last, graph.unit)}`;
    const face = alerts ? faces.bold : faces.regular;
    const size = (own: string) => face(own) * letters.text;
    return { name: shown(name), now, isBold: alerts, size };
  });
  // Two columns where the names fit into half, and where one would be too long.
  const half = (width - 2 * margin) / 2;
  const isShort = named.every(({ name, now, size }) => swatch + size(name + now) <= half - 10);
  const columns = isShort || named.length > listMax ? 2 : 1;
  const most = (columns === 2 ? half - 10 : 2 * half) - swatch;
  return named.map(({ name, now, isBold, size }, series) => ({
    series,
    text: cutWithin(name, most - size(now), size) + now,
    isBold,
    x: margin + (series % columns) * half,
    y: top + Math.floor(series / columns) * legendRow,
  }));
}

function noticesOf({ series, of, marksLeft }: Graph): readonly string[] {
  return [
    ...(of > series.length ? [`${series.length} of ${of} series shown`] : []),
    ...(marksLeft > 0 ? [`${marksLeft} more events not shown`] : []),
  ];
}

/** In one line; marks of direction would turn what stands beside them around. */
function shown(text: string): string {
  return text.replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]+/gu, ' ').trim();
}

/** Cut in the middle: names of pods differ at their ends. */
function cutWithin(text: string, most: number, size: (text: string) => number): string {
  const all = Array.from(text);
  for (let kept = all.length; kept > 2; kept -= 1) {
    const tail = Math.floor(kept / 2);
    const short =
      kept === all.length
        ? text
        : `${all.slice(0, kept - tail).join('')}…${all.slice(-tail).join('')}`;
    if (size(short) <= most) return short;
  }
  return '…';
}

/** With an ellipsis where it does not fit. */
function cut(text: string, most: number, size: (text: string) => number): string {
  if (size(text) <= most) return text;
  const all = Array.from(text);
  let kept = all.length - 1;
  while (kept > 1 && size(`${all.slice(0, kept).join('')}…`) > most) kept -= 1;
  return `${all.slice(0, kept).join('')}…`;
}
