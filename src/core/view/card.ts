/**
 * The neutral card: what a thread shows, before any platform's limits. Surfaces render it, escape it and fit it; core
 * never knows them. Two renderings of one state are equal: ages are not words but times, which each surface shows its way.
 */
export interface Card {
  /** `root` or `operation/…`: one card per key and incident. */
  readonly key: string;
  readonly tone: Tone;
  /** The one status mark, a word: `CRITICAL`, `RESOLVED`, `WAITING`. */
  readonly mark: string;
  readonly title: Text;
  /** What a thread below it is called, and stays: the title without what changes. The title where it is left out. */
  readonly name?: Text;
  readonly blocks: readonly Block[];
  /** One that approves may stand only on a card that is shown whole; a surface that had to cut it shows `view` instead. */
  readonly actions: readonly Action[];
  /** One choice of many, below the actions. */
  readonly menu?: Menu;
  /** Small print: codes, ids, checkpoint. */
  readonly footnote: Text;
}

export type Tone = 'critical' | 'warning' | 'info' | 'good' | 'neutral' | 'failed';

export type Text = readonly Span[];

/** Strings may come from outside: a surface escapes every one of them, and a line break in it is a blank. */
export type Span =
  | string
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  /** `brief`: the hour alone, where the day goes without saying. */
  | { readonly kind: 'time'; readonly at: number; readonly brief?: true }
  /** A new line begins: several lines of a story are one message. */
  | { readonly kind: 'break' }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | { readonly kind: 'person'; readonly person: string; readonly name: string }
  /** Pings, once: only in entries whose key is new, only ids from the configuration. */
  | { readonly kind: 'notify'; readonly group: string; readonly people: readonly string[] };

export type Block =
  | { readonly kind: 'text'; readonly text: Text }
  | {
      readonly kind: 'facts';
      readonly facts: readonly { readonly label: string; readonly value: Text }[];
    }
  | {
      readonly kind: 'list';
      readonly title: string;
      readonly items: readonly Text[];
      readonly more: number;
    }
  | { readonly kind: 'diff'; readonly title: string; readonly lines: readonly DiffLine[] }
  | { readonly kind: 'steps'; readonly steps: readonly StepLine[] }
  | { readonly kind: 'code'; readonly title: string; readonly text: string }
  | {
      readonly kind: 'problem';
      readonly code: string;
      readonly what: string;
      readonly changed: string;
      readonly why: string;
      readonly next: string;
    };

export interface DiffLine {
  readonly sign: '+' | '-' | '~' | ' ';
  readonly text: string;
}

export interface StepLine {
  readonly state:
    | 'waiting'
    | 'running'
    | 'done'
    | 'failed'
    | 'unknown'
    | 'skipped'
    | 'compensation';
  readonly text: Text;
  readonly details: readonly Text[];
}

export interface Action {
  readonly key: string;
  readonly label: string;
  readonly style: 'primary' | 'danger' | 'plain';
  /** What a press says. The surface carries it unread; dispatch trusts none of it. */
  readonly press: Press;
  /** A press opens a rendering made anew from the record, and what is pressed there counts. */
  readonly confirm?: 'fresh';
}

export interface Menu {
  readonly key: string;
  readonly label: string;
  readonly options: readonly { readonly label: string; readonly press: Press }[];
}

export type Press =
  | { readonly kind: 'approve'; readonly operation: string; readonly hash: string }
  | { readonly kind: 'decline'; readonly operation: string; readonly hash: string }
  /** A command line typed by the button, in the incident it stands in. */
  | { readonly kind: 'line'; readonly line: string; readonly incident: string }
  /** Shows the whole card of an operation to the one who pressed, made anew from the record. */
  | { readonly kind: 'view'; readonly operation: string }
  /** Wants the thread of an incident that a storm has kept back. */
  | { readonly kind: 'want'; readonly incident: string }
  | { readonly kind: 'open'; readonly url: string };

/** What a thread holds below its root: cards that live, and lines that stay. */
export type Entry =
  | { readonly kind: 'card'; readonly key: string; readonly card: Card }
  | {
      readonly kind: 'line';
      readonly key: string;
      readonly at: number;
      readonly text: Text;
      readonly picture?: Picture;
    };

/** PNG of twice the size at which it is legible, kept among the blobs. */
export interface Picture {
  /** SHA-256 of the one on light ground, and of the one on dark. */
  readonly light: string;
  readonly dark: string;
  /** What it says, in words. */
  readonly alt: string;
}

/** What one incident shows everywhere: a pure function of the incident and its operations. */
export interface Thread {
  readonly incident: string;
  readonly root: Card;
  readonly entries: readonly Entry[];
}

/** The answer to one person who asked. Delivered once, never part of the thread. */
export interface Answer {
  /** `asker`: whispered. `thread`: said where it was asked. */
  readonly to: 'asker' | 'thread';
  readonly card: Card;
  /** Beside the card, where the surface has a way for it. */
  readonly picture?: Picture;
}
