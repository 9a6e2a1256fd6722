import type { Worker } from 'node:worker_threads';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { PublishedCheckpoint } from '../../checkpoint.ts';
import type { JournalLog } from '../../options.ts';
import type { Answer, Health, Notice, Reply, Request, StoreOptions } from './protocol.ts';
import { spawnThread } from './spawn.ts';

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** The main thread's end of the line to the store's thread. */
export class StoreThread {
  readonly epoch: number;
  readonly checkpoint: PublishedCheckpoint | undefined;
  health: Health;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #gone: Problem | undefined;

  private constructor(
    worker: Worker,
    ready: Notice & { kind: 'ready' },
    log: (entry: JournalLog) => void,
  ) {
    this.#worker = worker;
    this.epoch = ready.epoch;
    this.checkpoint = ready.checkpoint;
    this.health = ready.health;
    worker.on('message', (message: Answer | Notice) => {
      if (message.kind === 'log') log(message.entry);
      else if (message.kind === 'health') this.health = message.health;
      else if (message.kind === 'answer') this.#answer(message);
    });
    worker.on('error', (error) => this.#lose(error.message));
    worker.on('exit', () => this.#lose('the thread of the journal ended'));
  }

  /** Rejects with the reason when the store cannot be opened. */
  static start(options: StoreOptions, log: (entry: JournalLog) => void): Promise<StoreThread> {
    const worker = spawnThread({ store: options });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () =>
        reject(new Error('the thread of the journal ended before it was ready')),
      );
      worker.once('message', (notice: Notice) => {
        worker.off('error', reject);
        if (notice.kind === 'ready') resolve(new StoreThread(worker, notice, log));
        else
          reject(
            new ProblemError(
              notice.kind === 'refused'
                ? notice.problem
                : problem('JOURNAL_UNAVAILABLE', { detail: notice.kind }),
            ),
          );
      });
    });
  }

  /** Rejects with the problem when the store answers with one. */
  ask(request: Request): Promise<Reply> {
    if (this.#gone !== undefined) return Promise.reject(new ProblemError(this.#gone));
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request });
    });
  }

  /** Ends when the thread has: the lock is free then. */
  async close(now: number): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.ask({ kind: 'close', now });
    await ended;
  }

  #answer({ answers, health }: Answer): void {
    this.health = health;
    for (const { id, reply } of answers) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (reply.kind === 'failed') waiting?.reject(new ProblemError(reply.problem));
      else waiting?.resolve(reply);
    }
  }

  #lose(detail: string): void {
    this.#gone ??= problem('JOURNAL_UNAVAILABLE', { detail });
    this.health = { ...this.health, accepting: false };
    for (const { reject } of this.#waiting.values()) reject(new ProblemError(this.#gone));
    this.#waiting.clear();
  }
}
