import { receiveIntent } from '../../core/alert/intake.ts';
import { silenceOf, silentSource, type WatchdogRule } from '../../core/alert/watchdog.ts';
import type { Sha256 } from '../../core/event.ts';
import type { Settings } from '../../core/settings.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface WatchdogsLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly sha256: Sha256;
  readonly watchdogs: readonly WatchdogRule[];
  readonly everyMs: number;
  /** Called on each turn. */
  readonly pulse: () => void;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface WatchdogsLoop {
  start(): void;
  /** Its watchdog fires. */
  heard(source: string): void;
  turn(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The silence of a source is an incident. When each was heard last is not on the record: a source counts as heard when this
 * process begins, and what is on the record is that it fell silent, and that it was heard again.
 */
export function createWatchdogsLoop(options: WatchdogsLoopOptions): WatchdogsLoop {
  const { engine, clock, log } = options;
  const lastHeard = new Map(options.watchdogs.map(({ source }) => [source, clock.now()]));
  /** Who was heard since we began: only these end an incident of before. */
  const heardNow = new Set<string>();
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;
  let turns = 0;

  function plan(): void {
    if (closed) return;
    stop = clock.after(options.everyMs, () => {
      running = turn()
        .catch((error: unknown) => log('watchdogs turn failed', { error }))
        .then(() => {
          running = undefined;
          plan();
        });
    });
  }

  async function turn(): Promise<void> {
    turns += 1;
    for (const watchdog of options.watchdogs) await look(watchdog);
    options.pulse();
  }

  async function look(watchdog: WatchdogRule): Promise<void> {
    const now = clock.now();
    const at = lastHeard.get(watchdog.source) ?? now;
    const isSilent = now - at >= watchdog.withinMs;
    const isTold = isToldSilent(engine, watchdog.source);
    if (isSilent === isTold || (isTold && !heardNow.has(watchdog.source))) return;
    const intent = receiveIntent(silenceOf(watchdog, { at, isSilent, now }), {
      settings: options.settings(),
      index: engine.readings.correlation,
      now,
      sha256: options.sha256,
      sourceAnswers: false,
    });
    const state = isSilent ? 'silent' : 'heard';
    await engine.receive(intent, {
      cause: `watchdog/${watchdog.source}/${state}/${at}/${turns}`,
      by: 'tocsin',
    });
  }

  return {
    start: plan,
    heard(source) {
      if (!lastHeard.has(source)) return;
      lastHeard.set(source, clock.now());
      heardNow.add(source);
    },
    turn,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}

/** Whether an open incident says so already, of this process or of one before it. */
function isToldSilent({ readings }: Engine, source: string): boolean {
  for (const { state } of readings.incidents.values()) {
    if (state.status !== 'open' || state.opened.source !== silentSource.by) continue;
    const alert = state.alerts.get(`${silentSource.alertname}/${source}`);
    if (alert?.status === 'firing') return true;
  }
  return false;
}
