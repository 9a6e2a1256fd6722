import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { PublishedCheckpoint, Signer } from '../../checkpoint.ts';
import { archive, compact, shrinkSome } from './archive.ts';
import { Checkpoints } from './checkpoints.ts';
import { openForWriting } from './database.ts';
import { erase } from './erase.ts';
import { isFull, isUncertain, problemFrom } from './errors.ts';
import { type Lock, takeLock } from './lock.ts';
import { LogRoom } from './log-room.ts';
import type {
  AppendJob,
  ArchivePortion,
  Erasure,
  Health,
  Outcome,
  Rejected,
  Scalar,
  StoreOptions,
} from './protocol.ts';
import { Reader } from './reader.ts';
import { Reserve } from './reserve.ts';
import { numberIn } from './values.ts';
import { Writer } from './writer.ts';

/** The log is folded back into the database once it holds this many pages (32 MB). */
const WAL_PAGES_MAX = 8_000;
/** A log that stays shorter than this needs no room made for it. */
const WAL_PAGES_BUSY = 64;

/** The journal's file, as its one owner sees it. Everything here runs in the store's thread and blocks only that. */
export class Store {
  readonly reader: Reader;
  readonly epoch: number;
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #lock: Lock;
  readonly #writer: Writer;
  readonly #checkpoints: Checkpoints;
  readonly #reserve: Reserve;
  readonly #room: LogRoom;
  readonly #sql: {
    readonly pages: StatementSync;
    readonly wal: StatementSync;
    readonly fold: StatementSync;
  };
  #full = false;
  #failed: Problem | undefined;
  #purgePending = false;
  /** Pages may be free since an archive, or since one before the last start. */
  #shrinking = true;

  constructor({ path, reserveBytes, logRoomBytes }: StoreOptions) {
    this.#path = path;
    this.#lock = takeLock(path);
    let opened: DatabaseSync | undefined;
    try {
      opened = openForWriting(path);
      this.#db = opened;
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.#writer = new Writer(this.#db);
      this.reader = new Reader(this.#db);
      this.#checkpoints = new Checkpoints(this.#db, this.#writer, path);
      this.#sql = {
        pages: this.#db.prepare(
          'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
        ),
        wal: this.#db.prepare('PRAGMA wal_checkpoint(NOOP)'),
        fold: this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)'),
      };
      this.#reserve = new Reserve(`${path}.reserve`, reserveBytes);
      this.#full = !this.#reserve.take();
      this.#room = new LogRoom(`${path}-wal`, logRoomBytes);
      this.epoch = this.#count('epoch');
    } catch (error) {
      opened?.close();
      this.#lock.release();
      throw error;
    }
  }

  get checkpoint(): PublishedCheckpoint | undefined {
    return this.#checkpoints.last;
  }

  get full(): boolean {
    return this.#full;
  }

  get commitMs(): number {
    return this.#writer.commitMs;
  }

  append(jobs: readonly AppendJob[], now: number): (Outcome | Rejected)[] {
    if (this.#failed !== undefined) return jobs.map(() => rejected(this.#failed));
    if (!this.#full) {
      try {
        return this.#writer.append(jobs, now);
      } catch (error) {
        if (!isFull(error)) return this.#eachAlone(jobs, now, error);
        this.#full = true;
      }
    }
    return this.#urgentOnly(jobs, now);
  }

  /** Undefined when nothing was new since the last. */
  takeCheckpoint(signer: Signer, now: number): PublishedCheckpoint | undefined {
    if (this.#failed !== undefined || this.#full) return undefined;
    return this.#checkpoints.take(signer, now);
  }

  keepBeside(checkpoint: PublishedCheckpoint): void {
    this.#checkpoints.keepBeside(checkpoint);
  }

  erase(
    erasure: Erasure,
    now: number,
  ): { readonly rows: readonly Scalar[]; readonly repeated: boolean; readonly purged: boolean } {
    if (this.#failed !== undefined) throw new ProblemError(this.#failed);
    const done = erase(this.#db, this.#writer, erasure, now);
    this.#checkpoints.follow(this.#writer.takeWrittenHashes());
    this.#purgePending = !this.#purge();
    return { ...done, purged: !this.#purgePending };
  }

  /** Payloads that were copied leave; without rows nothing changed, because something was said meanwhile. */
  archive(portion: ArchivePortion, now: number): readonly Scalar[] {
    if (this.#failed !== undefined) throw new ProblemError(this.#failed);
    if (!archive(this.#db, this.#writer, portion, now)) return [];
    this.#checkpoints.follow(this.#writer.takeWrittenHashes());
    this.#shrinking = true;
    return this.reader.at(this.#writer.position);
  }

  compact(): void {
    if (this.#failed !== undefined) throw new ProblemError(this.#failed);
    compact(this.#db);
  }

  /** What can wait until the group was answered. Answers whether there is more of it. */
  upkeep(): boolean {
    if (this.#failed !== undefined) return false;
    this.#checkpoints.follow(this.#writer.takeWrittenHashes());
    if (this.#purgePending) this.#purgePending = !this.#purge();
    const pages = numberIn(this.#sql.wal.get() ?? {}, 'log');
    if (pages > WAL_PAGES_MAX) this.#fold();
    const lacksRoom = !this.#full && pages > WAL_PAGES_BUSY && this.#room.extend();
    if (this.#shrinking) this.#shrinking = !this.#full && shrinkSome(this.#db);
    return lacksRoom || this.#shrinking || this.#checkpoints.behind;
  }

  /** Whether the disk has room again: the reserve first, then a write that counts. */
  probe(): boolean {
    if (this.#failed !== undefined || !this.#full) return true;
    if (!this.#reserve.take()) return false;
    try {
      this.#count('probes');
      this.#full = false;
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    return !this.#full;
  }

  health(): Health {
    return {
      position: this.#writer.position,
      databaseBytes: numberIn(this.#sql.pages.get() ?? {}, 'bytes'),
      walBytes: statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
      accepting: !this.#full && this.#failed === undefined,
      reserveHeld: this.#reserve.held,
    };
  }

  close(): void {
    try {
      this.#db.close();
    } finally {
      this.#lock.release();
    }
  }

  /** The group failed for another reason than space: one bad append must not take the others with it. */
  #eachAlone(jobs: readonly AppendJob[], now: number, error: unknown): (Outcome | Rejected)[] {
    const found = problemFrom(error, this.#path);
    if (isUncertain(error)) this.#failed = found;
    if (isUncertain(error) || jobs.length === 1) return jobs.map(() => rejected(found));
    return jobs.flatMap((job) => this.append([job], now));
  }

  #urgentOnly(jobs: readonly AppendJob[], now: number): (Outcome | Rejected)[] {
    const full = problem('JOURNAL_FULL', { path: this.#path });
    return jobs.map((job) => {
      if (!job.urgent) return rejected(full);
      if (this.#reserve.held) this.#reserve.give();
      try {
        return this.#writer.append([job], now)[0] ?? rejected(full);
      } catch (error) {
        if (isUncertain(error)) this.#failed = problemFrom(error, this.#path);
        return rejected(problemFrom(error, this.#path));
      }
    });
  }

  #count(name: string): number {
    const row = this.#db
      .prepare(
        'INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value',
      )
      .get(name);
    return numberIn(row ?? {}, 'value');
  }

  #fold(): void {
    try {
      this.#sql.fold.run();
    } catch (error) {
      // A full disk keeps the log from shrinking; every event in it is safe and it is folded when there is room.
      if (!isFull(error)) throw error;
      this.#full = true;
    }
  }

  /** Old pages with the erased payload lie in the log until it is cut; a reader can be in the way. */
  #purge(): boolean {
    this.#room.cut();
    const row = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
    return numberIn(row, 'busy') === 0;
  }
}

function rejected(found: Problem | undefined): Rejected {
  return { status: 'rejected', problem: found ?? problem('JOURNAL_UNAVAILABLE') };
}
