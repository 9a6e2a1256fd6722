import { performance } from 'node:perf_hooks';
import { isArchiving } from '../core/archive.ts';
import type { Journal } from '../core/ports/journal.ts';
import type { BotParts, Log } from './bot-parts.ts';
import type { Engine } from './engine.ts';
import { emptyReadings, type Readings, readingsVersion } from './readings.ts';
import { exportReadings, importReadings } from './readings-snapshot.ts';
import { apply } from './stream-readers.ts';
import { sweep } from './sweep.ts';

/** How many events a replay takes at a time, and after how many it lets go of what is over. */
const tailSize = 5000;
const sweepEvery = 20_000;

/** From the newest snapshot, or from the first event when there is none that today's code evolved. */
export async function readJournal(
  journal: Journal,
  log: Log,
  joinMs: number,
): Promise<{ readonly readings: Readings; readonly from: number }> {
  const began = performance.now();
  const snapshot = await journal.snapshots.load('readings', readingsVersion);
  const readings = snapshot ? importReadings(snapshot.state, joinMs) : emptyReadings(joinMs);
  const from = readings.position;
  let next = journal.tail(from, tailSize);
  let position = from;
  let swept = from;
  for (;;) {
    const tail = await next;
    position = tail.position;
    // The store reads on while this part is taken in.
    if (!tail.end) next = journal.tail(position, tailSize);
    for (const recorded of tail.recorded) {
      apply(readings, recorded);
      // A snapshot from before may hold what went into it.
      if (isArchiving(recorded)) sweep(readings, recorded.at);
    }
    // A long record holds few incidents that still matter: the others leave memory as they did when it was written.
    const last = tail.recorded.at(-1);
    if (last && position - swept >= sweepEvery) {
      sweep(readings, last.at);
      swept = position;
    }
    if (tail.end) break;
  }
  const ms = Math.round(performance.now() - began);
  log('journal read', { position, snapshot: from, ms });
  return { readings, from };
}

/** A start that had to read more than this on top of its snapshot writes a new one as soon as it runs. */
const replayedMax = 20_000;

/** Writes what memory holds beside the journal, now and then and at the end. */
export function createSnapshots(
  { journal, times, clock, log }: Pick<BotParts, 'journal' | 'times' | 'clock' | 'log'>,
  engine: Engine,
  from: number,
) {
  let savedPosition = from;
  let savedAt = engine.readings.position - from > replayedMax ? 0 : clock.now();
  let saving: Promise<void> | undefined;

  function save(): Promise<void> {
    saving ??= write().finally(() => {
      saving = undefined;
    });
    return saving;
  }

  async function write(): Promise<void> {
    if (engine.readings.position === savedPosition) return;
    savedAt = clock.now();
    try {
      // What was erased must not be written down again.
      await engine.forgets();
      sweep(engine.readings, savedAt);
      const { position } = engine.readings;
      await journal.snapshots.save({
        name: 'readings',
        evolve: readingsVersion,
        position,
        state: exportReadings(engine.readings),
      });
      savedPosition = position;
    } catch (error) {
      // A cache that cannot be written costs time at the next start, nothing else.
      log('snapshot was not written', { error });
    }
  }

  return {
    save,
    due(now: number) {
      if (now - savedAt >= times.snapshotEveryMs) void save();
    },
  };
}
