import type { Incident } from '../../core/incident/incident.ts';
import type { Known, KnownPart } from '../../core/known/known.ts';
import { currentStorm } from '../../core/storm.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { Enricher } from '../enricher.ts';
import { createOneByOne } from './one-by-one.ts';

export interface EnrichmentLoopOptions {
  readonly engine: Pick<Engine, 'tellIncident' | 'readings' | 'storms'>;
  readonly clock: Clock;
  readonly enricher: Enricher;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface EnrichmentLoop {
  start(): void;
  /** Something of the incident changed. */
  wake(incident: string): void;
  /** How many incidents wait to be looked into. */
  waiting(): number;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The alerts of one cause arrive together, and what broke shows by then. */
const settleMs = 3_000;
/** Later people know more than this would tell them. */
const freshMs = 10 * 60_000;
/** Each telling costs the channel a message or an edit, of which others have more need. */
const togetherMs = 1_000;
/** Each asks a cluster four times: so many in a minute, the worst first. */
const perMinute = 12;
/** While a storm rages nothing is asked; then what is still fresh is. */
const stormPauseMs = 15_000;

/**
 * Finds out what is known beside each new incident: one at a time, the worst first, as far as the minute's allowance goes,
 * and never in a storm. The alert itself waits for none of it. An event only wakes it; a restart asks for what is missing.
 */
export function createEnrichmentLoop(options: EnrichmentLoopOptions): EnrichmentLoop {
  const { engine, clock, enricher, log } = options;
  const failed = new Set<string>();
  const turns = createOneByOne({
    clock,
    perMinute,
    due,
    work: turn,
    failed(id, error) {
      failed.add(id);
      log('an incident was not looked into', { incident: id, error });
    },
  });

  function wake(id: string): void {
    if (turns.has(id)) return;
    if (missing(id).length > 0) turns.want(id);
    else if (!stateOf(id)) failed.delete(id);
  }

  function stateOf(id: string): Incident | undefined {
    const state = engine.readings.incidents.get(id)?.state;
    return state?.status === 'open' ? state : undefined;
  }

  function freshOf(id: string): Incident | undefined {
    const state = stateOf(id);
    const isFresh = state !== undefined && clock.now() - state.openedAt < freshMs;
    return isFresh && !failed.has(id) ? state : undefined;
  }

  /** Cheap for what is not new: it is asked at every change of every incident. */
  function missing(id: string): readonly KnownPart[] {
    const state = freshOf(id);
    if (!state) return [];
    const held = new Set(state.known?.parts.map(({ part }) => part));
    return enricher.parts(state).filter((part) => !held.has(part));
  }

  function due(id: string) {
    const incident = freshOf(id);
    if (!incident) return undefined;
    const storm = isStormy(incident) ? clock.now() + stormPauseMs : 0;
    return { incident, notBefore: Math.max(storm, incident.openedAt + settleMs) };
  }

  function isStormy({ opened }: Incident): boolean {
    return Object.entries(opened.places).some(
      ([surface, place]) => currentStorm(engine.storms(`${surface}/${place}`)) !== undefined,
    );
  }

  /** Who reads does not wait for the slowest; what is found within a moment is one change of the card. */
  async function turn(id: string): Promise<void> {
    const incident = stateOf(id);
    if (!incident) return;
    const found = createHeap<Known>(clock, (known) => tell(id, known));
    try {
      const asked = missing(id).map((part) => enricher.find(part, incident).then(found.add));
      await Promise.all(asked);
    } finally {
      await found.empty();
    }
  }

  async function tell(id: string, known: readonly Known[]): Promise<void> {
    const parts = known.map(({ part }) => part).join('+');
    await engine.tellIncident(
      id,
      { type: 'RecordKnown', at: clock.now(), known },
      { cause: `enrichment/${id}/${parts}`, by: 'tocsin' },
    );
  }

  return {
    start() {
      for (const id of engine.readings.incidents.keys()) wake(id);
    },
    wake,
    waiting: turns.waiting,
    idle: turns.idle,
    close: turns.close,
  };
}

/** What comes within a moment is taken away together. */
function createHeap<T>(clock: Clock, take: (all: readonly T[]) => Promise<void>) {
  let held: T[] = [];
  let cancel: (() => void) | undefined;
  let taking = Promise.resolve();

  function empty(): Promise<void> {
    cancel?.();
    cancel = undefined;
    const all = held;
    held = [];
    if (all.length > 0) taking = taking.then(() => take(all));
    return taking;
  }

  return {
    empty,
    add(one: T): void {
      held.push(one);
      // Whoever empties it at the end hears what went wrong.
      cancel ??= clock.after(togetherMs, () => void empty().catch(() => undefined));
    },
  };
}
