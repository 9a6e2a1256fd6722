import type { ErasedEvent } from './event.ts';

/** Whether a surface takes what it is told, as the other surfaces say it of one that is silent. */
export type SurfaceEvent =
  | {
      readonly type: 'SurfaceDown';
      readonly v: 1;
      readonly surface: string;
      readonly since: number;
    }
  | { readonly type: 'SurfaceUp'; readonly v: 1; readonly surface: string };

export interface SurfaceState {
  /** Since when it has taken nothing, ms; 0 while it does. */
  readonly downSince: number;
}

export function initialSurface(): SurfaceState {
  return { downSince: 0 };
}

export function evolveSurface(
  state: SurfaceState,
  event: SurfaceEvent | ErasedEvent,
): SurfaceState {
  if (event.type === 'SurfaceDown') return { downSince: event.since };
  return event.type === 'SurfaceUp' ? { downSince: 0 } : state;
}
