import {
  type CorrelationIndex,
  exportIndex,
  importIndex,
  newCorrelationIndex,
  track,
} from '../core/alert/correlation-index.ts';
import { type CommonTexts, newCommonTexts, shareTexts } from '../core/alert/texts.ts';
import type { Recorded } from '../core/event.ts';
import { evolveAsk, type InboxEvent, type PendingAsk } from '../core/inbox.ts';
import type { IncidentEvent } from '../core/incident/event.ts';
import {
  evolve as evolveIncident,
  type IncidentState,
  initialIncident,
} from '../core/incident/incident.ts';
import {
  type ExportedIncident,
  exportIncident,
  importIncident,
} from '../core/incident/snapshot.ts';
import {
  exportKnownIndex,
  importKnownIndex,
  type KnownIndex,
  newKnownIndex,
  noteBegan,
  noteEnded,
} from '../core/known/index.ts';
import {
  evolveSurface,
  initialSurface,
  type SurfaceEvent,
  type SurfaceState,
} from '../core/mirror.ts';
import { evolveMute, type MuteEvent, type MuteState } from '../core/mute.ts';
import { evolveGlassCount, type GlassCount, type GlassCounted } from '../core/operation/glass.ts';
import {
  evolveHalt,
  type HaltEvent,
  type HaltState,
  initialHalts,
} from '../core/operation/halt.ts';
import { evolveLimit, type LimitEvent, type LimitState } from '../core/operation/limit.ts';
import {
  evolve as evolveOperation,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../core/operation/operation.ts';
import { evolveQuota, type PlanCounted, type QuotaState } from '../core/operation/quota.ts';
import {
  evolveTarget,
  initialTarget,
  type TargetEvent,
  type TargetState,
} from '../core/operation/target.ts';
import { evolvePosts, type PostEvent, type PostState } from '../core/post.ts';
import { evolveStorm, type StormEvent, type StormState } from '../core/storm.ts';

/** Version of the code that evolves these readings. A snapshot of another one is replayed, never trusted. */
export const readingsVersion = 'readings-25';

export interface Held<S> {
  state: S;
  version: number;
}

/**
 * What memory holds of the journal: open incidents, live operations, locks, references of posts. Owned by the engine;
 * changed by `apply` alone, and only with events that are on disk.
 */
export interface Readings {
  readonly incidents: Map<string, Held<IncidentState>>;
  readonly operations: Map<string, Held<OperationState>>;
  readonly targets: Map<string, Held<TargetState>>;
  readonly posts: Map<string, Held<PostState>>;
  /** What was asked on chat platforms and is not answered yet. */
  readonly asks: Map<string, PendingAsk>;
  readonly surfaces: Map<string, Held<SurfaceState>>;
  /** One of them, `all`. */
  readonly halts: Map<string, Held<HaltState>>;
  /** By person. */
  readonly quotas: Map<string, Held<QuotaState>>;
  /** By rule: a digest of it as written. */
  readonly limits: Map<string, Held<LimitState>>;
  /** By person: whose requests they are not written to about. */
  readonly mutes: Map<string, Held<MuteState>>;
  /** By person: when they broke the glass. */
  readonly glasses: Map<string, Held<GlassCount>>;
  /** By `surface/place`. */
  readonly storms: Map<string, Held<StormState>>;
  /** How many incidents ever opened in a place, by `surface/place`. */
  readonly arrived: Map<string, number>;
  /** Operations asked in an incident, oldest first, for as long as there is a journal; under '' those asked outside any. */
  readonly operationsOf: Map<string, string[]>;
  readonly correlation: CorrelationIndex;
  /** Where to look for what happened before. */
  readonly known: KnownIndex;
  readonly texts: CommonTexts;
  position: number;
  /** `at` of the newest event: no decision is made at an earlier time. */
  newestAt: number;
}

export type Kind =
  | 'incident'
  | 'operation'
  | 'target'
  | 'posts'
  | 'inbox'
  | 'surface'
  | 'storm'
  | 'halt'
  | 'quota'
  | 'glass'
  | 'mute'
  | 'limit';

export interface StreamName {
  readonly kind: Kind;
  readonly id: string;
}

/** `sameThreadMs`: firing again within this time after the end is the same thread. */
export function emptyReadings(sameThreadMs?: number): Readings {
  return {
    incidents: new Map(),
    operations: new Map(),
    targets: new Map(),
    posts: new Map(),
    asks: new Map(),
    surfaces: new Map(),
    halts: new Map(),
    quotas: new Map(),
    limits: new Map(),
    mutes: new Map(),
    glasses: new Map(),
    storms: new Map(),
    arrived: new Map(),
    operationsOf: new Map(),
    correlation: newCorrelationIndex(sameThreadMs),
    known: newKnownIndex(),
    texts: newCommonTexts(),
    position: 0,
    newestAt: 0,
  };
}

export function streamOf(kind: Kind, id: string): string {
  return `${kind}/${id}`;
}

/** The kind and id of a stream that is read into memory; undefined for the journal's own and others'. */
export function nameOf(stream: string): StreamName | undefined {
  const slash = stream.indexOf('/');
  const kind = stream.slice(0, slash);
  return isKind(kind) ? { kind, id: stream.slice(slash + 1) } : undefined;
}

function isKind(kind: string): kind is Kind {
  return kinds.has(kind);
}

const kinds: ReadonlySet<string> = new Set<Kind>([
  'incident',
  'operation',
  'target',
  'posts',
  'inbox',
  'surface',
  'storm',
  'halt',
  'quota',
  'limit',
  'mute',
  'glass',
]);

/** How many events of a stream memory has taken in; 0 for one it does not hold. */
export function versionOf(readings: Readings, { kind, id }: StreamName): number {
  if (kind === 'inbox') return readings.asks.has(id) ? 1 : 0;
  const maps = {
    incident: readings.incidents,
    operation: readings.operations,
    target: readings.targets,
    posts: readings.posts,
    surface: readings.surfaces,
    storm: readings.storms,
    halt: readings.halts,
    quota: readings.quotas,
    limit: readings.limits,
    mute: readings.mutes,
    glass: readings.glasses,
  };
  return maps[kind].get(id)?.version ?? 0;
}

/** One event further. Events already applied (a replayed tail) or archived change nothing. */
export function apply(readings: Readings, recorded: Recorded): StreamName | undefined {
  const isNews = recorded.position > readings.position;
  if (isNews) readings.position = recorded.position;
  readings.newestAt = Math.max(readings.newestAt, recorded.at);
  const name = nameOf(recorded.stream);
  if (!name || 'archived' in recorded.event) return undefined;
  switch (name.kind) {
    case 'incident': {
      const typed = recorded as Recorded<IncidentEvent>;
      if (typed.event.type === 'AlertsFired') shareTexts(readings.texts, typed.event.alerts);
      track(readings.correlation, typed);
      further(readings.incidents, name.id, typed, {
        initial: initialIncident,
        evolve: evolveIncident,
      });
      if (typed.event.type === 'IncidentResolved') ended(readings, name.id, typed.at);
      if (isNews && typed.event.type === 'IncidentOpened') arrive(readings, typed.event.places);
      return name;
    }
    case 'operation': {
      const typed = recorded as Recorded<OperationEvent>;
      further(readings.operations, name.id, typed, {
        initial: initialOperation,
        evolve: evolveOperation,
      });
      if (typed.event.type === 'OperationStarted') began(readings, name.id, typed.at);
      if (typed.event.type === 'OperationAsked') {
        const list = readings.operationsOf.get(typed.event.incident);
        if (list?.includes(name.id)) return name;
        if (list) list.push(name.id);
        else readings.operationsOf.set(typed.event.incident, [name.id]);
      }
      return name;
    }
    case 'inbox': {
      const pending = evolveAsk((recorded as Recorded<InboxEvent>).event, recorded);
      if (pending) readings.asks.set(name.id, pending);
      else readings.asks.delete(name.id);
      return name;
    }
    default:
      readers[name.kind](readings, name.id, recorded);
      return name;
  }
}

type Reader = (readings: Readings, id: string, recorded: Recorded) => void;

/** What is its events one after the other, and nothing beside. */
const readers: Readonly<Record<Exclude<Kind, 'incident' | 'operation' | 'inbox'>, Reader>> = {
  target: reader<TargetState, TargetEvent>((all) => all.targets, initialTarget, evolveTarget),
  posts: reader<PostState, PostEvent>(
    (all) => all.posts,
    () => ({}),
    evolvePosts,
  ),
  surface: reader<SurfaceState, SurfaceEvent>((all) => all.surfaces, initialSurface, evolveSurface),
  storm: reader<StormState, StormEvent>(
    (all) => all.storms,
    () => [],
    evolveStorm,
  ),
  halt: reader<HaltState, HaltEvent>((all) => all.halts, initialHalts, evolveHalt),
  quota: reader<QuotaState, PlanCounted>(
    (all) => all.quotas,
    () => [],
    evolveQuota,
  ),
  limit: reader<LimitState, LimitEvent>(
    (all) => all.limits,
    () => [],
    evolveLimit,
  ),
  mute: reader<MuteState, MuteEvent>(
    (all) => all.mutes,
    () => [],
    evolveMute,
  ),
  glass: reader<GlassCount, GlassCounted>(
    (all) => all.glasses,
    () => [],
    evolveGlassCount,
  ),
};

function reader<S, E extends { readonly type: string; readonly v: number }>(
  into: (readings: Readings) => Map<string, Held<S>>,
  initial: (id: string) => S,
  evolve: (state: S, event: Recorded<E>['event'], meta: Recorded<E>) => S,
): Reader {
  return (readings, id, recorded) =>
    further(into(readings), id, recorded as Recorded<E>, { initial, evolve });
}

function ended({ incidents, known }: Readings, id: string, at: number): void {
  const state = incidents.get(id)?.state;
  if (state && state.status !== 'none') noteEnded(known, state, at);
}

function began({ operations, known }: Readings, id: string, at: number): void {
  const asked = operations.get(id)?.state.asked;
  if (asked) noteBegan(known, asked, { id, at });
}

function arrive({ arrived }: Readings, places: Readonly<Record<string, string>>): void {
  for (const [surface, place] of Object.entries(places)) {
    const name = `${surface}/${place}`;
    arrived.set(name, (arrived.get(name) ?? 0) + 1);
  }
}

function further<S, E extends { readonly type: string; readonly v: number }>(
  into: Map<string, Held<S>>,
  id: string,
  recorded: Recorded<E>,
  reading: {
    readonly initial: (id: string) => S;
    readonly evolve: (state: S, event: Recorded<E>['event'], meta: Recorded<E>) => S;
  },
): void {
  let held = into.get(id);
  if (!held) {
    // A later event of a stream that memory let go: whoever needs it reads the whole stream.
    if (recorded.version !== 1) return;
    held = { state: reading.initial(id), version: 0 };
    into.set(id, held);
  }
  if (recorded.version !== held.version + 1) return;
  held.state = reading.evolve(held.state, recorded.event, recorded);
  held.version = recorded.version;
}

/** Plain data, for a snapshot beside the journal. */
export function exportReadings(readings: Readings): unknown {
  return {
    incidents: [...readings.incidents].map(([id, { state, version }]) => {
      return [id, { state: exportIncident(state), version }] as const;
    }),
    operations: [...readings.operations],
    targets: [...readings.targets],
    posts: [...readings.posts],
    asks: [...readings.asks],
    surfaces: [...readings.surfaces],
    halts: [...readings.halts],
    quotas: [...readings.quotas],
    limits: [...readings.limits],
    mutes: [...readings.mutes],
    glasses: [...readings.glasses],
    storms: [...readings.storms],
    arrived: [...readings.arrived],
    operationsOf: [...readings.operationsOf],
    correlation: exportIndex(readings.correlation),
    known: exportKnownIndex(readings.known),
    position: readings.position,
    newestAt: readings.newestAt,
  };
}

type Exported = {
  readonly [K in keyof Omit<
    Readings,
    'correlation' | 'known' | 'incidents' | 'texts' | 'position' | 'newestAt'
  >]: Readings[K] extends Map<infer Key, infer Value> ? readonly (readonly [Key, Value])[] : never;
} & {
  readonly incidents: readonly (readonly [string, Held<ExportedIncident>])[];
  readonly correlation: Parameters<typeof importIndex>[0];
  readonly known: Parameters<typeof importKnownIndex>[0];
} & Pick<Readings, 'position' | 'newestAt'>;

/** A snapshot is our own bytes, named by `readingsVersion`; anything else was not loaded. */
export function importReadings(state: unknown, sameThreadMs?: number): Readings {
  const exported = state as Exported;
  const { position, newestAt } = exported;
  const texts = newCommonTexts();
  for (const [, { state: plain }] of exported.incidents) {
    if (plain.status !== 'none') shareTexts(texts, plain.alerts);
  }
  return {
    incidents: new Map(
      exported.incidents.map(([id, { state: plain, version }]) => {
        return [id, { state: importIncident(plain), version }];
      }),
    ),
    operations: new Map(exported.operations),
    targets: new Map(exported.targets),
    posts: new Map(exported.posts),
    asks: new Map(exported.asks),
    surfaces: new Map(exported.surfaces),
    halts: new Map(exported.halts),
    quotas: new Map(exported.quotas),
    limits: new Map(exported.limits),
    mutes: new Map(exported.mutes),
    glasses: new Map(exported.glasses),
    storms: new Map(exported.storms),
    arrived: new Map(exported.arrived),
    operationsOf: new Map(exported.operationsOf),
    correlation: importIndex(exported.correlation, sameThreadMs),
    known: importKnownIndex(exported.known),
    ...{ texts, position, newestAt },
  };
}
