import type { Pin } from '../core/inbox.ts';
import type { DirectoryQuery } from '../core/ports/directory.ts';
import type { Surface } from '../core/ports/surface.ts';
import type { Finding } from '../core/ports/target.ts';
import type { Answer, Card, Press } from '../core/view/card.ts';
import type { Words } from '../core/view/words.ts';
import type { Choice } from '../handlers/completion.ts';
import type { Actor } from '../handlers/dispatch.ts';
import type { Form } from '../handlers/form.ts';
import type { HttpRoute } from './http-route.ts';
import type { ServedDirectory } from './rosters.ts';

/** What a chat surface asks of the bot. The same for all of them; it knows no platform. */
export interface ChatDesk {
  readonly words: Words;
  /**
   * Puts what was said or pressed on disk, and resolves then: the platform may be told that it arrived. The answer
   * follows. A repeated cause is answered again and done once. Rejects when the journal takes nothing: then the
   * platform is not told, and the person sees its own error. What a crash cut off is taken up at the next start.
   */
  take(asked: Asked): Promise<Taken>;
  /** What a line still needs, as a form; undefined when nothing can be asked for. At once, without any I/O. */
  form(line: string, thread: string): Form | undefined;
  complete(line: string, thread: string): readonly Suggestion[];
  /** Values of one argument that begin so; for platforms that ask for each argument by itself. */
  choices(asked: AskedChoices): readonly Choice[];
  /** The thread whose root (or any other post of ours) stands there, on this surface. */
  threadAt(surface: string, ref: string): string | undefined;
  /**
   * Whether that post of ours, on this surface, is one that offers such a press: an approval stands on the card of its own
   * operation, and a line that changes something on any post. Whoever holds the bot's token can post a button, and cannot
   * make us remember the post.
   */
  standsOn(surface: string, ref: string, press: Press): Promise<boolean>;
  /** A card of a thread, made anew from the record: `root`, `operation/…`. */
  card(thread: string, key: string): Promise<Card | undefined>;
  /**
   * A rendering made anew is before this person now. A press that says it was made on one counts as such only when it
   * was opened here, for the same person, within the last quarter of an hour: whoever holds the bot's token can forge a
   * button, and not this.
   */
  opened(actor: Actor, digest: string): void;
  /** What stands open, and what waits for this person. */
  home(actor: Actor): Promise<Card>;
  /** A person's accounts on a kind of surface (`slack` → `T01/U01`, …): whom a mention names. */
  accountsOf(person: string, kind: string): readonly string[];
  /** The platform says that an account was switched off, or left: it is nobody's here. */
  left?(kind: string, account: string): Promise<void>;
  /** Keeps the bytes of an image among the blobs; answers its digest. Rejects with IMAGE_TOO_LARGE, IMAGES_FULL. */
  keepImage(bytes: Uint8Array): Promise<string>;
  /** The bytes of a picture of ours, by its digest; undefined once they are gone. */
  picture(digest: string): Promise<Uint8Array | undefined>;
}

/** Everything a person can do on a chat surface. `thread`: where it was done; '' elsewhere. `cause`: unique per deed. */
export type Asked = {
  readonly actor: Actor;
  readonly thread: string;
  readonly cause: string;
  /** Channel and root as the platform names them: where an answer goes that could not be given at once. */
  readonly from: { readonly channel: string; readonly root: string };
} & (
  | { readonly kind: 'line'; readonly line: string }
  | {
      readonly kind: 'press';
      readonly press: Press;
      /** The card it stood on. */
      readonly key: string;
      /** Digest of a rendering that was opened for this press. */
      readonly fresh?: string;
      /** It stands on no post of ours that offers it: see `standsOn`. */
      readonly stray?: boolean;
    }
  | { readonly kind: 'pin'; readonly pin: Pin }
);

export type { Pin };

export interface Taken {
  /** Never rejects: what cannot be done is an answer too. */
  readonly answer: Promise<Answer>;
}

export interface AskedChoices {
  readonly verb: string;
  readonly argument: string;
  readonly typed: string;
  /** What was given for the service, if it was. */
  readonly service: string | undefined;
  readonly thread: string;
}

export interface Suggestion {
  readonly insert: string;
  readonly label: string;
}

/** One connected workspace or guild. Connecting happens after the bot is ready, and never holds it up. */
export interface ChatConnection {
  readonly surface: Surface;
  /** The workspace or guild by its id: the first part of every account there. */
  readonly home: string;
  /** Its groups. */
  readonly directory: ServedDirectory;
  /** For platforms that call us; empty where we call them. Mounted on `server.listen`. */
  readonly routes: readonly HttpRoute[];
  /** Begins to connect, and goes on trying. */
  start(): void;
  /** `ok`: inbound and outbound work. */
  health(): { readonly state: 'ok' | 'degraded' | 'down'; readonly code?: string };
  /** What `tocsin doctor` says of it, and of the places and groups there that are configured; changes nothing. */
  doctor(places: readonly string[], groups: readonly DirectoryQuery[]): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** What a chat surface counts; the names of the metrics stand in `metrics.ts`. */
export interface ChatMetrics {
  /** From the arrival of a press to its acknowledgement, ms. */
  acknowledged(surface: string, ms: number): void;
  /** A call to the platform, by what became of it: `ok`, `limited`, `unknown`, `refused`. */
  called(surface: string, method: string, outcome: string): void;
  /** Whoever is nobody of ours: strangers, other workspaces, bad signatures. */
  refused(surface: string, code: string): void;
}
