import type { Graph } from '../../core/graph/graph.ts';

/** What is said to the thread that draws, and what it answers. */
export interface DrawRequest {
  readonly id: number;
  readonly graph: Graph;
}

export type Drawn =
  | { readonly id: number; readonly pictures: Pictures }
  | { readonly id: number; readonly error: string };

/** One graph on light ground and on dark, as PNG. */
export interface Pictures {
  readonly light: Uint8Array;
  readonly dark: Uint8Array;
}
