import { type Incident, severity } from '../core/incident/incident.ts';
import { isPrivate } from '../core/incident/privacy.ts';
import { fullOf, limitsOf } from '../core/operation/limit.ts';
import { holderBefore } from '../core/operation/locks.ts';
import { type OperationState, terminal } from '../core/operation/operation.ts';
import { standingOf } from '../core/post.ts';
import { currentStorm, type Storm } from '../core/storm.ts';
import type { Thread } from '../core/view/card.ts';
import { stormCard } from '../core/view/storm-card.ts';
import { incidentThread, operationThread, type ThreadContext } from '../core/view/thread.ts';
import type { Engine } from './engine.ts';
import type { About, DesiredThreads } from './loops/threads/index.ts';

/** What every thread should show: pure readings of the engine's state. */
export interface Threads extends DesiredThreads {
  /** As a surface shows it; without one, as a reader of the record does. */
  desired(thread: string, surface?: string): Promise<Thread | undefined>;
  /** The threads a change of a stream shows in. */
  of(changed: { readonly kind: string; readonly id: string }): readonly string[];
  /** All that memory holds, for a loop that begins. */
  all(): readonly string[];
  operationsOf(incident: string): Promise<readonly OperationState[]>;
}

export interface ThreadsOptions {
  readonly engine: Engine;
  readonly context: (
    incident: Incident | undefined,
  ) => Omit<ThreadContext, 'heldBy' | 'full' | 'halts' | 'silent'>;
  /** Where a thread goes that belongs to no route: an operation asked outside any incident. */
  readonly defaultPlaces: () => Readonly<Record<string, string>>;
}

export function createThreads({ engine, context, defaultPlaces }: ThreadsOptions): Threads {
  const { readings } = engine;

  async function desired(thread: string, surface = ''): Promise<Thread | undefined> {
    if (thread.startsWith('op-')) {
      const operation = await engine.operation(thread);
      return (
        operation &&
        operationThread(operation, { ...context(undefined), heldBy, full, halts: engine.halts() })
      );
    }
    if (thread.startsWith('storm-')) return stormThread(thread, surface);
    const incident = await engine.incident(thread);
    if (incident === undefined || incident.status === 'none') return undefined;
    const silent = silentBeside(incident, surface);
    return incidentThread(incident, await operationsOf(thread), {
      ...context(incident),
      heldBy,
      full,
      halts: engine.halts(),
      silent,
    });
  }

  function stormThread(thread: string, surface: string): Thread | undefined {
    const storm = stormOf(thread);
    if (storm?.surface !== surface) return undefined;
    const open = storm.ended ? [] : incidentsAt(surface, storm.place).filter(isOpen);
    return { incident: thread, root: stormCard(storm, open, context(undefined)), entries: [] };
  }

  /** Where it lives too, and nothing is taken: who reads it there does not know. */
  function silentBeside({ opened }: Incident, surface: string) {
    return Object.keys(opened.places)
      .filter((name) => name !== surface && engine.surface(name).downSince > 0)
      .map((name) => ({ surface: name, since: engine.surface(name).downSince }));
  }

  async function operationsOf(incident: string): Promise<readonly OperationState[]> {
    const ids = readings.operationsOf.get(incident) ?? [];
    const operations = await Promise.all(ids.map((id) => engine.operation(id)));
    return operations.filter((operation) => operation !== undefined);
  }

  function heldBy(operation: OperationState): string {
    return holderBefore(operation, engine.target);
  }

  /** As the record has it, whatever the time is: what began an hour ago is let go by the next that begins. */
  function full(operation: OperationState) {
    const runs = (rule: string) => readings.limits.get(rule)?.state ?? [];
    const isWaiting = operation.status === 'approved';
    return isWaiting ? fullOf(limitsOf(operation), { at: 0, runs })?.problem : undefined;
  }

  function threadOf(operation: string): string {
    const state = readings.operations.get(operation)?.state;
    return state?.asked?.incident || operation;
  }

  /** A request that came to no plan is answered to the one who asked; a channel learns of it when there is one. */
  async function isForAll(operation: string, surface: string): Promise<boolean> {
    const posts = readings.posts.get(operation)?.state;
    const isShown = posts !== undefined && standingOf(posts, surface, 'root').ref !== '';
    return isShown || (await engine.operation(operation))?.plan !== undefined;
  }

  function stormOf(thread: string): Storm | undefined {
    for (const { state } of readings.storms.values()) {
      const found = state.find(({ storm }) => storm === thread);
      if (found) return found;
    }
    return undefined;
  }

  /** Those in memory: all that are open, and the resolved ones of the last half hour. */
  function incidentsAt(surface: string, place: string): readonly Incident[] {
    const found: Incident[] = [];
    for (const [id, { state }] of readings.incidents) {
      if (state.status === 'none' || state.opened.places[surface] === undefined) continue;
      const posts = readings.posts.get(id)?.state;
      const moved = posts && standingOf(posts, surface, 'root').movedTo;
      if ((moved ?? state.opened.places[surface]) === place) found.push(state);
    }
    return found;
  }

  async function about(thread: string): Promise<About | undefined> {
    if (thread.startsWith('storm-')) {
      const storm = stormOf(thread);
      const open = storm?.ended === undefined;
      const card = { open, critical: true, urgent: false, wanted: true, storm: true };
      return storm && { openedAt: storm.since, ...card };
    }
    if (thread.startsWith('op-')) {
      const operation = await engine.operation(thread);
      const urgent = operation !== undefined && isUrgent(operation);
      const shown = { critical: false, wanted: true, storm: false };
      const open = operation !== undefined && !terminal.has(operation.status);
      return operation && { openedAt: operation.asked?.at ?? 0, open, urgent, ...shown };
    }
    const incident = await engine.incident(thread);
    if (incident === undefined || incident.status === 'none') return undefined;
    return {
      openedAt: incident.openedAt,
      open: isOpen(incident),
      critical: isOpen(incident) && severity(incident) === 'critical',
      urgent: incident.operations.length > 0 && (await operationsOf(thread)).some(isUrgent),
      wanted: incident.actedOn,
      storm: false,
      private: isPrivate(incident),
    };
  }

  /** Of operations that stand so. */
  function ahead(statuses: readonly OperationState['status'][]): readonly string[] {
    const found: string[] = [];
    for (const { state } of readings.operations.values()) {
      if (statuses.includes(state.status)) found.push(threadOf(state.id));
    }
    return found;
  }

  return {
    desired,
    operationsOf,
    about,
    all: () => [
      ...[...readings.incidents].flatMap(([id, { state }]) =>
        state.status === 'none' ? [] : [id],
      ),
      ...(readings.operationsOf.get('') ?? []),
      ...[...readings.storms.values()].flatMap(({ state }) => state.map(({ storm }) => storm)),
    ],
    of({ kind, id }) {
      if (kind === 'incident') {
        // What the card of an operation says of the alert follows the incident; it is the same thread.
        return [id];
      }
      if (kind === 'operation') return [threadOf(id)];
      if (kind === 'storm') return readings.storms.get(id)?.state.map(({ storm }) => storm) ?? [];
      if (kind === 'surface') return openAt(id);
      if (kind === 'halt') return ahead(['waiting', 'approved', 'running']);
      return kind === 'target' || kind === 'limit' ? ahead(['approved']) : [];
    },
    async place(thread, surface) {
      if (thread.startsWith('storm-')) {
        const storm = stormOf(thread);
        return storm?.surface === surface ? storm.place : undefined;
      }
      if (surface === 'console') return '';
      if (thread.startsWith('op-')) {
        return (await isForAll(thread, surface)) ? defaultPlaces()[surface] : undefined;
      }
      const incident = await engine.incident(thread);
      return incident?.status === 'none' ? undefined : incident?.opened.places[surface];
    },
    struck: (surface, place) => ({
      incidents: incidentsAt(surface, place).map((incident) => ({
        openedAt: incident.openedAt,
        open: isOpen(incident),
      })),
      arrived: readings.arrived.get(`${surface}/${place}`) ?? 0,
    }),
    storms: (surface) =>
      [...readings.storms.values()].flatMap(({ state }) => {
        const storm = currentStorm(state);
        return storm?.surface === surface ? [storm] : [];
      }),
    defaultPlace: (surface) => defaultPlaces()[surface],
  };

  /** Whose cards on other surfaces say that this one is silent. */
  function openAt(surface: string): readonly string[] {
    const threads: string[] = [];
    for (const [id, { state }] of readings.incidents) {
      if (state.status === 'open' && surface in state.opened.places) threads.push(id);
    }
    return threads;
  }
}

function isOpen({ status }: Incident): boolean {
  return status === 'open';
}

/** Somebody has to do something about it. */
function isUrgent({ status }: OperationState): boolean {
  return status === 'waiting' || status === 'failed' || status === 'unknown';
}
