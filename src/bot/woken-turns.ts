import type { Clock } from './clock.ts';

/** Turns of a loop, one at a time for each of what it looks after: whatever wakes it during one has it take another. */
export interface WokenTurns {
  wake(id: string): void;
  /** Another turn in so many ms; a later word replaces an earlier one. */
  later(id: string, ms: number): void;
  isClosed(): boolean;
  /** How many are under way. */
  size(): number;
  /** Resolves when those that are under way are over; they may have begun others. */
  over(): Promise<void>;
  /** No new one begins; what is under way is waited for. */
  close(): Promise<void>;
}

export interface WokenTurnsOptions {
  readonly clock: Clock;
  /** Cheap: it is asked at every change. */
  readonly hasWork: (id: string) => boolean;
  readonly turn: (id: string) => Promise<void>;
  /** A turn that ended in a fault; another one is taken after `retryMs`. */
  readonly failed: (id: string, error: unknown) => void;
  readonly retryMs: number;
}

export function createWokenTurns(options: WokenTurnsOptions): WokenTurns {
  const turns = new Map<string, { again: boolean; readonly done: Promise<void> }>();
  const timers = new Map<string, () => void>();
  let closed = false;

  function wake(id: string): void {
    if (closed) return;
    const turn = turns.get(id);
    if (turn) turn.again = true;
    else if (options.hasWork(id)) begin(id);
  }

  function begin(id: string): void {
    const entry = { again: false, done: Promise.resolve() };
    turns.set(id, entry);
    entry.done = options
      .turn(id)
      .catch((error: unknown) => {
        options.failed(id, error);
        later(id, options.retryMs);
      })
      .then(() => {
        turns.delete(id);
        if (entry.again) wake(id);
      });
  }

  function later(id: string, ms: number): void {
    timers.get(id)?.();
    if (closed) return;
    const stop = options.clock.after(ms, () => {
      timers.delete(id);
      wake(id);
    });
    timers.set(id, stop);
  }

  async function over(): Promise<void> {
    await Promise.all([...turns.values()].map(({ done }) => done));
  }

  return {
    wake,
    later,
    isClosed: () => closed,
    size: () => turns.size,
    over,
    async close() {
      closed = true;
      for (const stop of timers.values()) stop();
      await over();
    },
  };
}
