import type { LiveJournal } from '../../src/bot/bot-parts.ts';
import type { Clock } from '../../src/bot/clock.ts';
import type { Surface } from '../../src/core/ports/surface.ts';

export interface OneLife {
  readonly clock: Clock;
  readonly journal: LiveJournal;
  through(surface: Surface): Surface;
  /** As at a power cut: no timer runs, nothing is answered, what was sent is on its way. */
  ends(): void;
}

/** What one life of the bot holds of a world that outlives it. */
export function oneLife(clock: Clock, journal: LiveJournal): OneLife {
  let isOver = false;
  const timers = new Set<() => void>();
  const never = new Promise<never>(() => undefined);

  async function alive<T>(work: () => Promise<T>): Promise<T> {
    if (isOver) return never;
    const done = await work();
    return isOver ? never : done;
  }

  return {
    clock: {
      now: clock.now,
      after(ms, run) {
        if (isOver) return () => undefined;
        const cancel = clock.after(ms, () => {
          timers.delete(cancel);
          run();
        });
        timers.add(cancel);
        return cancel;
      },
    },
    journal: {
      ...journal,
      append: (writes, context) => alive(() => journal.append(writes, context)),
      read: (stream, from) => alive(() => journal.read(stream, from)),
      tail: (after, limit) => alive(() => journal.tail(after, limit)),
    },
    through: (surface) => ({
      ...surface,
      ensureRoot: (post) => alive(() => surface.ensureRoot(post)),
      ensureEntry: (post) => alive(() => surface.ensureEntry(post)),
      ...(surface.find ? { find: (sought) => alive(() => surface.find?.(sought) ?? never) } : {}),
      ...(surface.remove ? { remove: (ref) => alive(() => surface.remove?.(ref) ?? never) } : {}),
    }),
    ends() {
      isOver = true;
      for (const cancel of timers) cancel();
    },
  };
}
