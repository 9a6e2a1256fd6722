import { isArchiving } from '../core/archive.ts';
import type { Recorded } from '../core/event.ts';
import { decide as decideIncident } from '../core/incident/decide.ts';
import type { IncidentState } from '../core/incident/incident.ts';
import type {
  IncidentIntent,
  MoveIntent,
  ReceiveAlerts,
  ReceivePage,
  ReceiveUnreadable,
} from '../core/incident/intent.ts';
import type { NoticeSecurity } from '../core/incident/security.ts';
import { initialSurface, type SurfaceState } from '../core/mirror.ts';
import { decide as decideOperation, type OperationIntent } from '../core/operation/decide.ts';
import {
  decideHalt,
  type HaltIntent,
  type HaltState,
  initialHalts,
} from '../core/operation/halt.ts';
import { lockedTargets, lockWrites } from '../core/operation/locks.ts';
import { evolve as evolveOperation, type OperationState } from '../core/operation/operation.ts';
import { initialTarget, type TargetState } from '../core/operation/target.ts';
import { witnessed } from '../core/operation/witness.ts';
import { withOrigin } from '../core/origin.ts';
import type { AppendContext, StreamWrite } from '../core/ports/journal.ts';
import { evolvePosts, type PostEvent, type PostState } from '../core/post.ts';
import { type Problem, ProblemError, problem } from '../core/problem.ts';
import type { StormState } from '../core/storm.ts';
import { isArchived } from './archived.ts';
import { claimOf, streamsBeside } from './claims.ts';
import { createDeliveries } from './deliveries.ts';
import type { EngineOptions } from './engine-options.ts';
import { createErasures } from './erasures.ts';
import type { LoopFact } from './loop-fact.ts';
import { createMoves } from './moves.ts';
import { createQuotas } from './quotas.ts';
import {
  emptyReadings,
  type Held,
  nameOf,
  type Readings,
  type StreamName,
  streamOf,
  versionOf,
} from './readings.ts';
import { replay, replayIncident, replayOperation } from './replay.ts';
import { apply } from './stream-readers.ts';
import { sweep } from './sweep.ts';
import { besides, freeAt, haltStream, lockStreams, verdict, withFacts, written } from './told.ts';
import { createTurns } from './turns.ts';
import { withOriginal } from './undone.ts';

export interface Told {
  readonly refused?: Problem;
  readonly changed: boolean;
  /** Another operation holds a target of this one. */
  readonly heldBy?: string;
  /** It may begin from then on by itself; milliseconds since 1970. */
  readonly freeAt?: number;
}

/**
 * Holds what memory knows of the journal and is the one door to it: every decision is made on the state of its stream,
 * appended with the version it was made on, and evolves only once it is on disk.
 */
export interface Engine {
  readonly readings: Readings;
  incident(id: string): Promise<IncidentState | undefined>;
  operation(id: string): Promise<OperationState | undefined>;
  target(id: string): TargetState;
  halts(): HaltState;
  tellHalts(intent: HaltIntent, context: AppendContext): Promise<Told>;
  posts(thread: string): Promise<PostState>;
  tellIncident(id: string, intent: IncidentIntent, context: AppendContext): Promise<Told>;
  /** What people move from one incident to another. */
  move(intent: MoveIntent, context: AppendContext): Promise<Told>;
  /** Deliveries that meet while the incident's turn is taken are decided together. */
  receive(intent: Delivered, context: AppendContext): Promise<Told>;
  tellOperation(id: string, intent: OperationIntent, context: AppendContext): Promise<Told>;
  surface(name: string): SurfaceState;
  /** The storms of a place, by `surface/place`. */
  storms(place: string): StormState;
  /** What the threads loop has seen or is about to do. Each is told once: its cause is its place in its stream. */
  record(fact: LoopFact): Promise<void>;
  /** Called for every event on disk, in order. */
  onChange(listener: (changed: StreamName, recorded: Recorded) => void): void;
  /** Takes in what is on disk: at start, and from the journal's own hook. */
  took(recorded: Recorded): void;
  /** Once memory holds nothing of what was erased up to now. Rejects while the journal cannot be read. */
  forgets(): Promise<void>;
}

export type Delivered = ReceiveAlerts | ReceivePage | ReceiveUnreadable | NoticeSecurity;

export interface Decided {
  readonly writes: readonly StreamWrite[];
  readonly told: Told;
}

/** Another process wrote in between: read again and decide again, so often at most. */
const conflictsMax = 5;

export function createEngine(options: EngineOptions, from?: Readings): Engine {
  const { journal } = options;
  const readings = from ?? emptyReadings();
  const turns = createTurns();
  const listeners: ((changed: StreamName, recorded: Recorded) => void)[] = [];
  const erasures = createErasures({ journal, turns, readings, tell });

  function took(recorded: Recorded): void {
    const changed = apply(readings, recorded);
    if (changed) tell(changed, recorded);
    // Somebody may have looked at what went: whoever comes later is told where it lies.
    if (isArchiving(recorded)) sweep(readings, options.now());
    erasures.heard(recorded);
  }

  function tell(changed: StreamName, recorded: Recorded): void {
    for (const listener of listeners) listener(changed, recorded);
  }

  async function held<S>(
    into: Map<string, Held<S>>,
    name: StreamName,
    load: (events: readonly Recorded[]) => Held<S>,
  ): Promise<Held<S>> {
    for (;;) {
      const known = into.get(name.id);
      if (known) return known;
      const heard = erasures.count();
      const events = await journal.read(streamOf(name.kind, name.id));
      const gone = await isArchived(journal, name, events);
      // Somebody may have brought it in while we read; or erased what we have just read.
      if (into.has(name.id) || erasures.count() !== heard) continue;
      if (gone) return { ...load([]), version: events.length };
      const loaded = load(events);
      if (events.length > 0) into.set(name.id, loaded);
      return loaded;
    }
  }

  /** Incidents that memory had let go and took back: their posts may lie in the store. */
  const reloaded = new Set<string>();

  const incidentOf = (id: string) =>
    held(readings.incidents, { kind: 'incident', id }, (events) => {
      if (events.length > 0) reloaded.add(id);
      return replayIncident(events);
    });

  const operationOf = (id: string) =>
    held(readings.operations, { kind: 'operation', id }, (events) => replayOperation(id, events));

  const quotas = createQuotas(readings, {
    ...options,
    operation: operationOf,
  });
  const claiming = { incident: incidentOf, operation: operationOf, readings, now: options.now };

  async function postsOf(id: string): Promise<Held<PostState>> {
    // Of an incident that never left memory its posts have not left it either: in a storm the store is not asked.
    const isKnown = readings.incidents.has(id) && !reloaded.has(id);
    if (isKnown && !readings.posts.has(id)) return { state: {}, version: 0 };
    return held(readings.posts, { kind: 'posts', id }, (events) =>
      replay<PostState, PostEvent>(events, {}, evolvePosts),
    );
  }

  /** Decides until it fits: what another process wrote in between is read, and the decision made anew. */
  async function commit(
    work: () => Decided | Promise<Decided>,
    context: AppendContext,
    conflicted: (stream: string) => Promise<void> = catchUp,
  ): Promise<Told> {
    for (let turn = 0; turn < conflictsMax; turn += 1) {
      const decided = work();
      const { writes, told } = decided instanceof Promise ? await decided : decided;
      if (writes.length === 0) return told;
      const appended = await journal.append(writes, context);
      if (appended.ok && !appended.repeated) return told;
      if (appended.ok) {
        // Done before, and perhaps nobody here was told: an answer got lost, or another process was faster.
        for (const { stream } of writes) await catchUp(stream);
        // What was answered the first time is answered again, whatever would be decided today.
        return { ...verdict(appended.recorded.map(({ event }) => event)), changed: false };
      }
      if (appended.code === 'FENCED') throw new ProblemError(problem('NOT_THE_OWNER', {}));
      await conflicted(appended.stream);
    }
    throw new ProblemError(problem('STREAM_CONTENDED', { turns: conflictsMax }));
  }

  async function catchUp(stream: string): Promise<void> {
    const name = nameOf(stream);
    const known = name && versionOf(readings, name);
    for (const recorded of await journal.read(stream, (known ?? 0) + 1)) took(recorded);
  }

  const receive = createDeliveries({ ...options, readings, turns, incidentOf, commit, catchUp });

  async function tellIncident(
    id: string,
    intent: IncidentIntent,
    context: AppendContext,
  ): Promise<Told> {
    // What a rule puts somewhere may have to find the next incident of its kind, and what was merged the one it is in.
    const isFound = 'rule' in intent || readings.correlation.byIncident.has(id);
    if (intent.type === 'ReceivePage' && isFound) return receive(intent, context);
    const stream = streamOf('incident', id);
    return turns.take([stream], () =>
      commit(async () => {
        const { state, version } = await incidentOf(id);
        const by = 'by' in intent ? intent.by : undefined;
        const events = withOrigin(decideIncident(intent, state), by);
        return { writes: written(stream, version, events), told: verdict(events) };
      }, context),
    );
  }

  async function tellOperation(
    id: string,
    intent: OperationIntent,
    context: AppendContext,
  ): Promise<Told> {
    const stream = streamOf('operation', id);
    const before = (await operationOf(id)).state;
    return turns.take([stream, ...streamsBeside(intent, before)], () =>
      commit(async () => {
        const { state, version } = await operationOf(id);
        const known = withFacts(intent, state, { readings, now: options.now(), halts: halts() });
        const asked = await withOriginal(await quotas.asked(known, state), state, operationOf);
        const by = 'by' in intent ? intent.by : undefined;
        const said = withOrigin(decideOperation(asked, state), by);
        const events = witnessed(said, journal.lastCheckpoint()?.short);
        if (events.length === 0) return { writes: [], told: { changed: false, ...freeAt(asked) } };
        const meta = { at: options.now() };
        const after = events.reduce((next, event) => evolveOperation(next, event, meta), state);
        const locks = lockWrites(
          { before: state, after },
          events,
          lockedTargets(after).map(target),
        );
        if (!locks.ok) return { writes: [], told: { changed: false, heldBy: locks.heldBy } };
        const claim = await claimOf(id, intent, claiming);
        if (claim.told) return { writes: claim.writes, told: claim.told };
        return {
          writes: [
            ...written(stream, version, events),
            ...claim.writes,
            ...lockStreams(locks.writes, readings),
            ...besides(after, events, { readings, now: meta.at, fuse: options.fuse?.() }),
            ...quotas.writes({ intent: asked, events, before: state, after }),
          ],
          told: verdict(events),
        };
      }, context),
    );
  }

  function halts(): HaltState {
    const recorded = readings.halts.get('all')?.state ?? initialHalts();
    return options.windows ? { ...recorded, windows: options.windows() } : recorded;
  }

  function tellHalts(intent: HaltIntent, context: AppendContext): Promise<Told> {
    return turns.take([haltStream], () =>
      commit(() => {
        const events = decideHalt(intent, halts());
        const version = readings.halts.get('all')?.version ?? 0;
        return { writes: written(haltStream, version, events), told: verdict(events) };
      }, context),
    );
  }

  function target(id: string): TargetState {
    return readings.targets.get(id)?.state ?? initialTarget(id);
  }

  async function record({ kind, id, event }: LoopFact): Promise<void> {
    const stream = streamOf(kind, id);
    await turns.take([stream], async () => {
      // Streams of surfaces and of storms are in memory whole; the posts of a thread may have to be read back.
      if (kind === 'posts') await postsOf(id);
      const next = versionOf(readings, { kind, id }) + 1;
      const cause = `${stream}/${next}/${options.now()}`;
      await commit(
        async () => ({
          writes: written(stream, versionOf(readings, { kind, id }), [event]),
          told: { changed: true },
        }),
        { cause, by: 'tocsin' },
      );
    });
  }

  return {
    readings,
    incident: async (id) => {
      const { state } = await incidentOf(id);
      return state.status === 'none' ? undefined : state;
    },
    operation: async (id) => {
      const { state } = await operationOf(id);
      return state.status === 'none' ? undefined : state;
    },
    halts,
    tellHalts,
    target,
    posts: async (thread) => (await postsOf(thread)).state,
    tellIncident,
    move: createMoves({ turns, incidentOf, commit }),
    receive,
    tellOperation,
    surface: (name) => readings.surfaces.get(name)?.state ?? initialSurface(),
    storms: (place) => readings.storms.get(place)?.state ?? [],
    record,
    onChange: (listener) => {
      listeners.push(listener);
    },
    took,
    forgets: erasures.settled,
  };
}
