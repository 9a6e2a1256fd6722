import type { ErasedEvent } from './event.ts';

/** Where a piece of a thread stands on a surface that remembers, and what it showed last. */
export interface PostEvent {
  readonly type: 'Posted';
  readonly v: 1;
  readonly surface: string;
  /** `root`, or the entry's key. */
  readonly key: string;
  readonly ref: string;
  /** Digest of the rendering, so that an equal one costs no call. */
  readonly digest: string;
}

/** By `surface key`. */
export type PostState = Readonly<Record<string, { readonly ref: string; readonly digest: string }>>;

export function evolvePosts(state: PostState, event: PostEvent | ErasedEvent): PostState {
  if (event.type !== 'Posted') return state;
  return { ...state, [`${event.surface} ${event.key}`]: { ref: event.ref, digest: event.digest } };
}
