import type { PublishedCheckpoint } from './checkpoint.ts';
import type { Upcasters } from './decode.ts';

export interface JournalOptions {
  readonly path: string;
  /** Ed25519: PEM (PKCS #8), or the 32 bytes of the seed as hex or base64. Without one a key is drawn into the keyring. */
  readonly signingKey?: string;
  readonly clock?: () => number;
  readonly log?: (entry: JournalLog) => void;
  readonly upcasters?: Upcasters;
  readonly publishCheckpoint?: (checkpoint: PublishedCheckpoint) => void;
  /** How often a checkpoint is taken when there is news; 0: only when asked and at the end. */
  readonly checkpointEveryMs?: number;
  /** Room kept for the results of running steps when the disk fills. */
  readonly reserveBytes?: number;
  /**
   * Room for the write-ahead log, made at the start so that a commit need not make it: with it an fsync takes half as
   * long. The log is folded back at 32 MB. None unless asked for.
   */
  readonly logRoomBytes?: number;
  /** The folder that old payloads are archived into. */
  readonly archive?: string;
  /** More appends than this waiting: the next is refused at once. */
  readonly waitingMax?: number;
}

export interface JournalLog {
  readonly level: 'info' | 'warn' | 'error';
  /** Static text; what differs is in the fields. */
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}
