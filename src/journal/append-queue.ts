import type { Recorded } from '../core/event.ts';
import type { AppendContext, Appended, StreamWrite } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { recordedFrom, requireKnown, type Upcasters } from './decode.ts';
import { type Histogram, type HistogramReading, histogram } from './histogram.ts';
import {
  type AppendJob,
  type AppendReply,
  decodeRows,
  encodeJobs,
  type JobWrite,
} from './stores/sqlite/protocol.ts';
import type { StoreThread } from './stores/sqlite/thread.ts';

export interface AppendQueueOptions {
  readonly thread: StoreThread;
  readonly clock: () => number;
  readonly upcasters: Upcasters;
  readonly waitingMax: number;
  /** Called in position order, once events are on disk and before their caller hears of it. */
  readonly onAppended: (recorded: readonly Recorded[]) => void;
}

export interface AppendReading {
  readonly appends: number;
  readonly events: number;
  readonly commits: number;
  readonly waiting: number;
  readonly lastCommitMs: number;
  readonly commitMs: HistogramReading;
  readonly groupSizes: HistogramReading;
}

interface Pending {
  readonly job: AppendJob;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

const EVENT_BYTES_MAX = 1024 * 1024;

/**
 * Group commit, this end of it: the appends of one turn of the event loop travel together. The store's thread takes
 * whatever has arrived there into one transaction, so that a slow disk makes groups larger instead of a line longer, and
 * a busy event loop does not keep the disk waiting.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #gathering: Pending[] = [];
  #planned = false;
  /** Appends on their way to disk. */
  #underway = 0;
  readonly #idlers: (() => void)[] = [];
  #appends = 0;
  #events = 0;
  #commits = 0;
  #lastCommitMs = 0;
  readonly #commitMs: Histogram = histogram([0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000]);
  readonly #groupSizes: Histogram = histogram([1, 2, 4, 8, 16, 32, 64, 128, 256, 1024]);

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  append(writes: readonly StreamWrite[], context: AppendContext): Promise<Appended> {
    const waiting = this.#gathering.length + this.#underway;
    if (waiting >= this.#options.waitingMax) {
      return Promise.reject(new ProblemError(problem('JOURNAL_OVERLOADED', { waiting })));
    }
    return new Promise((resolve, reject) => {
      const job = this.#jobFrom(writes, context);
      this.#gathering.push({ job, resolve, reject });
      if (this.#planned) return;
      this.#planned = true;
      setImmediate(() => this.#send());
    });
  }

  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void> {
    if (this.#gathering.length + this.#underway === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  reading(): AppendReading {
    return {
      appends: this.#appends,
      events: this.#events,
      commits: this.#commits,
      waiting: this.#gathering.length + this.#underway,
      lastCommitMs: this.#lastCommitMs,
      commitMs: this.#commitMs.reading(),
      groupSizes: this.#groupSizes.reading(),
    };
  }

  #send(): void {
    const group = this.#gathering;
    this.#gathering = [];
    this.#planned = false;
    this.#underway += group.length;
    void this.#commit(group).then(() => {
      if (this.#gathering.length + this.#underway > 0) return;
      for (const resolve of this.#idlers.splice(0)) resolve();
    });
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    const { thread, clock } = this.#options;
    try {
      const jobs = encodeJobs(group.map(({ job }) => job));
      const reply = await thread.ask({ kind: 'append', now: clock(), jobs }).finally(() => {
        // Whoever hears of its append finds it waiting no more.
        this.#underway -= group.length;
      });
      if (reply.kind !== 'appended') throw new TypeError(`unexpected answer ${reply.kind}`);
      this.#settle(group, reply);
    } catch (error) {
      const found = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of group) reject(found);
    }
  }

  #settle(group: readonly Pending[], reply: AppendReply): void {
    const others = new Map(reply.others);
    let written = 0;
    for (const [index, pending] of group.entries()) {
      const other = others.get(index);
      if (other === undefined) {
        const recorded = this.#recorded(
          pending.job,
          reply.firsts[index] ?? 0,
          reply.ats[index] ?? 0,
        );
        written += recorded.length;
        if (recorded.length > 0) this.#options.onAppended(recorded);
        pending.resolve({ ok: true, repeated: false, recorded });
        continue;
      }
      switch (other.status) {
        case 'conflict':
          pending.resolve({
            ok: false,
            code: 'CONFLICT',
            stream: other.stream,
            actual: other.actual,
          });
          break;
        case 'fenced':
          pending.resolve({ ok: false, code: 'FENCED' });
          break;
        case 'repeated':
          pending.resolve({ ok: true, repeated: true, recorded: this.#decode(other.rows) });
          break;
        case 'rejected':
          pending.reject(new ProblemError(other.problem));
      }
    }
    this.#appends += group.length;
    this.#events += written;
    if (reply.group === undefined) return;
    const { appends, commitMs } = reply.group;
    // Refusals alone share no commit.
    if (commitMs === undefined) return;
    this.#groupSizes.observe(appends);
    this.#commits += 1;
    this.#lastCommitMs = commitMs;
    this.#commitMs.observe(commitMs);
  }

  #decode(rows: Parameters<typeof decodeRows>[0]): Recorded[] {
    return decodeRows(rows).map((row) => recordedFrom(row, this.#options.upcasters));
  }

  /** Read back from the bytes that were written, so that live state and replayed state see the same event. */
  #recorded({ cause, by, writes }: AppendJob, first: number, at: number): Recorded[] {
    const { upcasters } = this.#options;
    const recorded: Recorded[] = [];
    for (const { stream, expected, events } of writes) {
      // What was written fitted: the version expected counts the writes before it, of the same append too.
      let version = expected;
      for (const { type, v, payload } of events) {
        version += 1;
        const position = first + recorded.length;
        const row = { position, stream, version, at, by, cause, type, v, payload };
        recorded.push(recordedFrom(row, upcasters));
      }
    }
    return recorded;
  }

  #jobFrom(writes: readonly StreamWrite[], { cause, by, fence, urgent }: AppendContext): AppendJob {
    if (cause === '') throw new RangeError('an append needs a cause');
    return {
      cause,
      by,
      fence,
      urgent: urgent === true,
      writes: writes.map((write) => this.#writeFrom(write)),
    };
  }

  #writeFrom({ stream, expectedVersion, events }: StreamWrite): JobWrite {
    if (stream === '') throw new RangeError('a stream needs a name');
    if (stream.startsWith('journal/'))
      throw new RangeError(`${stream} belongs to the journal itself`);
    const written = events.map((event, index) => {
      requireKnown(event, this.#options.upcasters, {
        stream,
        version: expectedVersion + index + 1,
      });
      const payload = JSON.stringify(event);
      if (payload.length > EVENT_BYTES_MAX) {
        const facts = { type: event.type, bytes: payload.length, most: EVENT_BYTES_MAX };
        throw new ProblemError(problem('EVENT_TOO_LARGE', facts));
      }
      return { type: event.type, v: event.v, payload };
    });
    return { stream, expected: expectedVersion, events: written };
  }
}
