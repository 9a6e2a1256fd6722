import type { JournalArchived } from '../../../core/archive.ts';
import type { Problem } from '../../../core/problem.ts';
import type { PublishedCheckpoint } from '../../checkpoint.ts';
import type { JournalLog } from '../../options.ts';
import type { Row } from '../../row.ts';

/**
 * What the main thread and the store's thread say to each other. Appends travel as one flat array per group: a
 * structured clone of a flat array costs a third of that of nested objects, and this is the hottest path of all.
 */
export type Scalar = string | number | null;

export interface AppendJob {
  readonly cause: string;
  readonly by: string;
  readonly urgent: boolean;
  readonly fence: { readonly partition: string; readonly token: number } | undefined;
  readonly writes: readonly JobWrite[];
}

export interface JobWrite {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly JobEvent[];
}

export interface JobEvent {
  readonly type: string;
  readonly v: number;
  /** The event as JSON, made once on the main thread. */
  readonly payload: string;
}

export type Outcome =
  | { readonly status: 'written'; readonly first: number; readonly at: number }
  | { readonly status: 'conflict'; readonly stream: string; readonly actual: number }
  | { readonly status: 'fenced' }
  | { readonly status: 'repeated'; readonly rows: readonly Scalar[] };

export type Rejected = { readonly status: 'rejected'; readonly problem: Problem };

export type Request =
  | { readonly kind: 'append'; readonly now: number; readonly jobs: readonly Scalar[] }
  | { readonly kind: 'read'; readonly stream: string; readonly from: number }
  | { readonly kind: 'tail'; readonly after: number; readonly limit: number }
  | { readonly kind: 'streams'; readonly prefix: string }
  | { readonly kind: 'header-hash'; readonly position: number }
  | { readonly kind: 'sign-with'; readonly key: string }
  | { readonly kind: 'checkpoint'; readonly now: number }
  | { readonly kind: 'erase'; readonly now: number; readonly erasure: Erasure }
  | { readonly kind: 'archive'; readonly now: number; readonly portion: ArchivePortion }
  | { readonly kind: 'compact' }
  | { readonly kind: 'close'; readonly now: number };

/** What was copied into a file and may leave now: streams that were whole and over when they were read. */
export interface ArchivePortion {
  readonly event: JournalArchived;
  readonly streams: readonly PastStream[];
}

export interface PastStream {
  readonly name: string;
  readonly version: number;
  readonly isPrivate: boolean;
}

export interface Erasure {
  readonly stream: string;
  readonly version: number;
  readonly by: string;
  readonly reason: string;
}

export type Reply =
  | AppendReply
  | {
      readonly kind: 'rows';
      readonly rows: readonly Scalar[];
      readonly position: number;
      readonly end: boolean;
    }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'hash'; readonly hash: string | null }
  | {
      readonly kind: 'checkpoint';
      readonly checkpoint: PublishedCheckpoint | undefined;
      /** The new event, none when nothing was new. */
      readonly rows: readonly Scalar[];
    }
  | {
      readonly kind: 'erased';
      readonly rows: readonly Scalar[];
      readonly repeated: boolean;
      readonly purged: boolean;
    }
  | {
      readonly kind: 'archived';
      /** The new event; none when something was said in one of the streams since they were read. */
      readonly rows: readonly Scalar[];
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** One entry per job. Written ones, nearly all, are two numbers; the rest are listed apart. */
export interface AppendReply {
  readonly kind: 'appended';
  readonly firsts: readonly number[];
  readonly ats: readonly number[];
  readonly others: readonly (readonly [
    index: number,
    outcome: Exclude<Outcome, { status: 'written' }> | Rejected,
  ])[];
  /** What these appends shared with others, told once: with the last of them. No commit when nothing was written. */
  readonly group: { readonly appends: number; readonly commitMs: number | undefined } | undefined;
}

/** How the store fares, sent along with every answer. */
export interface Health {
  readonly position: number;
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly accepting: boolean;
  readonly reserveHeld: boolean;
}

export interface StoreOptions {
  readonly path: string;
  readonly reserveBytes: number;
  readonly logRoomBytes: number;
}

/** What the thread says on its own: that it is ready or why not, and what an operator should know. */
export type Notice =
  | {
      readonly kind: 'ready';
      readonly epoch: number;
      readonly checkpoint: PublishedCheckpoint | undefined;
      readonly health: Health;
    }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'health'; readonly health: Health }
  | { readonly kind: 'log'; readonly entry: JournalLog };

/** Appends that shared a transaction are answered together: each message wakes the other thread. */
export interface Answer {
  readonly kind: 'answer';
  readonly answers: readonly { readonly id: number; readonly reply: Reply }[];
  readonly health: Health;
}

export function encodeJobs(jobs: readonly AppendJob[]): Scalar[] {
  const out: Scalar[] = [];
  for (const { cause, by, urgent, fence, writes } of jobs) {
    out.push(cause, by, urgent ? 1 : 0, fence?.partition ?? null, fence?.token ?? 0, writes.length);
    for (const { stream, expected, events } of writes) {
      out.push(stream, expected, events.length);
      for (const { type, v, payload } of events) out.push(type, v, payload);
    }
  }
  return out;
}

export function decodeJobs(scalars: readonly Scalar[]): AppendJob[] {
  const from = new Cursor(scalars);
  const jobs: AppendJob[] = [];
  while (from.more()) {
    const cause = from.text();
    const by = from.text();
    const urgent = from.number() === 1;
    const partition = from.textOrNull();
    const token = from.number();
    const fence = partition === null ? undefined : { partition, token };
    const writes = times(from.number(), () => ({
      stream: from.text(),
      expected: from.number(),
      events: times(from.number(), () => ({
        type: from.text(),
        v: from.number(),
        payload: from.text(),
      })),
    }));
    jobs.push({ cause, by, urgent, fence, writes });
  }
  return jobs;
}

/** Rows travel flat too, one scalar per field in this order. */
export function pushRow(out: Scalar[], row: Row): void {
  out.push(
    row.position,
    row.stream,
    row.version,
    row.at,
    row.by,
    row.cause,
    row.type,
    row.v,
    row.payload,
    row.mark ?? '',
  );
}

export function decodeRows(scalars: readonly Scalar[]): Row[] {
  const from = new Cursor(scalars);
  const rows: Row[] = [];
  while (from.more()) {
    rows.push({
      position: from.number(),
      stream: from.text(),
      version: from.number(),
      at: from.number(),
      by: from.text(),
      cause: from.text(),
      type: from.text(),
      v: from.number(),
      payload: from.textOrNull(),
      mark: from.text(),
    });
  }
  return rows;
}

class Cursor {
  readonly #scalars: readonly Scalar[];
  #at = 0;

  constructor(scalars: readonly Scalar[]) {
    this.#scalars = scalars;
  }

  more(): boolean {
    return this.#at < this.#scalars.length;
  }

  text(): string {
    const value = this.#scalars[this.#at++];
    if (typeof value !== 'string') throw new TypeError(`expected text at ${this.#at - 1}`);
    return value;
  }

  number(): number {
    const value = this.#scalars[this.#at++];
    if (typeof value !== 'number') throw new TypeError(`expected a number at ${this.#at - 1}`);
    return value;
  }

  textOrNull(): string | null {
    const value = this.#scalars[this.#at++];
    if (typeof value !== 'string' && value !== null)
      throw new TypeError(`expected text or null at ${this.#at - 1}`);
    return value;
  }
}

function times<T>(count: number, make: () => T): T[] {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(make());
  return made;
}
