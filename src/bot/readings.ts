import { type CorrelationIndex, newCorrelationIndex } from '../core/alert/correlation-index.ts';
import { type CommonTexts, newCommonTexts } from '../core/alert/texts.ts';
import type { PendingAsk } from '../core/inbox.ts';
import type { IncidentState } from '../core/incident/incident.ts';
import { type KnownIndex, newKnownIndex } from '../core/known/index.ts';
import type { SurfaceState } from '../core/mirror.ts';
import type { MuteState } from '../core/mute.ts';
import type { GlassCount } from '../core/operation/glass.ts';
import type { HaltState } from '../core/operation/halt.ts';
import type { LimitState } from '../core/operation/limit.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { QuotaState } from '../core/operation/quota.ts';
import type { TargetState } from '../core/operation/target.ts';
import type { PostState } from '../core/post.ts';
import type { StormState } from '../core/storm.ts';

/** Version of the code that evolves these readings. A snapshot of another one is replayed, never trusted. */
export const readingsVersion = 'readings-26';

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
