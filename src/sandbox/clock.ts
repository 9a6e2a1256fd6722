// Everything in the sandbox that takes time asks this clock, so that a test can let an hour pass
// in a millisecond and see the same cluster twice.

export type SandboxClock = {
  now(): number;
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  setTimeout(fn: () => void, ms: number): () => void;
};

export type VirtualClock = SandboxClock & {
  /** Lets `ms` pass, running what falls due in order. */
  advance(ms: number): void;
  /** Like `advance`, but gives sockets and promises a turn between two timers. */
  advanceAsync(ms: number): Promise<void>;
};

export const realClock: SandboxClock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export function virtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  type Timer = { at: number; order: number; fn: () => void };
  let now = startAt;
  let order = 0;
  const timers = new Set<Timer>();

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }

  function runOne(until: number): boolean {
    const timer = nextDue(until);
    if (!timer) {
      now = until;
      return false;
    }
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.fn();
    return true;
  }

  return {
    now: () => now,
    setTimeout(fn, ms) {
      order += 1;
      const timer = { at: now + Math.max(0, ms), order, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      while (runOne(until));
    },
    async advanceAsync(ms) {
      const until = now + ms;
      do {
        await new Promise((resolve) => setImmediate(resolve));
      } while (runOne(until));
    },
  };
}

/** RFC 3339 with second resolution, as the API server writes metav1.Time. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
