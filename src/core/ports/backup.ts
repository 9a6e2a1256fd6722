import type { Content } from '../backup/manifest.ts';
import type { Facts } from '../problem.ts';
import type { OwnCopies } from './own-copies.ts';
import type { Progress } from './step.ts';
import type { Looked } from './workload.ts';

/** Makes copies of what one target holds. It changes nothing there. Every call rejects with a ProblemError of its integration. */
export interface Backup {
  /** Looks at what would be copied, and whether it could be. */
  survey(wanted: BackupWanted): Promise<Looked<Survey>>;
  /** Begins a copy. Aborting ends whatever was started for it, and both halves reject. */
  open(wanted: BackupWanted, signal: AbortSignal): Promise<OpenBackup>;
  /** Reads a copy to its end, as restoring it would, and writes nothing. Rejects where it cannot be read whole. */
  read(copy: Copy, signal: AbortSignal): Promise<void>;
  /** Where a copy would be brought up to be looked at, and how much room there is. */
  scratch(wanted?: BackupWanted): Promise<Scratch>;
  /** Brings a copy up in a place that is thrown away afterwards, and says what it holds there. */
  rehearse(copy: Copy, wanted: BackupWanted, signal: AbortSignal): Promise<Content>;
}

/** An artefact on its way back. */
export interface Copy {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Who it was made of: `PostgreSQL 15.20`. */
  readonly server: string;
  /** As the survey called it when it was made. */
  readonly encoding: string;
}

export interface Scratch {
  /** `a server of its own in /tmp`. */
  readonly place: string;
  readonly roomBytes: number;
  /** Why a copy is read and counted only, and brought up nowhere; absent where it is. */
  readonly onlyRead?: string;
}

export interface BackupWanted {
  /** Where in the target it lives: the integration's own coordinates. */
  readonly locator: Facts;
  /** Asked at the moment of the copy and again of what was restored; its answer must be the same. None when absent. */
  readonly query?: string;
}

export interface Survey {
  /** What is copied, as people know it: `checkout at db1:5432`. */
  readonly place: string;
  /** Who it is made by: `PostgreSQL 15.20`, `pg_dump 15.20`. */
  readonly server: string;
  readonly program: string;
  /** How an artefact is kept, `pg_dump custom`, and the end of its file's name, `dump`. */
  readonly encoding: string;
  readonly extension: string;
  /** No copy is larger, as far as one can know before. */
  readonly bytesAtMost: number;
}

export interface OpenBackup {
  /** Read once, at the reader's own pace. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What the copy holds; settles once all bytes were read. Rejects where the copy is not whole. */
  readonly content: Promise<Content>;
}

/** Puts copies in the place of what is in use. Held by steps alone, but for what only looks. */
export interface Restorer {
  /** What is in use is called so: `checkout`. Looks only. */
  nameOf(wanted: BackupWanted): Promise<string>;
  /** Where a copy would be put, and where what is in use would stay. Looks only; rejects where it cannot be put there. */
  place(wanted: BackupWanted, coming: Coming): Promise<Placement>;
  /** What stands behind each name that there is. Looks only. */
  identities(wanted: BackupWanted, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Restores into a new place of that name, after taking away what was left under it; says what it holds. */
  into(
    copy: Copy,
    wanted: BackupWanted & {
      readonly name: string;
      /** Told how far it is, where that is known. */
      readonly say?: (progress: Progress) => void;
    },
    signal: AbortSignal,
  ): Promise<Content>;
  /**
   * `next` gets the name of `current`, which is kept as `aside`: both or neither. `moved`: it is not as it was planned. Absent where names
   * cannot be changed so: then a copy stays beside what is in use.
   */
  swap?(
    wanted: BackupWanted,
    names: { readonly current: string; readonly next: string; readonly aside: string },
    identity: string,
  ): Promise<'swapped' | 'moved'>;
  drop(wanted: BackupWanted, name: string): Promise<void>;
  /** Absent where a copy cannot be put over what is in use, all of it or nothing. */
  readonly inPlace?: InPlace;
  /** Absent where nobody can go between copies. */
  readonly moments?: Moments;
}

/** Moments between copies, where what is written is archived. */
export interface Moments {
  /**
   * Between which moments everything can be reached from a copy, in milliseconds, by the clock of whoever wrote. Looks only;
   * rejects where nothing is archived, or what is there does not go on from that copy.
   */
  span(
    wanted: BackupWanted,
    copy: { readonly content: Content; readonly server: string },
  ): Promise<{ readonly from: number; readonly to: number }>;
  /** As `into`, as of that moment; what was brought up and what was restored are held against each other. */
  into(
    copy: Copy,
    wanted: BackupWanted & { readonly name: string; readonly at: number },
    signal: AbortSignal,
  ): Promise<Content>;
}

/** Puts a copy over what is in use: all of it, or nothing. */
export interface InPlace {
  /** How it would be; rejects with RESTORE_NOT_IN_PLACE where that copy cannot be put so. Looks only. */
  place(
    wanted: BackupWanted,
    /** How it is kept, and how much it held where it was taken. */
    copy: { readonly encoding: string; readonly says: string },
  ): Promise<Pick<Placement, 'identity' | 'interrupts' | 'needs'>>;
  /** Names something of what is in use that a restore takes away: it tells afterwards whether one took effect. Looks only. */
  trace(wanted: BackupWanted, content: Content): Promise<string>;
  /** Whether what was traced is gone. What a process that died has left at work under that mark is ended first. */
  isDone(
    wanted: BackupWanted,
    content: Content,
    of: { readonly mark: string; readonly trace: string },
  ): Promise<boolean>;
  /** `judge` is told how many rows it holds before anybody sees them; where it throws, nothing is changed. */
  restore(
    copy: Copy,
    wanted: BackupWanted,
    how: {
      /** Of the operation; who looks at the server reads it there. */
      readonly mark: string;
      readonly content: Content;
      readonly judge: (held: Content) => Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A copy that is about to be put back. */
export interface Coming {
  /** Of the operation, so that the names of two restores never meet: six letters and digits. */
  readonly mark: string;
  readonly content: Content;
  /** How much it held where it was taken. */
  readonly bytes: number;
}

export interface Placement {
  readonly next: string;
  readonly aside: string;
  /** What stands behind the name of what is in use. */
  readonly identity: string;
  /** As the plan says them: who is cut off and for how long, and what it costs there. */
  readonly interrupts: string;
  readonly needs: string;
}

/** What can be copied, and put back; absent where this build can do neither. */
export interface Copied {
  readonly backup?: Backup;
  readonly restorer?: Restorer;
  /** Where it makes and keeps them by itself. */
  readonly copies?: OwnCopies;
}

/** Seals copies for those who have a key, and opens them. Both stream. */
export interface Cipher {
  /** For whom, as they are publicly known: `age1…`. */
  readonly recipients: readonly string[];
  seal(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Whether a key of one of these is here. */
  opens(recipients: readonly string[]): Promise<boolean>;
  /** Rejects with a ProblemError of its integration where no key fits, and where it was cut or changed. */
  open(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** Keeps artefacts under names of ours: `checkout/production/database/20261126T0300Z-1a2b3c.dump`. */
export interface ArtefactStore {
  /** As the configuration has it. */
  readonly name: string;
  /** How many bytes still fit; undefined where that has no end. */
  room(): Promise<number | undefined>;
  /**
   * Streams it, counting and hashing. It stands under its name only when it is whole and on disk; until then it has a
   * name that `list` does not show. Rejects with BACKUP_NAME_TAKEN where the name is in use: nothing is written over.
   */
  put(name: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Kept>;
  /** In the order of their names. */
  list(folder: string): Promise<readonly Listed[]>;
  /** Opened when it is read from, closed when that ends; rejects with BACKUP_NOT_THERE. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Whether it was there. */
  remove(name: string): Promise<boolean>;
  /** Takes away what a `put` of that name left half-way. */
  sweep(name: string): Promise<void>;
}

export interface Kept {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Listed {
  readonly name: string;
  readonly bytes: number;
}

/** Signs with the key of the journal. */
export interface Signer {
  /** Base64url of its 32 bytes. */
  readonly publicKey: string;
  sign(statement: string): string;
  /** Whether that key signed it, ours or another. */
  verifies(
    statement: string,
    by: { readonly publicKey: string; readonly signature: string },
  ): boolean;
}
