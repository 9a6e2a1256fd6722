import type { Threshold, Unit } from '../ports/telemetry.ts';
import { type Graph, tellGraph } from './graph.ts';
import type { Telling } from './tell.ts';

/** What is kept of a graph once it is drawn: what it says, and where its pictures are. */
export interface DrawnGraph {
  readonly title: string;
  readonly expression: string;
  readonly unit: Unit;
  /** Of the series that is shown first. */
  readonly telling: Telling;
  /** Its name; '' for the only one. */
  readonly name: string;
  readonly threshold?: Threshold;
  readonly shown: number;
  readonly of: number;
  readonly from: number;
  readonly to: number;
  /** SHA-256 of the PNG on light ground and on dark, among the blobs. */
  readonly light: string;
  readonly dark: string;
  /** Who drew it, `grafana/main`, where we did not: what it says is not known then. */
  readonly panelOf?: string;
}

/** A picture that the source of the alert has of its own panel. */
export function panelDrawn(
  picture: { readonly title: string; readonly digest: string; readonly source: string },
  { from, to }: { readonly from: number; readonly to: number },
): DrawnGraph {
  const { title, digest, source } = picture;
  return {
    title: title.slice(0, titleMax).toWellFormed(),
    expression: '',
    unit: 'none',
    telling: { kind: 'nothing' },
    name: '',
    shown: 0,
    of: 0,
    from,
    to,
    light: digest,
    dark: digest,
    panelOf: source,
  };
}

/** What is kept of an expression: its picture has the whole of it. */
const expressionMax = 500;
const titleMax = 200;

export function drawnOf(
  graph: Graph,
  digests: { readonly light: string; readonly dark: string },
): DrawnGraph {
  const { title, expression, unit, threshold, series, of, from, to } = graph;
  return {
    title: title.slice(0, titleMax).toWellFormed(),
    expression: expression.slice(0, expressionMax).toWellFormed(),
    unit,
    telling: tellGraph(graph),
    name: series[0]?.name ?? '',
    ...(threshold && { threshold }),
    shown: series.length,
    of,
    from,
    to,
    ...digests,
  };
}
