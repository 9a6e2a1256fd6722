import { concernsSource, type SilencesAnswer, silencesAnswer } from '../../core/incident/held.ts';
import type { IncidentState } from '../../core/incident/incident.ts';
import type { SilenceReader } from '../../core/ports/silences.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface HeldSilencesLoopOptions {
  readonly engine: Pick<Engine, 'tellIncident' | 'readings'>;
  readonly clock: Clock;
  readonly silences: readonly SilenceReader[];
  readonly everyMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface HeldSilencesLoop {
  start(): void;
  /** What mutes alerts of a source changed: ask it soon. */
  wake(source: string): void;
  close(): Promise<void>;
}

const soonMs = 2000;

/**
 * Compares what is known of silences with what their source says: one that others made is shown with its end, one of ours
 * that somebody changed or ended there is known so, and one that the source forgot is made again. A source is asked once for
 * all its incidents, and not at all while nothing is silenced.
 */
export function createHeldSilencesLoop(options: HeldSilencesLoopOptions): HeldSilencesLoop {
  const { engine, clock, log } = options;
  const timers = new Map<string, { readonly due: number; readonly stop: () => void }>();
  const asking = new Map<string, Promise<void>>();
  let closed = false;
  let questions = 0;

  function plan(reader: SilenceReader, ms: number): void {
    const due = clock.now() + ms;
    const planned = timers.get(reader.source);
    if (closed || (planned && planned.due <= due)) return;
    planned?.stop();
    timers.set(reader.source, { due, stop: clock.after(ms, () => begin(reader)) });
  }

  function begin(reader: SilenceReader): void {
    const { source } = reader;
    timers.delete(source);
    if (asking.has(source)) return;
    const done = ask(reader)
      .catch((error: unknown) => log('comparing silences failed', { source, error }))
      .then(() => {
        asking.delete(source);
        plan(reader, options.everyMs);
      });
    asking.set(source, done);
  }

  async function ask(reader: SilenceReader): Promise<void> {
    const { source } = reader;
    if (concernedOf(source).length === 0) return;
    const askedAt = clock.now();
    questions += 1;
    const listed = await reader.list();
    if (!listed.ok) {
      log('source does not say what is silenced', { source, code: listed.problem.code });
      return;
    }
    const answer = silencesAnswer(askedAt, listed);
    for (const id of concernedOf(source)) await tell(id, source, answer);
  }

  async function tell(id: string, source: string, answer: SilencesAnswer): Promise<void> {
    const version = engine.readings.incidents.get(id)?.version ?? 0;
    const at = clock.now();
    await engine
      .tellIncident(
        id,
        { type: 'CompareSilences', at, source, answer },
        { cause: `held/${id}/${version}/${at}/${questions}`, by: 'tocsin' },
      )
      .catch((error: unknown) => log('silences were not compared', { incident: id, error }));
  }

  function concernedOf(source: string): readonly string[] {
    const found: string[] = [];
    for (const [id, { state }] of engine.readings.incidents) {
      if (isConcerned(state, source)) found.push(id);
    }
    return found;
  }

  return {
    start() {
      for (const reader of options.silences) plan(reader, Math.min(options.everyMs, soonMs));
    },
    wake(source) {
      const reader = options.silences.find((each) => each.source === source);
      if (reader) plan(reader, soonMs);
    },
    async close() {
      closed = true;
      for (const { stop } of timers.values()) stop();
      await Promise.all(asking.values());
    },
  };
}

function isConcerned(state: IncidentState, source: string): boolean {
  return state.status === 'open' && concernsSource(state, source);
}
