import type { ErasedEvent } from './event.ts';
import type { Problem } from './problem.ts';

/**
 * Where the pieces of a thread stand on surfaces that remember. A piece has a key: `root`, or the entry's. A create is
 * begun on the record before it is sent, so that after a crash the only doubt there can be is a begun one without an end.
 */
export type PostEvent = PostBegun | Posted | PostUnsure | PostGone | PostWorn | ThreadMoved;

/** A piece is about to be created there: it may stand there from now on. */
export interface PostBegun {
  readonly type: 'PostBegun';
  readonly v: 1;
  readonly surface: string;
  readonly key: string;
  readonly place: string;
  /** Further keys whose lines stand in the same message. */
  readonly also?: readonly string[];
}

/** Where a piece stands, and what it showed last. */
export interface Posted {
  readonly type: 'Posted';
  readonly v: 1;
  readonly surface: string;
  readonly key: string;
  readonly ref: string;
  /** Digest of the rendering, so that an equal one costs no call. */
  readonly digest: string;
  readonly also?: readonly string[];
  /** An older edit may still land on it: it is to be sent once more. */
  readonly unsure?: true;
}

/** Nobody answered an edit: what it shows now is not known. */
export interface PostUnsure {
  readonly type: 'PostUnsure';
  readonly v: 1;
  readonly surface: string;
  readonly key: string;
}

/** Somebody took it away. With a root goes everything below it. */
export interface PostGone {
  readonly type: 'PostGone';
  readonly v: 1;
  readonly surface: string;
  readonly key: string;
  readonly ref: string;
}

/** It takes no more edits: a fresh post takes over. */
export interface PostWorn {
  readonly type: 'PostWorn';
  readonly v: 1;
  readonly surface: string;
  readonly key: string;
  readonly ref: string;
}

/** The place takes nothing from us any more: the thread goes on elsewhere, and stays there. */
export interface ThreadMoved {
  readonly type: 'ThreadMoved';
  readonly v: 1;
  readonly surface: string;
  readonly from: string;
  readonly to: string;
  readonly problem: Problem;
}

/** What is known of one piece on one surface. */
export interface Standing {
  /** Empty while none stands. */
  readonly ref: string;
  readonly digest: string;
  /** It may show something else. */
  readonly unsure?: true;
  /** A create is under way, or was cut off: since when there may be one that nobody recorded, ms. */
  readonly begunAt?: number;
  /** Whose lines that one holds beside its own. */
  readonly begunWith?: readonly string[];
  /** How often somebody took it away. */
  readonly gone?: number;
  /** What stands takes no more edits. */
  readonly worn?: true;
  /** Of a root: where the thread went when its own place was lost. */
  readonly movedTo?: string;
}

/** By `surface key`. */
export type PostState = Readonly<Record<string, Standing>>;

/** The living card of a thread whose root takes no more edits stands in the thread, under this key. */
export const TAKEOVER = 'root-card';

/** A piece is made anew once after somebody took it away; whoever does so again means it. */
export const GONE_MAX = 2;

const NONE: Standing = { ref: '', digest: '' };

export function standingOf(state: PostState, surface: string, key: string): Standing {
  return state[`${surface} ${key}`] ?? NONE;
}

export function evolvePosts(
  state: PostState,
  event: PostEvent | ErasedEvent,
  { at }: { readonly at: number },
): PostState {
  if (event.type === 'Erased') return state;
  const { surface } = event;
  switch (event.type) {
    case 'PostBegun': {
      const { begunAt = at, begunWith: _, ...standing } = standingOf(state, surface, event.key);
      const more = event.also === undefined ? {} : { begunWith: event.also };
      return { ...state, [`${surface} ${event.key}`]: { ...standing, begunAt, ...more } };
    }
    case 'Posted':
      return posted(state, event);
    case 'PostUnsure': {
      const standing = standingOf(state, surface, event.key);
      return { ...state, [`${surface} ${event.key}`]: { ...standing, unsure: true } };
    }
    case 'PostGone': {
      const { gone = 0, movedTo } = standingOf(state, surface, event.key);
      const moved = movedTo === undefined ? {} : { movedTo };
      const kept = event.key === 'root' ? without(state, surface) : state;
      return { ...kept, [`${surface} ${event.key}`]: { ...NONE, gone: gone + 1, ...moved } };
    }
    case 'PostWorn': {
      const standing = standingOf(state, surface, event.key);
      return { ...state, [`${surface} ${event.key}`]: { ...standing, worn: true } };
    }
    case 'ThreadMoved':
      return { ...without(state, surface), [`${surface} root`]: { ...NONE, movedTo: event.to } };
    default:
      event satisfies never;
      return state;
  }
}

function posted(state: PostState, event: Posted): PostState {
  const { surface, key, ref, digest, also = [], unsure } = event;
  const before = standingOf(state, surface, key);
  const { begunAt: _, begunWith: __, unsure: ___, worn, ...standing } = before;
  // A worn root stays what the thread hangs on; a worn entry is replaced by the one that was posted now.
  const kept = key === 'root' && worn ? { worn } : {};
  const lines = also.map((each) => [`${surface} ${each}`, { ref, digest: '' }] as const);
  return {
    ...state,
    ...Object.fromEntries(lines),
    [`${surface} ${key}`]: { ...standing, ...kept, ...(unsure ? { unsure } : {}), ref, digest },
  };
}

function without(state: PostState, surface: string): PostState {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => !name.startsWith(`${surface} `)),
  );
}
