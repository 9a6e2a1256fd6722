import type { Incident } from '../core/incident/incident.ts';
import { lockedTargets } from '../core/operation/locks.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { Thread } from '../core/view/card.ts';
import { incidentThread, operationThread, type ThreadContext } from '../core/view/thread.ts';
import type { Engine } from './engine.ts';

/** What every thread should show: pure readings of the engine's state. */
export interface Threads {
  desired(thread: string): Promise<Thread | undefined>;
  /** The threads a change of a stream shows in. */
  of(changed: { readonly kind: string; readonly id: string }): readonly string[];
  operationsOf(incident: string): Promise<readonly OperationState[]>;
  place(thread: string, surface: string): Promise<string | undefined>;
}

export interface ThreadsOptions {
  readonly engine: Engine;
  readonly context: (incident: Incident | undefined) => Omit<ThreadContext, 'heldBy'>;
  /** Where a thread goes that belongs to no route: an operation asked outside any incident. */
  readonly defaultPlaces: () => Readonly<Record<string, string>>;
}

export function createThreads({ engine, context, defaultPlaces }: ThreadsOptions): Threads {
  async function desired(thread: string): Promise<Thread | undefined> {
    if (thread.startsWith('op-')) {
      const operation = await engine.operation(thread);
      return operation && operationThread(operation, { ...context(undefined), heldBy });
    }
    const incident = await engine.incident(thread);
    if (incident === undefined || incident.status === 'none') return undefined;
    return incidentThread(incident, await operationsOf(thread), { ...context(incident), heldBy });
  }

  async function operationsOf(incident: string): Promise<readonly OperationState[]> {
    const ids = engine.readings.operationsOf.get(incident) ?? [];
    const operations = await Promise.all(ids.map((id) => engine.operation(id)));
    return operations.filter((operation) => operation !== undefined);
  }

  function heldBy(operation: OperationState): string {
    if (operation.status !== 'approved') return '';
    for (const id of lockedTargets(operation)) {
      const holder = engine.target(id).heldBy;
      if (holder !== undefined && holder !== operation.id) return holder;
    }
    return '';
  }

  function threadOf(operation: string): string {
    const state = engine.readings.operations.get(operation)?.state;
    return state?.asked?.incident || operation;
  }

  return {
    desired,
    operationsOf,
    of({ kind, id }) {
      if (kind === 'incident') {
        // What the card of an operation says of the alert follows the incident; it is the same thread.
        return [id];
      }
      if (kind === 'operation') return [threadOf(id)];
      if (kind !== 'target') return [];
      const waiting: string[] = [];
      for (const { state } of engine.readings.operations.values()) {
        if (state.status === 'approved') waiting.push(threadOf(state.id));
      }
      return waiting;
    },
    async place(thread, surface) {
      if (surface === 'console') return '';
      if (thread.startsWith('op-')) return defaultPlaces()[surface];
      const incident = await engine.incident(thread);
      return incident?.status === 'none' ? undefined : incident?.opened.places[surface];
    },
  };
}
