import type { RecordGraph } from '../../core/incident/graph.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { Grapher } from '../grapher.ts';
import { createOneByOne } from './one-by-one.ts';

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
const retriesMs = [15_000, 60_000, 180_000] as const;

/**
 * Gives each new incident the graph of what it alerts on: one at a time, the worst first, as far as the minute's allowance
 * goes. What cannot be drawn is tried three times more and then said. An event only wakes it; a restart is one more turn.
 */
export function createGraphsLoop(options: GraphsLoopOptions): GraphsLoop {
  const { engine, clock, grapher, log } = options;
  const tries = new Map<string, { times: number; notBefore: number }>();
  const turns = createOneByOne({
    clock,
    perMinute,
    due,
    work: turn,
    failed(id, error) {
      log('a graph failed', { incident: id, error });
      again(id);
    },
  });

  function wake(id: string): void {
    if (!turns.has(id) && isDue(stateOf(id))) turns.want(id);
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

  function due(id: string) {
    const incident = stateOf(id);
    if (isDue(incident)) {
      const notBefore = Math.max(incident.openedAt + settleMs, tries.get(id)?.notBefore ?? 0);
      return { incident, notBefore };
    }
    tries.delete(id);
    return undefined;
  }

  async function turn(id: string): Promise<void> {
    const incident = stateOf(id);
    if (!incident) return;
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
    if (delay === undefined) return false;
    tries.set(id, { times, notBefore: clock.now() + delay });
    turns.want(id);
    return true;
  }

  async function settle(id: string, became: RecordGraph['became']): Promise<void> {
    await engine.tellIncident(
      id,
      { type: 'RecordGraph', at: clock.now(), became },
      { cause: `graphs/${id}`, by: 'tocsin' },
    );
    tries.delete(id);
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

function isFinal(code: string): boolean {
  return code === 'GRAPH_NO_EXPRESSION' || code.endsWith('_QUERY_REFUSED');
}
