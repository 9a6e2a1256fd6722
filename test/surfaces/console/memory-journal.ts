import type { Event, Recorded } from '../../../src/core/event.ts';
import type { Journal } from '../../../src/core/ports/journal.ts';

/** As much of a journal as sessions need: atomic appends with expected versions, causes seen once, and reading. */
export function createMemoryJournal(now: () => number): Pick<Journal, 'append' | 'read'> & {
  readonly recorded: Recorded[];
} {
  const recorded: Recorded[] = [];
  const causes = new Map<string, readonly Recorded[]>();
  const of = (stream: string) => recorded.filter((one) => one.stream === stream);

  return {
    recorded,
    async read(stream, fromVersion = 1) {
      return of(stream).filter((one) => one.version >= fromVersion);
    },
    async append(writes, { cause, by }) {
      const first = causes.get(cause);
      if (first !== undefined) return { ok: true, repeated: true, recorded: first };
      for (const { stream, expectedVersion } of writes) {
        const actual = of(stream).length;
        if (actual !== expectedVersion) return { ok: false, code: 'CONFLICT', stream, actual };
      }
      const added = writes.flatMap(({ stream, expectedVersion, events }) =>
        events.map((event: Event, index) => ({
          stream,
          version: expectedVersion + index + 1,
          position: 0,
          at: now(),
          by,
          cause,
          event,
        })),
      );
      const placed = added.map((one, index) => ({ ...one, position: recorded.length + index + 1 }));
      recorded.push(...placed);
      causes.set(cause, placed);
      return { ok: true, repeated: false, recorded: placed };
    },
  };
}
