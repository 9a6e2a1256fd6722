import type { Watched } from '../../../core/incident/watch.ts';
import type { Endpoint } from '../../../core/ports/endpoint.ts';
import { type Problem, problem } from '../../../core/problem.ts';
import type { Clock } from '../../clock.ts';

/** One declared endpoint. */
export interface Watch extends Watched {
  readonly endpoint: Endpoint;
  readonly everyMs: number;
  /** Checks in a row that have to fail before anything is said. */
  readonly strikes: number;
  /** What is proposed then, with service and environment named. */
  readonly line: string;
  /** How long a proposal holds, where the outage lasts. */
  readonly expiresMs: number;
}

export interface WatchesLoopOptions {
  readonly watches: readonly Watch[];
  readonly clock: Clock;
  /** What an outage means to the record; both may be told again and again. */
  readonly outages: {
    failed(watch: Watch, failed: { strikes: number; problem: Problem }): Promise<void>;
    recovered(watch: Watch): Promise<void>;
  };
  readonly counts: WatchCounts;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface WatchCounts {
  checked(
    watch: string,
    check: { readonly isUp: boolean; readonly strikes: number; readonly ms: number },
  ): void;
}

export interface WatchesLoop {
  start(): void;
  close(): Promise<void>;
}

/** So many checks at a time; the others wait for their turn. */
const atOnce = 8;

/** A check that neither answers nor gives up is none of ours: this is far beyond any timeout of a watch. */
const heldMs = 120_000;

/**
 * Asks each endpoint again and again. It holds what the last checks said and nothing else: what is told follows from that
 * and from the record, so that a check after a crash, or after a journal that took nothing, says the same once more.
 */
export function createWatchesLoop(options: WatchesLoopOptions): WatchesLoop {
  const { clock, watches, outages, counts, log } = options;
  const struck = new Map<string, number>();
  const timers = new Map<string, () => void>();
  const queue: (() => void)[] = [];
  const running = new Set<Promise<void>>();
  let free = atOnce;
  let closed = false;

  function plan(watch: Watch, ms: number): void {
    if (closed) return;
    const stop = clock.after(ms, () => {
      timers.delete(watch.name);
      const began = clock.now();
      const turn = inTurn(() => look(watch)).then(() => {
        running.delete(turn);
        plan(watch, Math.max(0, began + watch.everyMs - clock.now()));
      });
      running.add(turn);
    });
    timers.set(watch.name, stop);
  }

  /** First come, first served. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      if (!closed) await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  }

  async function look(watch: Watch): Promise<void> {
    const began = clock.now();
    const found = await checked(watch);
    const strikes = found ? (struck.get(watch.name) ?? 0) + 1 : 0;
    struck.set(watch.name, strikes);
    counts.checked(watch.name, { isUp: !found, strikes, ms: clock.now() - began });
    try {
      if (!found) await outages.recovered(watch);
      else if (strikes >= watch.strikes) await outages.failed(watch, { strikes, problem: found });
    } catch (error) {
      // The next check says it again.
      log('what a watch found was not told', { watch: watch.name, error });
    }
  }

  async function checked({ endpoint, name }: Watch): Promise<Problem | undefined> {
    const gaveUp = problem('WATCH_STUCK', { watch: name });
    let stop: (() => void) | undefined;
    const late = new Promise<Problem>((resolve) => {
      stop = clock.after(heldMs, () => resolve(gaveUp));
    });
    try {
      return await Promise.race([endpoint.check(), late]);
    } catch (error) {
      log('a check ended in a fault', { watch: name, error });
      return gaveUp;
    } finally {
      stop?.();
    }
  }

  return {
    start() {
      // Spread over the time between two checks, so that many are no burst.
      for (const [index, watch] of watches.entries()) {
        plan(watch, Math.floor((watch.everyMs * index) / watches.length));
      }
    },
    async close() {
      closed = true;
      for (const stop of timers.values()) stop();
      for (const next of queue.splice(0)) next();
      await Promise.all(running);
    },
  };
}
