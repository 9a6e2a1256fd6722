import { isHeld } from '../../core/alert/correlate.ts';
import { concerning, isComparable, sourceAnswer } from '../../core/incident/compare.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { CompareWithSource } from '../../core/incident/intent.ts';
import type { AlertSource } from '../../core/ports/alert-source.ts';
import { type Problem, problem, problemOf } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface SourcesLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly sources: readonly AlertSource[];
  readonly everyMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface SourcesLoop {
  start(): void;
  /** Ask this source soon: it said that it cut something off. */
  wake(source: string): void;
  /** Why a source could not be asked last time; undefined for one that answered. */
  trouble(source: string): Problem | undefined;
  close(): Promise<void>;
}

/** A source that cuts alerts off in a storm is asked once for many bodies. */
const soonMs = 1000;

/** Compares open incidents with what their source says itself: a webhook that got lost is found here. */
export function createSourcesLoop(options: SourcesLoopOptions): SourcesLoop {
  const { engine, clock, log } = options;
  const troubles = new Map<string, Problem>();
  const timers = new Map<string, () => void>();
  const asking = new Map<string, Promise<void>>();
  let closed = false;
  let questions = 0;

  function plan(source: AlertSource, ms: number): void {
    if (closed) return;
    timers.get(source.name)?.();
    timers.set(
      source.name,
      clock.after(ms, () => {
        const asked = ask(source)
          .catch((error: unknown) =>
            log('comparing with a source failed', { source: source.name, error }),
          )
          .then(() => {
            asking.delete(source.name);
            plan(source, options.everyMs);
          });
        asking.set(source.name, asked);
      }),
    );
  }

  async function ask(source: AlertSource): Promise<void> {
    const askedAt = clock.now();
    questions += 1;
    try {
      const answer = sourceAnswer(await source.current(), askedAt);
      troubles.delete(source.name);
      for (const [id, incident] of comparableOf(source.name)) {
        const held = (fingerprint: string) =>
          isHeld(engine.readings.correlation, source.name, fingerprint);
        await tell(id, source.name, { ok: true, ...concerning(incident, answer, held) });
      }
    } catch (error) {
      const because = problemOf(error, problem('SOURCE_UNREACHABLE', { source: source.name }));
      troubles.set(source.name, because);
      log('source cannot be asked', { source: source.name, code: because.code });
      for (const [id] of comparableOf(source.name))
        await tell(id, source.name, { ok: false, problem: because });
    }
  }

  async function tell(
    id: string,
    source: string,
    answer: CompareWithSource['answer'],
  ): Promise<void> {
    const version = engine.readings.incidents.get(id)?.version ?? 0;
    await engine.tellIncident(
      id,
      { type: 'CompareWithSource', at: clock.now(), answer },
      { cause: `compare/${source}/${id}/${version}/${clock.now()}/${questions}`, by: 'tocsin' },
    );
  }

  /** Open ones, and those that alerts closed and memory still holds: a firing may have been taken for a copy. */
  function comparableOf(source: string): readonly (readonly [string, Incident])[] {
    const found: (readonly [string, Incident])[] = [];
    for (const [id, { state }] of engine.readings.incidents) {
      if (isComparable(state) && state.opened.source === source) found.push([id, state]);
    }
    return found;
  }

  return {
    start() {
      for (const source of options.sources) plan(source, options.everyMs);
    },
    wake(name) {
      const source = options.sources.find((candidate) => candidate.name === name);
      if (source && !asking.has(name)) plan(source, soonMs);
    },
    trouble: (source) => troubles.get(source),
    async close() {
      closed = true;
      for (const stop of timers.values()) stop();
      await Promise.all(asking.values());
    },
  };
}
