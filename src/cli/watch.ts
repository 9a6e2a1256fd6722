import type { Bot } from '../bot/bot.ts';
import type { Log } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { createHeartbeatLoop } from '../bot/loops/heartbeat.ts';
import { createWatchdogsLoop } from '../bot/loops/watchdogs.ts';
import { createWatchesLoop } from '../bot/loops/watches/index.ts';
import { createOutages } from '../bot/loops/watches/outages.ts';
import type { Metrics } from '../bot/metrics.ts';
import type { Pulse } from '../bot/pulse.ts';
import type { Parts } from './parts.ts';

/** How long each loop that turns by itself may stand still before the outside is told nothing more. */
export const loopsWithinMs = { deadlines: 60_000, watchdogs: 60_000 } as const;

const lookEveryMs = 5_000;

export interface Watch {
  heard(source: string): void;
  start(): void;
  close(): Promise<void>;
}

/** What notices silence: that of the sources, of what is watched, and for somebody outside, our own. */
export function createWatch({
  parts,
  bot,
  pulse,
  metrics,
  sha256,
  log,
}: {
  readonly parts: Pick<Parts, 'journal' | 'settings' | 'webhooks' | 'heartbeat' | 'watches'>;
  readonly bot: Bot;
  readonly pulse: Pulse;
  readonly metrics: Pick<Metrics, 'heartbeat' | 'watches'>;
  readonly sha256: (text: string) => string;
  readonly log: Log;
}): Watch {
  const watchdogs = createWatchdogsLoop({
    engine: bot.engine,
    clock: systemClock,
    settings: () => parts.settings,
    sha256,
    watchdogs: parts.webhooks.flatMap(({ name, watchdog }) =>
      watchdog ? [{ source: name, ...watchdog }] : [],
    ),
    everyMs: lookEveryMs,
    pulse: () => pulse.beat('watchdogs'),
    log,
  });
  const heartbeat =
    parts.heartbeat &&
    createHeartbeatLoop({
      ...parts.heartbeat,
      clock: systemClock,
      pulse,
      accepting: () => parts.journal.stats().accepting,
      counts: metrics.heartbeat,
      log,
    });
  const outages = createOutages({
    ...{ journal: parts.journal, engine: bot.engine, proposals: bot.proposals },
    ...{ openIncidents: bot.desk.openIncidents, settings: bot.settings, words: bot.words },
    ...{ clock: systemClock, sha256, log },
  });
  const watches = createWatchesLoop({
    ...{ watches: parts.watches ?? [], clock: systemClock, outages, counts: metrics.watches, log },
  });
  return {
    heard: watchdogs.heard,
    start() {
      watchdogs.start();
      heartbeat?.start();
      watches.start();
    },
    async close() {
      await watches.close();
      await heartbeat?.close();
      await watchdogs.close();
    },
  };
}
