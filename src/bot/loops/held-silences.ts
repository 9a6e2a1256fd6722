import { concernsSource, type SilencesAnswer, silencesAnswer } from '../../core/incident/held.ts';
import type { IncidentState } from '../../core/incident/incident.ts';
import type { SilenceReader } from '../../core/ports/silences.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { createRegularQuestions } from '../regular-questions.ts';

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
  let questions = 0;
  const regular = createRegularQuestions({
    ...{ clock, everyMs: options.everyMs, soonMs },
    async ask(source) {
      const reader = readerOf(source);
      if (reader) await ask(reader);
    },
    failed: (source, error) => log('comparing silences failed', { source, error }),
  });

  function readerOf(source: string): SilenceReader | undefined {
    return options.silences.find((each) => each.source === source);
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
      const first = Math.min(options.everyMs, soonMs);
      for (const { source } of options.silences) regular.plan(source, first);
    },
    wake(source) {
      if (readerOf(source)) regular.wake(source);
    },
    close: regular.close,
  };
}

function isConcerned(state: IncidentState, source: string): boolean {
  return state.status === 'open' && concernsSource(state, source);
}
