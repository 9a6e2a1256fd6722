import type { ErasedEvent } from './event.ts';
import type { Press } from './view/card.ts';

/**
 * What was said or pressed on a chat platform, as it came: on disk before the platform is told that it arrived, because
 * no platform sends a press a second time. One stream for each, named after its cause.
 */
export type InboxEvent = AskTaken | AskAnswered;

export interface AskTaken {
  readonly type: 'AskTaken';
  readonly v: 1;
  readonly surface: string;
  readonly account: string;
  /** The thread it was done in; '' elsewhere. */
  readonly thread: string;
  /** Unique per deed: what it leads to is done once under this cause. */
  readonly cause: string;
  /** Channel and root as the platform names them, for an answer that could not be given at once. */
  readonly from: { readonly channel: string; readonly root: string };
  readonly ask: Ask;
}

export type Ask =
  | { readonly kind: 'line'; readonly line: string }
  | {
      readonly kind: 'press';
      readonly press: Press;
      /** What the person had before them: digest of the rendering, and whether it was made for this press. */
      readonly shown: { readonly digest: string; readonly fresh: boolean };
    }
  | { readonly kind: 'pin'; readonly pin: Pin };

/** A message that somebody wants on the timeline. */
export interface Pin {
  /** Who wrote it, as the platform names the account; a person of ours is recognised by it. */
  readonly author: string;
  readonly authorName: string;
  /** When it was written, ms. */
  readonly at: number;
  readonly text: string;
  readonly link: string;
  /** Digests of images, kept before. */
  readonly images: readonly string[];
}

export interface AskAnswered {
  readonly type: 'AskAnswered';
  readonly v: 1;
  /** SHA-256 of the card of the answer. */
  readonly digest: string;
}

/** Asks without an answer: what a crash cut off. */
export interface PendingAsk {
  readonly taken: AskTaken;
  readonly at: number;
}

/** One event further: undefined once it is answered, or erased. */
export function evolveAsk(
  event: InboxEvent | ErasedEvent,
  meta: { readonly at: number },
): PendingAsk | undefined {
  return event.type === 'AskTaken' ? { taken: event, at: meta.at } : undefined;
}
