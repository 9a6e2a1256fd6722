import type { Clock } from '../../src/bot/clock.ts';
import type { SandboxClock } from '../../src/sandbox/index.ts';

/** Runs with the real time, and can be turned forward: half an hour passes at once, and what fell due runs in order. */
export interface TurningClock extends Clock, SandboxClock {
  passes(ms: number): void;
  /** The same time with timers of its own, so that a crash takes the timers of one process and no others. */
  ofProcess(): Clock & { stop(): void };
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
  handle: NodeJS.Timeout | undefined;
}

export function turningClock(): TurningClock {
  const timers = new Set<Timer>();
  let ahead = 0;

  const now = () => Date.now() + ahead;

  function setTimer(run: () => void, ms: number): () => void {
    const timer: Timer = { due: now() + ms, run, handle: undefined };
    timers.add(timer);
    arm(timer);
    return () => {
      clearTimeout(timer.handle);
      timers.delete(timer);
    };
  }

  function arm(timer: Timer): void {
    clearTimeout(timer.handle);
    timer.handle = setTimeout(() => fire(timer), Math.max(0, timer.due - now()));
    timer.handle.unref();
  }

  function fire(timer: Timer): void {
    if (!timers.delete(timer)) return;
    clearTimeout(timer.handle);
    timer.run();
  }

  return {
    now,
    after: (ms, run) => setTimer(run, ms),
    setTimeout: setTimer,
    passes(ms) {
      ahead += ms;
      const due = [...timers].filter((timer) => timer.due <= now());
      for (const timer of due.sort((a, b) => a.due - b.due)) fire(timer);
      for (const timer of timers) arm(timer);
    },
    ofProcess() {
      const own = new Set<() => void>();
      let stopped = false;
      return {
        now,
        after(ms, run) {
          if (stopped) return () => undefined;
          const cancel = setTimer(() => {
            own.delete(cancel);
            run();
          }, ms);
          own.add(cancel);
          return cancel;
        },
        stop() {
          stopped = true;
          for (const cancel of own) cancel();
        },
      };
    },
  };
}
