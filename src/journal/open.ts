import { ARCHIVES, isJournalArchived } from '../core/archive.ts';
import { ERASURES, UNERASABLE } from '../core/erasure.ts';
import type { Recorded } from '../core/event.ts';
import type { Signer } from '../core/ports/backup.ts';
import type { Checkpoint, Journal, Keyring, Ownership } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { AppendQueue, type AppendReading } from './append-queue.ts';
import { eraseInArchive, readArchive } from './archive-file.ts';
import { markFrom } from './archive-mark.ts';
import { type ArchiveAsk, type ArchiveRun, runArchive } from './archiver.ts';
import { type BlobStore, openBlobs } from './blobs.ts';
import { type PublishedCheckpoint, signerFrom } from './checkpoint.ts';
import { recordedFrom, type Upcasters } from './decode.ts';
import type { JournalExport } from './export.ts';
import { openKeyring } from './keyring.ts';
import type { VerifyRequest } from './offline.ts';
import type { JournalLog, JournalOptions } from './options.ts';
import { ownKey } from './own-key.ts';
import { embeddedOwnership } from './ownership.ts';
import { openSnapshots, type SnapshotCache } from './snapshots.ts';
import { tidyArchive } from './stores/sqlite/archive-copy.ts';
import {
  decodeRows,
  type Health,
  type Reply,
  type Request,
  type Scalar,
} from './stores/sqlite/protocol.ts';
import { runInThread } from './stores/sqlite/spawn.ts';
import type { Task, TaskResult } from './stores/sqlite/tasks.ts';
import { StoreThread } from './stores/sqlite/thread.ts';
import type { VerifyReport } from './verify.ts';

export interface OpenJournal extends Journal {
  readonly blobs: BlobStore;
  readonly ownership: Ownership;
  /** Signs what is not of the journal with its key. */
  readonly signer: Signer;
  /** The listener hears of every event once it is on disk, in the order of positions. Answers how to stop. */
  onAppended(listener: AppendedListener): () => void;
  /** Signs what is new; without news the last one is answered, or undefined when there never was any. */
  checkpoint(): Promise<PublishedCheckpoint | undefined>;
  /** Deletes one payload for ever; the header and the chain stay. */
  erase(stream: string, version: number, request: { by: string; reason: string }): Promise<Erased>;
  /** Offline tools do the same from outside; here it costs neither the loop nor the store's thread anything. */
  verify(request?: VerifyRequest): Promise<VerifyReport>;
  /** Signs what is new first, so that the proof covers the streams to their end. */
  export(streams: readonly string[]): Promise<JournalExport>;
  /** Old payloads leave for files of the folder that was given; undefined where none was. */
  archive(ask: ArchiveAsk): Promise<ArchiveRun | undefined>;
  /** Writes the file anew, as small as it can be. Nothing is appended meanwhile: for a journal that nobody else uses. */
  compact(): Promise<void>;
  /** A copy as of one moment, with its blobs and without the keyring. */
  backup(to: string): Promise<void>;
  stats(): JournalStats;
  /** Waits for what is underway, signs, and gives the file free. */
  close(): Promise<void>;
}

export type AppendedListener = (recorded: readonly Recorded[]) => void;

export interface Erased {
  /** It had been erased before. */
  readonly repeated: boolean;
  /** False while a reader keeps the old pages in the log; they go as soon as it has ended. */
  readonly purged: boolean;
}

export interface JournalStats extends AppendReading, Health {}

export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { path, log = () => undefined, reserveBytes = 8 * 1024 * 1024, logRoomBytes = 0 } = options;
  const thread = await StoreThread.start({ path, reserveBytes, logRoomBytes }, log);
  const keyring = openKeyring(`${path}.keys`);
  try {
    const key = options.signingKey ?? (await ownKey(keyring, log));
    const signer = signerFrom(key);
    await thread.ask({ kind: 'sign-with', key });
    return new SqliteJournal(options, thread, { keyring, signer });
  } catch (error) {
    await thread.close(Date.now());
    throw error;
  }
}

const LONG_PAGE = 1_000;

class SqliteJournal implements OpenJournal {
  readonly blobs: BlobStore;
  readonly snapshots: SnapshotCache;
  readonly keyring: Keyring;
  readonly signer: Signer;
  readonly ownership: Ownership;
  readonly #path: string;
  readonly #thread: StoreThread;
  readonly #queue: AppendQueue;
  readonly #upcasters: Upcasters;
  readonly #clock: () => number;
  readonly #archive: { readonly archive?: string };
  readonly #log: (entry: JournalLog) => void;
  readonly #publish: (checkpoint: PublishedCheckpoint) => void;
  readonly #listeners = new Set<AppendedListener>();
  readonly #timer: NodeJS.Timeout | undefined;
  #checkpoint: PublishedCheckpoint | undefined;
  #lacksCheckpoint: boolean;
  #archiving = 0;
  #closing: Promise<void> | undefined;
  #ahead:
    | {
        readonly after: number;
        readonly limit: number;
        readonly page: Promise<Extract<Reply, { kind: 'rows' }> | undefined>;
      }
    | undefined;

  constructor(
    options: JournalOptions,
    thread: StoreThread,
    { keyring, signer }: { readonly keyring: Keyring; readonly signer: Signer },
  ) {
    const {
      path,
      upcasters = {},
      clock = Date.now,
      waitingMax = 20_000,
      checkpointEveryMs = 60_000,
    } = options;
    this.#path = path;
    this.#thread = thread;
    this.#upcasters = upcasters;
    this.#clock = clock;
    this.#archive = options.archive === undefined ? {} : { archive: options.archive };
    this.#log = options.log ?? (() => undefined);
    this.#publish = options.publishCheckpoint ?? (() => undefined);
    this.#checkpoint = thread.checkpoint;
    this.keyring = keyring;
    this.signer = signer;
    this.ownership = embeddedOwnership(thread.epoch);
    this.blobs = openBlobs(`${path}.blobs`);
    this.snapshots = openSnapshots(`${path}.snapshots`, {
      hashAt: (position) => this.#hashAt(position),
      erasedAt: () => this.#erasedAt(),
    });
    this.#lacksCheckpoint = checkpointEveryMs > 0 && thread.checkpoint === undefined;
    const onAppended = (recorded: readonly Recorded[]): void => {
      this.#tell(recorded);
      if (this.#lacksCheckpoint) this.#signFirst();
    };
    this.#queue = new AppendQueue({ thread, clock, upcasters, waitingMax, onAppended });
    if (checkpointEveryMs > 0)
      this.#timer = setInterval(() => this.#checkpointInTime(), checkpointEveryMs).unref();
  }

  append(...[writes, context]: Parameters<Journal['append']>): ReturnType<Journal['append']> {
    if (this.#closing !== undefined)
      return Promise.reject(new ProblemError(problem('JOURNAL_CLOSED')));
    return this.#queue.append(writes, context);
  }

  async read(stream: string, fromVersion = 1): Promise<readonly Recorded[]> {
    const { rows } = await this.#ask({ kind: 'read', stream, from: fromVersion }, 'rows');
    return this.#decode(rows);
  }

  async tail(after: number, limit: number): ReturnType<Journal['tail']> {
    const { rows, position, end } = await this.#page(after, limit);
    // Whoever reads long pages reads on: the store's thread fetches the next while this one is evolved.
    if (!end && limit >= LONG_PAGE) {
      const page = this.#ask({ kind: 'tail', after: position, limit }, 'rows').catch(
        () => undefined,
      );
      this.#ahead = { after: position, limit, page };
    }
    return { recorded: this.#decode(rows), position, end };
  }

  async streams(prefix: string): Promise<readonly string[]> {
    return (await this.#ask({ kind: 'streams', prefix }, 'names')).names;
  }

  lastCheckpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  onAppended(listener: AppendedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async checkpoint(): Promise<PublishedCheckpoint | undefined> {
    const { checkpoint, rows } = await this.#ask(
      { kind: 'checkpoint', now: this.#clock() },
      'checkpoint',
    );
    if (rows.length === 0) return checkpoint;
    this.#checkpoint = checkpoint;
    this.#tell(this.#decode(rows));
    if (checkpoint !== undefined) this.#publish(checkpoint);
    return checkpoint;
  }

  async erase(
    stream: string,
    version: number,
    { by, reason }: { by: string; reason: string },
  ): Promise<Erased> {
    if (UNERASABLE.some((prefix) => stream.startsWith(prefix)))
      throw new ProblemError(problem('ERASE_REFUSED', { stream, version }));
    const { archive: folder } = this.#archive;
    // While a run writes a file, that file is its own: it tidies up itself.
    if (folder !== undefined && this.#archiving === 0) tidyArchive(this.#path, folder);
    const inFile = await this.#fileOf(stream, version);
    const erasure = { stream, version, by, reason };
    const { rows, repeated, purged } = await this.#ask(
      { kind: 'erase', now: this.#clock(), erasure },
      'erased',
    );
    // On record first: after a crash in between, asking again finishes it, and a verification says what is left.
    inFile?.erase();
    // Evolved state may hold what was in the payload.
    await this.snapshots.clear();
    if (!repeated) this.#tell(this.#decode(rows));
    return { repeated, purged };
  }

  async verify(request: VerifyRequest = {}): Promise<VerifyReport> {
    return (await runTask({ task: 'verify', path: this.#path, request }, 'verify')).report;
  }

  async export(streams: readonly string[]): Promise<JournalExport> {
    await this.checkpoint();
    const task = { task: 'export', path: this.#path, streams, ...this.#archive } as const;
    return (await runTask(task, 'export')).document;
  }

  async archive(ask: ArchiveAsk): Promise<ArchiveRun | undefined> {
    const { archive: folder } = this.#archive;
    if (folder === undefined) return undefined;
    if (ask.dryRun === true) return this.#archiveInto(folder, ask);
    this.#archiving += 1;
    try {
      await this.checkpoint();
      return await this.#archiveInto(folder, ask);
    } finally {
      this.#archiving -= 1;
      if (this.#archiving === 0) tidyArchive(this.#path, folder);
    }
  }

  #archiveInto(folder: string, ask: ArchiveAsk): Promise<ArchiveRun> {
    return runArchive(ask, {
      copy: async (request) => {
        const task = {
          task: 'archive',
          path: this.#path,
          request: { ...request, folder },
        } as const;
        return (await runTask(task, 'archive')).portion;
      },
      take: async (portion) => {
        const { rows } = await this.#ask(
          { kind: 'archive', now: this.#clock(), portion },
          'archived',
        );
        this.#tell(this.#decode(rows));
        return rows.length > 0;
      },
    });
  }

  async compact(): Promise<void> {
    await this.#ask({ kind: 'compact' }, 'done');
  }

  async backup(to: string): Promise<void> {
    await runTask({ task: 'backup', path: this.#path, to }, 'backup');
  }

  stats(): JournalStats {
    return { ...this.#queue.reading(), ...this.#thread.health };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.drained();
    try {
      await this.checkpoint();
    } finally {
      await this.#thread.close(this.#clock());
    }
  }

  /** The first minute of a journal has a witness too: what is planned in it is shown with a checkpoint. */
  #signFirst(): void {
    this.#lacksCheckpoint = false;
    this.#checkpointInTime();
  }

  #checkpointInTime(): void {
    this.checkpoint().catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      this.#log({ level: 'error', message: 'checkpoint failed', fields: { detail } });
    });
  }

  /** The file that holds a payload, read and found whole before anything is erased: it must not live on there. */
  async #fileOf(stream: string, version: number): Promise<{ erase(): void } | undefined> {
    const { rows } = await this.#ask({ kind: 'read', stream, from: version }, 'rows');
    const row = decodeRows(rows)[0];
    const mark = markFrom(row?.mark ?? '');
    if (row?.version !== version || mark === undefined) return undefined;
    const [recorded] = await this.read(ARCHIVES, mark.number);
    const event: unknown = recorded?.event;
    if (!isJournalArchived(event)) return undefined;
    const { archive: folder } = this.#archive;
    if (folder === undefined)
      throw new ProblemError(problem('ERASE_ARCHIVE_AWAY', { stream, version, file: event.file }));
    readArchive(folder, event);
    return { erase: () => eraseInArchive(folder, event, row.position) };
  }

  async #hashAt(position: number): Promise<string | undefined> {
    return (await this.#ask({ kind: 'header-hash', position }, 'hash')).hash ?? undefined;
  }

  async #erasedAt(): Promise<number> {
    return (await this.read(ERASURES)).at(-1)?.position ?? 0;
  }

  /** A page fetched ahead counts only while more follows: its end may have moved since. */
  async #page(after: number, limit: number): Promise<Extract<Reply, { kind: 'rows' }>> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const page = ahead?.after === after && ahead.limit === limit ? await ahead.page : undefined;
    return page === undefined || page.end
      ? this.#ask({ kind: 'tail', after, limit }, 'rows')
      : page;
  }

  #tell(recorded: readonly Recorded[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(recorded);
      } catch (error) {
        // The events are on disk; a listener that fails must not make their writer believe otherwise.
        const detail = error instanceof Error ? error.message : String(error);
        this.#log({
          level: 'error',
          message: 'listener of the journal failed',
          fields: { detail },
        });
      }
    }
  }

  #decode(rows: readonly Scalar[]): Recorded[] {
    return decodeRows(rows).map((row) => recordedFrom(row, this.#upcasters));
  }

  async #ask<K extends Reply['kind']>(
    request: Request,
    kind: K,
  ): Promise<Extract<Reply, { kind: K }>> {
    const reply = await this.#thread.ask(request);
    if (!isKind(reply, kind)) throw new TypeError(`unexpected answer ${reply.kind}`);
    return reply;
  }
}

function isKind<K extends Reply['kind']>(
  reply: Reply,
  kind: K,
): reply is Extract<Reply, { kind: K }> {
  return reply.kind === kind;
}

async function runTask<K extends Task['task']>(
  task: Task,
  kind: K,
): Promise<Extract<TaskResult, { task: K }>> {
  const result = await runInThread(task);
  if (result.task === 'failed') throw new ProblemError(result.problem);
  if (!isTask(result, kind)) throw new TypeError(`unexpected answer ${result.task}`);
  return result;
}

function isTask<K extends Task['task']>(
  result: TaskResult,
  kind: K,
): result is Extract<TaskResult, { task: K }> {
  return result.task === kind;
}
