/** What this process has shown and made; a restart loses it, and one call too many is made then. */
export interface Memory {
  /** What of a card a reader acts on, as it was shown last. */
  lastShown(ref: string): string | undefined;
  showed(thread: string, ref: string, state: string): void;
  /** Something of it was erased: whatever it shows is edited, old or not. */
  forget(thread: string): void;
  hasThread(ref: string): boolean;
  threaded(ref: string): void;
  unthreaded(ref: string): void;
  /** How often the post was made anew: each time it is another message. */
  attempt(thread: string, key: string): number;
  again(thread: string, key: string): void;
}

const keptMax = 20_000;

export function createMemory(): Memory {
  const shown = new Map<string, { readonly thread: string; readonly state: string }>();
  const threads = new Map<string, true>();
  const attempts = new Map<string, number>();

  return {
    lastShown: (ref) => shown.get(ref)?.state,
    showed: (thread, ref, state) => keep(shown, ref, { thread, state }),
    forget(thread) {
      for (const [ref, one] of shown) if (one.thread === thread) shown.delete(ref);
    },
    hasThread: (ref) => threads.has(ref),
    threaded: (ref) => keep(threads, ref, true),
    unthreaded: (ref) => void threads.delete(ref),
    attempt: (thread, key) => attempts.get(`${thread}\n${key}`) ?? 0,
    again(thread, key) {
      const name = `${thread}\n${key}`;
      keep(attempts, name, (attempts.get(name) ?? 0) + 1);
    },
  };
}

/** The newest stay. */
function keep<T>(all: Map<string, T>, key: string, value: T): void {
  all.delete(key);
  all.set(key, value);
  const oldest = all.size > keptMax ? all.keys().next().value : undefined;
  if (oldest !== undefined) all.delete(oldest);
}
