import { SEVERITIES } from '../../core/alert/severity.ts';
import type { RecordGraph } from '../../core/incident/graph.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { severity } from '../../core/incident/incident.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { Grapher } from '../grapher.ts';

export interface GraphsLoopOptions {
  readonly engine: Pick<Engine, 'incident' | 'tellIncident' | 'readings'>;
  readonly clock: Clock;
  readonly grapher: Grapher;
  readonly operationsOf: (incident: string) => Promise<readonly OperationState[]>;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface GraphsLoop {
  start(): void;
  /** Something of the incident changed. */
  wake(incident: string): void;
  /** How many incidents wait for their graph. */
  waiting(): number;
  /** Resolves when nothing is being drawn; what waits for its time is not waited for. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A rule's value has moved on a little by then, and the first lines of the thread stand. */
const settleMs = 3_000;
/** Later nobody waits for it; `graph` draws it for whoever asks. */
const freshMs = 10 * 60_000;
/** In a storm graphs are for the worst: one after the other, so many in a minute. */
const perMinute = 12;
const minuteMs = 60_000;
const retriesMs = [15_000, 60_000, 180_000] as const;

/**
 * Gives each new incident the graph of what it alerts on: one at a time, the worst first, as far as the minute's allowance
 * goes. What cannot be drawn is tried three times more and then said. An event only wakes it; a restart is one more turn.
 */
export function createGraphsLoop(options: GraphsLoopOptions): GraphsLoop {
  const { engine, clock, grapher, log } = options;
  const wanted = new Set<string>();
  const tries = new Map<string, { times: number; notBefore: number }>();
  let spent: number[] = [];
  let cancelTimer: () => void = () => undefined;
  let working: Promise<void> | undefined;
  let closed = false;

  function wake(id: string): void {
    if (closed || !isDue(stateOf(id))) return;
    wanted.add(id);
    go();
  }

  function stateOf(id: string): Incident | undefined {
    const state = engine.readings.incidents.get(id)?.state;
    return state === undefined || state.status === 'none' ? undefined : state;
  }

  /** Cheap: it is asked at every change of every incident. */
  function isDue(state: Incident | undefined): state is Incident {
    if (state?.status !== 'open' || state.graph !== undefined || state.alerts.size === 0)
      return false;
    return clock.now() - state.openedAt < freshMs && grapher.knows(state);
  }

  function go(): void {
    if (working || closed) return;
    const next = nextOf();
    if (!next) return;
    cancelTimer();
    if (next.inMs > 0) {
      cancelTimer = clock.after(next.inMs, go);
      return;
    }
    working = turn(next.id)
      .catch((error: unknown) => {
        log('a graph failed', { incident: next.id, error });
        again(next.id);
      })
      .then(() => {
        working = undefined;
        go();
      });
  }

  /** The worst that may be drawn now, else when the first one may. */
  function nextOf(): { readonly id: string; readonly inMs: number } | undefined {
    const now = clock.now();
    const all = [...wanted].flatMap((id) => {
      const state = stateOf(id);
      if (!isDue(state)) {
        wanted.delete(id);
        tries.delete(id);
        return [];
      }
      const notBefore = Math.max(state.openedAt + settleMs, tries.get(id)?.notBefore ?? 0);
      const rank = SEVERITIES.indexOf(severity(state));
      return [{ id, rank, inMs: Math.max(0, notBefore - now), openedAt: state.openedAt }];
    });
    const [first] = all.toSorted(
      (a, b) => a.inMs - b.inMs || a.rank - b.rank || b.openedAt - a.openedAt,
    );
    return first && { id: first.id, inMs: Math.max(first.inMs, restMs(now)) };
  }

  function restMs(now: number): number {
    spent = spent.filter((at) => now - at < minuteMs);
    const [oldest] = spent;
    return spent.length < perMinute || oldest === undefined ? 0 : oldest + minuteMs - now;
  }

  async function turn(id: string): Promise<void> {
    const incident = stateOf(id);
    if (!incident) return;
    spent.push(clock.now());
    const operations = await options.operationsOf(id);
    const drawn = await grapher.draw({ incident, operations });
    if (drawn.ok) return settle(id, { kind: 'drawn', graph: drawn.value });
    const { problem } = drawn;
    // What is refused for what it is would be refused again.
    if (isFinal(problem.code) || !again(id)) return settle(id, { kind: 'failed', problem });
    log('a graph waits', { incident: id, code: problem.code });
  }

  /** False once it was tried often enough. */
  function again(id: string): boolean {
    const times = (tries.get(id)?.times ?? 0) + 1;
    const delay = retriesMs[times - 1];
    if (delay === undefined) {
      wanted.delete(id);
      return false;
    }
    tries.set(id, { times, notBefore: clock.now() + delay });
    return true;
  }

  async function settle(id: string, became: RecordGraph['became']): Promise<void> {
    await engine.tellIncident(
      id,
      { type: 'RecordGraph', at: clock.now(), became },
      { cause: `graphs/${id}`, by: 'tocsin' },
    );
    wanted.delete(id);
    tries.delete(id);
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

function isFinal(code: string): boolean {
  return code === 'GRAPH_NO_EXPRESSION' || code.endsWith('_QUERY_REFUSED');
}
