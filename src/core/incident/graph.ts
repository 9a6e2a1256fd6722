import type { DrawnGraph } from '../graph/drawn.ts';
import type { Problem } from '../problem.ts';
import type { IncidentState } from './incident.ts';

/** What its alert measures, as a picture. Once for each incident; whoever wants a newer one asks for it. */
export interface GraphDrawn {
  readonly type: 'GraphDrawn';
  readonly v: 1;
  readonly graph: DrawnGraph;
}

/** There will be none: said once, so that nobody waits for it. */
export interface GraphFailed {
  readonly type: 'GraphFailed';
  readonly v: 1;
  readonly problem: Problem;
}

export interface RecordGraph {
  readonly type: 'RecordGraph';
  readonly at: number;
  readonly became:
    | { readonly kind: 'drawn'; readonly graph: DrawnGraph }
    | { readonly kind: 'failed'; readonly problem: Problem };
}

export function recordGraph(
  { became }: RecordGraph,
  state: IncidentState,
): readonly (GraphDrawn | GraphFailed)[] {
  if (state.status === 'none' || state.graph !== undefined) return [];
  return became.kind === 'drawn'
    ? [{ type: 'GraphDrawn', v: 1, graph: became.graph }]
    : [{ type: 'GraphFailed', v: 1, problem: became.problem }];
}
