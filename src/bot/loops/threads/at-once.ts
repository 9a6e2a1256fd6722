import type { Ensured, Surface } from '../../../core/ports/surface.ts';
import type { Card, Entry, Thread } from '../../../core/view/card.ts';
import type { Lane, ThreadsLoopOptions } from './index.ts';

/** So long at most without giving the intake its turn, and so long between two slices of a backlog. */
const sliceMs = 4;
const restMs = 6;
/** After a surface failed. */
const retryMs = 5000;

/** The lane of a surface without limits: a thread is shown whole, and the next one at once after it. */
export function createLaneAtOnce(surface: Surface, options: ThreadsLoopOptions): Lane {
  const { engine, clock, log } = options;
  const dirty = new Set<string>();
  /** Of surfaces that forget with the process: digest by `surface thread key`. */
  const shown = new Map<string, Map<string, string>>();
  const idlers: (() => void)[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  function wake(thread: string): void {
    if (closed) return;
    dirty.add(thread);
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain);
  }

  async function drain(): Promise<void> {
    let sliceEnds = performance.now() + sliceMs;
    for (const thread of dirty) {
      dirty.delete(thread);
      // One thread that cannot be shown must not keep the others from being shown.
      if (surface.skips?.(thread) !== true) {
        await reconcile(thread).catch((error: unknown) => {
          log('thread failed', { surface: surface.name, thread, error });
          clock.after(retryMs, () => wake(thread));
        });
      }
      if (performance.now() < sliceEnds || dirty.size === 0) continue;
      await new Promise<void>((resolve) => setTimeout(resolve, restMs));
      sliceEnds = performance.now() + sliceMs;
    }
    running = undefined;
    if (dirty.size > 0 && !closed) {
      running = drain();
      return;
    }
    for (const resolve of idlers.splice(0)) resolve();
  }

  async function reconcile(thread: string): Promise<void> {
    const desired = await options.threads.desired(thread, surface.name);
    if (desired) await ensure(desired);
  }

  async function ensure(desired: Thread): Promise<void> {
    const place = await options.threads.place(desired.incident, surface.name);
    if (place === undefined) return;
    const memory = await memoryOf(desired.incident);
    const root = await post(memory, 'root', desired.root, (ref) =>
      surface.ensureRoot({ incident: desired.incident, place, card: desired.root, ref }),
    );
    for (const entry of desired.entries) {
      await post(memory, entry.key, entry, (ref) =>
        surface.ensureEntry({ incident: desired.incident, place, root, entry, ref }),
      );
    }
  }

  /** Posts when the rendering differs from the last one, and keeps where it stands. */
  async function post(
    memory: Memory,
    key: string,
    piece: Card | Entry,
    send: (ref: string | undefined) => Promise<Ensured>,
  ): Promise<string> {
    const digest = options.sha256(JSON.stringify(piece));
    const before = memory.read(key);
    if (before?.digest === digest) return before.ref;
    const sent = await send(before?.ref);
    if (!sent.ok) throw new Error(`${surface.name} did not take ${key}: ${sent.why}`);
    const { ref } = sent;
    await memory.write(key, { ref, digest });
    return ref;
  }

  async function memoryOf(thread: string): Promise<Memory> {
    if (!surface.remembers) return forgetful(shown, surface.name, thread);
    const posts = await engine.posts(thread);
    return {
      read: (key) => posts[`${surface.name} ${key}`],
      write: async (key, { ref, digest }) =>
        engine.record({
          kind: 'posts',
          id: thread,
          event: { type: 'Posted', v: 1, surface: surface.name, key, ref, digest },
        }),
    };
  }

  return {
    wake,
    backlog: () => dirty.size,
    idle: () =>
      running === undefined ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve)),
    async close() {
      closed = true;
      dirty.clear();
      await running;
    },
  };
}

interface Memory {
  read(key: string): { readonly ref: string; readonly digest: string } | undefined;
  write(key: string, posted: { readonly ref: string; readonly digest: string }): Promise<void>;
}

/** Threads whose digests are kept for a surface that lives in this process. */
const rememberedMax = 20_000;

function forgetful(
  shown: Map<string, Map<string, string>>,
  surface: string,
  thread: string,
): Memory {
  const name = `${surface} ${thread}`;
  let digests = shown.get(name);
  if (!digests) {
    digests = new Map();
    shown.set(name, digests);
    const oldest = shown.size > rememberedMax ? shown.keys().next().value : undefined;
    if (oldest !== undefined) shown.delete(oldest);
  }
  const kept = digests;
  return {
    read: (key) => {
      const digest = kept.get(key);
      return digest === undefined ? undefined : { ref: thread, digest };
    },
    write: async (key, { digest }) => {
      kept.set(key, digest);
    },
  };
}
