import { track } from '../core/alert/correlation-index.ts';
import { shareTexts } from '../core/alert/texts.ts';
import type { Recorded } from '../core/event.ts';
import { evolveAsk, type InboxEvent } from '../core/inbox.ts';
import type { IncidentEvent } from '../core/incident/event.ts';
import { evolve as evolveIncident, initialIncident } from '../core/incident/incident.ts';
import { noteBegan, noteEnded } from '../core/known/index.ts';
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
import { type Held, type Kind, nameOf, type Readings, type StreamName } from './readings.ts';

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
