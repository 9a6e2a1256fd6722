import type { LiveJournal } from '../../src/bot/bot-parts.ts';
import type { Recorded } from '../../src/core/event.ts';
import type { AppendContext, Appended, StreamWrite } from '../../src/core/ports/journal.ts';

export interface MemoryJournalOptions {
  readonly now: () => number;
  /** Awaited before and after each call does its work: who holds it back decides in which order things happen. */
  readonly gate?: () => Promise<void>;
  /** Called with each append that is about to be made; what it throws is what the caller gets. */
  readonly before?: (writes: readonly StreamWrite[], context: AppendContext) => void;
  /** The same once it is on disk and told: the answer got lost. */
  readonly after?: (writes: readonly StreamWrite[], context: AppendContext) => void;
}

export interface MemoryJournal extends LiveJournal {
  readonly all: readonly Recorded[];
  /** The same disk, as another process opens it: it hears of its own appends only. */
  elsewhere(): LiveJournal;
}

/** The rules of `append` without a disk, so that every order of calls can be played in a blink. */
export function createMemoryJournal(options: MemoryJournalOptions): MemoryJournal {
  const all: Recorded[] = [];
  const causes = new Map<string, readonly Recorded[]>();
  const gate = options.gate ?? (() => Promise.resolve());

  const streamOf = (stream: string) => all.filter((recorded) => recorded.stream === stream);

  function write(writes: readonly StreamWrite[], context: AppendContext): Appended {
    const first = causes.get(context.cause);
    if (first) return { ok: true, repeated: true, recorded: first };
    for (const { stream, expectedVersion } of writes) {
      const actual = streamOf(stream).length;
      if (actual !== expectedVersion) return { ok: false, code: 'CONFLICT', stream, actual };
    }
    const recorded = writes.flatMap(({ stream, expectedVersion, events }) =>
      events.map((event, index) => ({ stream, version: expectedVersion + index + 1, event })),
    );
    // As every journal: never earlier than the event before it.
    const at = Math.max(options.now(), all.at(-1)?.at ?? 0);
    const stamped = recorded.map((each, index) => ({
      ...each,
      event: JSON.parse(JSON.stringify(each.event)),
      position: all.length + index + 1,
      at,
      by: context.by,
      cause: context.cause,
    }));
    all.push(...stamped);
    if (stamped.length > 0) causes.set(context.cause, stamped);
    return { ok: true, repeated: false, recorded: stamped };
  }

  function open(): LiveJournal {
    const listeners = new Set<(recorded: readonly Recorded[]) => void>();
    return {
      async append(writes, context) {
        await gate();
        options.before?.(writes, context);
        const appended = write(writes, context);
        if (appended.ok && !appended.repeated) {
          for (const listener of listeners) listener(appended.recorded);
        }
        options.after?.(writes, context);
        await gate();
        return appended;
      },
      async read(stream, from = 1) {
        await gate();
        const found = streamOf(stream).filter(({ version }) => version >= from);
        await gate();
        return found;
      },
      async tail(after, limit) {
        const recorded = all.filter(({ position }) => position > after).slice(0, limit);
        const position = recorded.at(-1)?.position ?? after;
        return { recorded, position, end: position === all.length };
      },
      streams: async (prefix) => [
        ...new Set(all.map(({ stream }) => stream).filter((stream) => stream.startsWith(prefix))),
      ],
      lastCheckpoint: () => undefined,
      onAppended(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      blobs: { put: async () => '', get: async () => undefined },
      snapshots: { save: async () => undefined, load: async () => undefined },
      keyring: {
        get: async () => undefined,
        set: async () => undefined,
        delete: async () => undefined,
      },
    };
  }

  return { ...open(), all, elsewhere: open };
}
