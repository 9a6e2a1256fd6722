import type { SurfaceEvent } from '../core/mirror.ts';
import type { PostEvent } from '../core/post.ts';
import type { StormEvent } from '../core/storm.ts';

/** What the threads loop has seen or is about to do. `id`: a thread, a surface, a `surface/place`. */
export type LoopFact =
  | { readonly kind: 'posts'; readonly id: string; readonly event: PostEvent }
  | { readonly kind: 'surface'; readonly id: string; readonly event: SurfaceEvent }
  | { readonly kind: 'storm'; readonly id: string; readonly event: StormEvent };
