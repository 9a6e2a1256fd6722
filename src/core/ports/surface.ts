import type { Card, Entry } from '../view/card.ts';

/**
 * A place where incidents are shown. Verbs are `ensure`: safe to repeat, keyed by us, so that a crash between a send and
 * its record is one more turn of the loop. A surface renders within its limits and escapes everything from outside.
 */
export interface Surface {
  /** `console`, `slack/main`, `discord/main`. */
  readonly name: string;
  /** True when what was posted outlives this process, so that its references are journaled. */
  readonly remembers: boolean;
  /**
   * True when nobody looks at the thread, where the surface can tell: then nothing is rendered for it until somebody
   * does. The surface has taken note that the thread changed.
   */
  skips?(thread: string): boolean;
  ensureRoot(post: RootPost): Promise<Ensured>;
  ensureEntry(post: EntryPost): Promise<Ensured>;
  close(): Promise<void>;
}

export interface RootPost {
  readonly incident: string;
  /** Where on the surface: a channel. Empty for the console. */
  readonly place: string;
  readonly card: Card;
  /** Where it was posted before, if it was. */
  readonly ref: string | undefined;
}

export interface EntryPost {
  readonly incident: string;
  readonly root: string;
  readonly entry: Entry;
  readonly ref: string | undefined;
}

export interface Ensured {
  readonly ref: string;
}
