import type { BotParts } from './bot-parts.ts';
import type { Engine } from './engine.ts';
import { createDeadlinesLoop } from './loops/deadlines.ts';
import type { createSnapshots } from './snapshots.ts';
import { sweep } from './sweep.ts';

/** What falls due by time alone. */
export function createDeadlines(
  { clock, times, pulse, log }: BotParts,
  {
    engine,
    members,
    snapshots,
  }: {
    readonly engine: Engine;
    readonly members: (group: string) => readonly string[];
    readonly snapshots: ReturnType<typeof createSnapshots>;
  },
) {
  return createDeadlinesLoop({
    engine,
    clock,
    ackReminderMs: times.ackReminderMs,
    members,
    everyMs: times.deadlinesEveryMs,
    sweep(now) {
      sweep(engine.readings, now);
      snapshots.due(now);
      pulse?.beat('deadlines');
    },
    log,
  });
}
