import { erasedStream } from '../core/erasure.ts';
import type { Recorded } from '../core/event.ts';
import type { Journal } from '../core/ports/journal.ts';
import { type Held, nameOf, type Readings, type StreamName } from './readings.ts';
import { replayIncident, replayOperation } from './replay.ts';
import type { Turns } from './turns.ts';

export interface ErasuresOptions {
  readonly journal: Pick<Journal, 'read'>;
  readonly turns: Turns;
  readonly readings: Readings;
  /** Memory holds another state of this stream now. */
  readonly tell: (changed: StreamName, erasure: Recorded) => void;
}

export interface Erasures {
  /** Of any event: one that is no erasure changes nothing. */
  heard(recorded: Recorded): void;
  /** How many were heard of: what was read before the last of them may hold what it erased. */
  count(): number;
  /** Once memory holds nothing of what was erased up to now. Rejects while the journal cannot be read. */
  settled(): Promise<void>;
}

/** Memory lets an erased payload go: what it holds of the stream is evolved anew from what is on disk. */
export function createErasures(options: ErasuresOptions): Erasures {
  const { journal, turns, readings } = options;
  /** Erasures that memory has not followed yet, oldest first. */
  const pending = new Set<Recorded>();
  let count = 0;

  async function follow(erasure: Recorded): Promise<void> {
    const stream = erasedStream(erasure) ?? '';
    const name = nameOf(stream);
    // The names of groups and what alerts have in common are texts that came with them.
    readings.correlation.keys.clear();
    readings.texts.clear();
    if (name) {
      await turns.take([stream], () => reload(name, stream));
      options.tell(name, erasure);
    }
    pending.delete(erasure);
  }

  async function reload({ kind, id }: StreamName, stream: string): Promise<void> {
    if (kind === 'incident') return renew(readings.incidents, id, stream, replayIncident);
    if (kind === 'inbox') readings.asks.delete(id);
    if (kind === 'operation') {
      return renew(readings.operations, id, stream, (events) => replayOperation(id, events));
    }
    // What was asked is gone: nobody does it any more.
    if (kind === 'inbox') readings.asks.delete(id);
  }

  async function renew<S>(
    into: Map<string, Held<S>>,
    id: string,
    stream: string,
    evolved: (events: readonly Recorded[]) => Held<S>,
  ): Promise<void> {
    while (into.has(id)) {
      const loaded = evolved(await journal.read(stream));
      const held = into.get(id);
      if (held && held.version <= loaded.version) {
        into.set(id, loaded);
        return;
      }
    }
  }

  return {
    count: () => count,
    heard(recorded) {
      if (erasedStream(recorded) === undefined) return;
      count += 1;
      pending.add(recorded);
      // A journal that cannot be read now is asked again before anything is written down.
      follow(recorded).catch(() => undefined);
    },
    async settled() {
      for (const erasure of pending) await follow(erasure);
    },
  };
}
