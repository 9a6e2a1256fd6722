import { hash } from 'node:crypto';
import type { Log } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { createOwnAlertsLoop } from '../bot/loops/own-alerts.ts';
import type { AlertSink } from '../core/ports/alert-sink.ts';
import type { OpenJournal } from '../journal/open.ts';
import type { Running } from './parts.ts';

/** By which this installation knows what is its own: it follows from its journal, and nobody else can guess it. */
export function installationOf(digestKey: Uint8Array): string {
  return hash('sha256', Buffer.concat([digestKey, Buffer.from('own alerts')])).slice(0, 12);
}

/** Sends what Tocsin has to say of itself to whoever is to be told, until it is closed. */
export function startOwnAlerts({
  sinks,
  running,
  journal,
  ...options
}: {
  readonly sinks: readonly AlertSink[];
  readonly running: Pick<Running, 'bot'>;
  readonly journal: Pick<OpenJournal, 'stats'>;
  readonly installation: string;
  readonly publicUrl: string;
  readonly log: Log;
}): { close(): Promise<void> } {
  const loop = createOwnAlertsLoop({
    ...options,
    clock: systemClock,
    sinks,
    incidents: () => running.bot.desk.allIncidents(),
    accepting: () => journal.stats().accepting,
  });
  if (sinks.length > 0) loop.start();
  return loop;
}
