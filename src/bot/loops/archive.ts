import type { Clock } from '../clock.ts';

export interface ArchiveLoopOptions {
  readonly clock: Pick<Clock, 'after' | 'now'>;
  /** Moves what is old, as much as one turn may; answers how many events went. */
  readonly archive: () => Promise<number>;
  /** Blobs whose time is over and that nothing open names; answers how many went. */
  readonly prune: (now: number) => Promise<number>;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** The start has other things to do. */
const firstMs = 10 * 60_000;
const everyMs = 24 * 60 * 60_000;

/** Once a day what is old leaves the journal. A turn that is missed or cut off is made up by the next one. */
export function createArchiveLoop(options: ArchiveLoopOptions) {
  const { clock, log } = options;
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function plan(ms: number): void {
    if (closed) return;
    stop = clock.after(ms, () => {
      running = turn().finally(() => {
        running = undefined;
        plan(everyMs);
      });
    });
  }

  async function turn(): Promise<void> {
    try {
      const events = await options.archive();
      if (events > 0) log('old payloads were archived', { events });
    } catch (error) {
      log('old payloads were not archived', { error });
    }
    try {
      const blobs = await options.prune(clock.now());
      if (blobs > 0) log('blobs were dropped', { blobs });
    } catch (error) {
      log('blobs whose time is over were not dropped', { error });
    }
  }

  return {
    start: () => plan(firstMs),
    async close(): Promise<void> {
      closed = true;
      stop?.();
      await running;
    },
  };
}
