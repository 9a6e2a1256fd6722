import { SEVERITIES } from '../../core/alert/severity.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { severity } from '../../core/incident/incident.ts';
import type { Known, KnownPart } from '../../core/known/known.ts';
import { currentStorm } from '../../core/storm.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { Enricher } from '../enricher.ts';

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
/** Each asks a cluster four times: so many in a minute, the worst first. */
const perMinute = 12;
const minuteMs = 60_000;
/** While a storm rages nothing is asked; then what is still fresh is. */
const stormPauseMs = 15_000;

/**
 * Finds out what is known beside each new incident: one at a time, the worst first, as far as the minute's allowance goes,
 * and never in a storm. The alert itself waits for none of it. An event only wakes it; a restart asks for what is missing.
 */
export function createEnrichmentLoop(options: EnrichmentLoopOptions): EnrichmentLoop {
  const { engine, clock, enricher, log } = options;
  const wanted = new Set<string>();
  const failed = new Set<string>();
  let spent: number[] = [];
  let cancelTimer: () => void = () => undefined;
  let working: Promise<void> | undefined;
  let closed = false;

  function wake(id: string): void {
    if (closed || missing(id).length === 0) return;
    wanted.add(id);
    go();
  }

  function stateOf(id: string): Incident | undefined {
    const state = engine.readings.incidents.get(id)?.state;
    return state?.status === 'open' ? state : undefined;
  }

  /** Cheap for what is not new: it is asked at every change of every incident. */
  function missing(id: string): readonly KnownPart[] {
    const state = stateOf(id);
    if (!state || failed.has(id) || clock.now() - state.openedAt >= freshMs) return [];
    const held = new Set(state.known?.parts.map(({ part }) => part));
    return enricher.parts(state).filter((part) => !held.has(part));
  }

  function go(): void {
    if (working || closed) return;
    cancelTimer();
    const next = nextOf();
    if (!next) return;
    if (next.inMs > 0) {
      cancelTimer = clock.after(next.inMs, go);
      return;
    }
    wanted.delete(next.id);
    working = turn(next.id)
      .catch((error: unknown) => {
        failed.add(next.id);
        log('an incident was not looked into', { incident: next.id, error });
      })
      .then(() => {
        working = undefined;
        go();
      });
  }

  /** The worst that may be looked into now, else when the first one may. */
  function nextOf(): { readonly id: string; readonly inMs: number } | undefined {
    const now = clock.now();
    const all = [...wanted].flatMap((id) => {
      const state = stateOf(id);
      if (!state || missing(id).length === 0) {
        wanted.delete(id);
        failed.delete(id);
        return [];
      }
      const storm = isStormy(state) ? stormPauseMs : 0;
      const inMs = Math.max(storm, state.openedAt + settleMs - now);
      return [{ id, inMs: Math.max(0, inMs), rank: SEVERITIES.indexOf(severity(state)) }];
    });
    const [first] = all.toSorted((a, b) => a.inMs - b.inMs || a.rank - b.rank);
    return first && { id: first.id, inMs: Math.max(first.inMs, restMs(now)) };
  }

  function isStormy({ opened }: Incident): boolean {
    return Object.entries(opened.places).some(
      ([surface, place]) => currentStorm(engine.storms(`${surface}/${place}`)) !== undefined,
    );
  }

  function restMs(now: number): number {
    spent = spent.filter((at) => now - at < minuteMs);
    const [oldest] = spent;
    return spent.length < perMinute || oldest === undefined ? 0 : oldest + minuteMs - now;
  }

  /** Each part is told as it is found: who reads does not wait for the slowest. */
  async function turn(id: string): Promise<void> {
    const incident = stateOf(id);
    if (!incident) return;
    spent.push(clock.now());
    await Promise.all(
      missing(id).map(async (part) => settle(id, await enricher.find(part, incident))),
    );
  }

  async function settle(id: string, known: Known): Promise<void> {
    await engine.tellIncident(
      id,
      { type: 'RecordKnown', at: clock.now(), known: [known] },
      { cause: `enrichment/${id}/${known.part}`, by: 'tocsin' },
    );
  }

  return {
    start() {
      for (const id of engine.readings.incidents.keys()) wake(id);
    },
    wake,
    waiting: () => wanted.size,
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      cancelTimer();
      await working;
    },
  };
}
