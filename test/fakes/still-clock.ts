import type { Clock } from '../../src/bot/clock.ts';
import { T0 } from '../core/given.ts';

/** Time that stands still until it is told to pass. */
export interface StillClock extends Clock {
  /** What falls due runs in order, and whatever it sets off comes to rest before the next. */
  passes(ms: number): Promise<void>;
  /** Timers that wait. */
  waiting(): number;
}

export function stillClock(): StillClock {
  const timers = new Set<{ readonly due: number; readonly run: () => void }>();
  let now = T0;

  async function passes(ms: number): Promise<void> {
    const until = now + ms;
    await atRest();
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
      if (!next) break;
      timers.delete(next);
      now = Math.max(now, next.due);
      next.run();
      await atRest();
    }
    now = until;
  }

  return {
    now: () => now,
    after(ms, run) {
      const timer = { due: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    passes,
    waiting: () => timers.size,
  };
}

/** Until everything that waits for nothing but its turn has had it. */
export async function atRest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
