import type { Problem } from '../problem.ts';
import type { Answer, Card, Entry } from '../view/card.ts';

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
  /** Something of the thread was erased: what this process keeps of its renderings goes. It is rendered anew. */
  forget?(thread: string): void;
  /** What the platform allows; a surface without limits has none. */
  readonly budget?: Budget;
  ensureRoot(post: RootPost): Promise<Ensured>;
  ensureEntry(post: EntryPost): Promise<Ensured>;
  /** The posts of ours that carry a key, oldest first: how a send that nobody answered is settled. */
  find?(sought: Sought): Promise<Found>;
  /** Takes a post of ours away: a second root of one thread. */
  remove?(ref: string): Promise<Ensured>;
  /** Says something to one person, where nobody else reads it. */
  whisper?(whisper: Whisper): Promise<Ensured>;
  close(): Promise<void>;
}

/** Asked before a call is chosen, so that the most urgent one gets what there is. The surface itself keeps the account. */
export interface Budget {
  /** Milliseconds until such a call would not be refused, and is within its share; 0 for now. */
  wait(call: Call, place: string, share?: Share): number;
  /** Whether an edit of this post costs nothing of it: a press brought a way of its own. */
  isFree?(ref: string): boolean;
}

/**
 * How far into an allowance a call may go, so that something is left for whoever acts: `whole` (when absent) for what
 * follows a person's act or waits for one, `most` for what else happens, `some` for what nobody asked for, `little` for
 * both of these beside people who act right now.
 */
export type Share = keyof typeof shares;

const shares = { whole: 1, most: 0.75, some: 0.4, little: 0.2 } as const;

/** How many of so many calls it may use up; one at least, so that nothing waits for ever. */
export function withinShare(count: number, share: Share = 'whole'): number {
  return Math.max(1, Math.floor(count * shares[share]));
}

/** `root` and `reply` make a message, `edit` changes one. */
export type Call = 'root' | 'reply' | 'edit';

export interface RootPost {
  /** Whose thread: an incident, an operation outside any, a storm. */
  readonly incident: string;
  /** Where on the surface: a channel, as the configuration names it. Empty for the console. */
  readonly place: string;
  readonly card: Card;
  /** Where it was posted before, if it was. */
  readonly ref: string | undefined;
}

export interface EntryPost {
  readonly incident: string;
  readonly place: string;
  /** Where the root stands. */
  readonly root: string;
  readonly entry: Entry;
  readonly ref: string | undefined;
}

/** What became of a call, in the terms in which the loop has to go on. */
export type Ensured =
  | { readonly ok: true; readonly ref: string }
  /** Surely not applied; it would be refused again until then. */
  | { readonly ok: false; readonly why: 'wait'; readonly afterMs: number }
  /** Nobody answered: it may have been applied, or may be until so long from now. */
  | { readonly ok: false; readonly why: 'unknown'; readonly landsWithinMs: number }
  /** What `ref` (or `root`) names is not there any more. */
  | { readonly ok: false; readonly why: 'gone' }
  /** It takes no more edits: a fresh post in the thread takes over. */
  | { readonly ok: false; readonly why: 'worn' }
  /** The place takes nothing from us: archived, thrown out, a right is missing. */
  | { readonly ok: false; readonly why: 'lost'; readonly problem: Problem }
  /** Refused for what it is; the same again would be refused again. */
  | { readonly ok: false; readonly why: 'refused'; readonly problem: Problem };

/** A post of ours by the key it carries: its thread and its place in it (`root`, an entry's key). */
export interface Sought {
  readonly incident: string;
  readonly key: string;
  readonly place: string;
  /** Where to look: empty for a root. */
  readonly root: string;
  /** It was not posted before then, ms. */
  readonly since: number;
}

export type Found =
  | { readonly ok: true; readonly refs: readonly string[] }
  | Exclude<Ensured, { readonly ok: true }>;

export interface Whisper {
  /** As the configuration binds it: `T01/U01`, `9001/1234`. */
  readonly account: string;
  /** A channel as the platform itself names it, and the root of a thread in it; both may be empty. */
  readonly channel: string;
  readonly root: string;
  /** The thread it is about, for what is pressed on it. */
  readonly thread?: string;
  readonly answer: Answer;
}
