import type { Event, Recorded } from '../event.ts';

/** The only truth. Every change of state is appended here first and acted upon later. */
export interface Journal {
  /**
   * Atomic over all streams named. A `cause` seen before returns its first result (`repeated: true`) and writes nothing.
   * A stream named without events only asserts its version: that is how a decision says what it read.
   * Resolves once the events are on disk. Rejects with a ProblemError: JOURNAL_FULL, JOURNAL_UNAVAILABLE.
   */
  append(writes: readonly StreamWrite[], context: AppendContext): Promise<Appended>;
  /** All events of one stream, oldest first, upcast to today's schema versions. */
  read(stream: string, fromVersion?: number): Promise<readonly Recorded[]>;
  /** Events of all streams after a position, oldest first. */
  tail(after: number, limit: number): Promise<Tail>;
  /** Ids of the streams that start with a prefix, in order. */
  streams(prefix: string): Promise<readonly string[]>;
  /** The newest signed checkpoint, its short form for cards (`cp 41 7f3a9c21`), or none yet. */
  lastCheckpoint(): Checkpoint | undefined;
  /** Bytes by SHA-256 (hex), kept until the given time (ms). */
  readonly blobs: Blobs;
  /** A cache of evolved state; another `evolve` name or no snapshot: undefined, and the reader replays. */
  readonly snapshots: Snapshots;
  /** Secrets live here, never in the chain. */
  readonly keyring: Keyring;
}

export interface StreamWrite {
  readonly stream: string;
  /** How many events the stream had when the decision read it; 0 for a new stream. */
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

export interface AppendContext {
  readonly cause: string;
  readonly by: string;
  readonly fence?: Fence;
  /** Results of running steps may use the reserve that keeps a full disk from cutting them off. */
  readonly urgent?: boolean;
}

export type Appended =
  | { readonly ok: true; readonly repeated: boolean; readonly recorded: readonly Recorded[] }
  | {
      readonly ok: false;
      readonly code: 'CONFLICT';
      readonly stream: string;
      readonly actual: number;
    }
  | { readonly ok: false; readonly code: 'FENCED' };

export interface Tail {
  readonly recorded: readonly Recorded[];
  /** Pass it to the next call. */
  readonly position: number;
  readonly end: boolean;
}

/** Binds the heads of all streams changed since the one before; signed with Ed25519. */
export interface Checkpoint {
  readonly number: number;
  readonly position: number;
  readonly at: number;
  readonly digest: string;
  readonly signature: string;
  readonly short: string;
}

export interface Blobs {
  put(bytes: Uint8Array, keepUntil: number): Promise<string>;
  get(digest: string): Promise<Uint8Array | undefined>;
}

export interface Snapshots {
  save(snapshot: Snapshot): Promise<void>;
  load(name: string, evolve: string): Promise<Snapshot | undefined>;
}

export interface Snapshot {
  readonly name: string;
  /** Version of the code that evolved it. */
  readonly evolve: string;
  readonly position: number;
  readonly state: unknown;
}

export interface Keyring {
  get(name: string): Promise<Uint8Array | undefined>;
  set(name: string, secret: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Proof that the holder may still write for a partition. */
export interface Fence {
  readonly partition: string;
  readonly token: number;
}

/** Loops ask before they work. With one embedded process it always says yes. */
export interface Ownership {
  claim(partition: string): Promise<Fence | undefined>;
}
