import { isHeld } from '../../core/alert/correlation-index.ts';
import { concerning, isComparable, sourceAnswer } from '../../core/incident/compare.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { CompareWithSource } from '../../core/incident/intent.ts';
import { sourcesOf } from '../../core/incident/part.ts';
import type { AlertSource } from '../../core/ports/alert-source.ts';
import { type Problem, problem, problemOf } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { createRegularQuestions } from '../regular-questions.ts';

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
/** After a start: what ended while we were away is found soon, but the webhooks that waited for us come first. */
const firstMs = 20_000;

/** Compares open incidents with what their source says itself: a webhook that got lost is found here. */
export function createSourcesLoop(options: SourcesLoopOptions): SourcesLoop {
  const { engine, clock, log } = options;
  const troubles = new Map<string, Problem>();
  let questions = 0;
  const regular = createRegularQuestions({
    ...{ clock, everyMs: options.everyMs, soonMs },
    async ask(name) {
      const source = sourceNamed(name);
      if (source) await ask(source);
    },
    failed: (source, error) => log('comparing with a source failed', { source, error }),
  });

  function sourceNamed(name: string): AlertSource | undefined {
    return options.sources.find((each) => each.name === name);
  }

  async function ask(source: AlertSource): Promise<void> {
    const askedAt = clock.now();
    questions += 1;
    const current = await source
      .current()
      .catch((error: unknown) =>
        problemOf(error, problem('SOURCE_UNREACHABLE', { source: source.name })),
      );
    if ('code' in current) {
      troubles.set(source.name, current);
      log('source cannot be asked', { source: source.name, code: current.code });
      await tellAll(source.name, () => ({ ok: false, problem: current }));
      return;
    }
    troubles.delete(source.name);
    // A source that does not say how old it is counts as grown up.
    const upSince = await source.upSince?.(current).catch(() => undefined);
    const answer = sourceAnswer(current, askedAt, upSince);
    const asked = {
      source: source.name,
      isHeld: (fingerprint: string) =>
        isHeld(engine.readings.correlation, source.name, fingerprint),
    };
    await tellAll(source.name, (incident) => ({
      ok: true,
      ...concerning(incident, answer, asked),
    }));
  }

  /** One incident that cannot be told must not keep the others from it. */
  async function tellAll(
    source: string,
    answerTo: (incident: Incident) => CompareWithSource['answer'],
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const [id, incident] of comparableOf(source)) {
      await tell(id, source, answerTo(incident)).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async function tell(
    id: string,
    source: string,
    answer: CompareWithSource['answer'],
  ): Promise<void> {
    const version = engine.readings.incidents.get(id)?.version ?? 0;
    await engine.tellIncident(
      id,
      { type: 'CompareWithSource', at: clock.now(), source, answer },
      { cause: `compare/${source}/${id}/${version}/${clock.now()}/${questions}`, by: 'tocsin' },
    );
  }

  /** Open ones, and those that alerts closed and that may still be reopened: a firing may have been taken for a copy. */
  function comparableOf(source: string): readonly (readonly [string, Incident])[] {
    const found: (readonly [string, Incident])[] = [];
    const { incidents, correlation } = engine.readings;
    for (const [id, { state }] of incidents) {
      // What was only looked up again is over for good: the next alert opens another incident.
      if (!correlation.byIncident.has(id)) continue;
      if (isComparable(state) && sourcesOf(state).includes(source)) found.push([id, state]);
    }
    return found;
  }

  return {
    start() {
      const first = Math.min(firstMs, options.everyMs);
      for (const { name } of options.sources) regular.plan(name, first);
    },
    wake(name) {
      if (sourceNamed(name)) regular.wake(name);
    },
    trouble: (source) => troubles.get(source),
    close: regular.close,
  };
}
