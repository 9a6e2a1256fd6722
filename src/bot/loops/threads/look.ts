import type { Call } from '../../../core/ports/surface.ts';
import { GONE_MAX, type PostState, type Standing, standingOf } from '../../../core/post.ts';
import type { Thread } from '../../../core/view/card.ts';
import type { Doubts } from './doubts.ts';
import type { About, ThreadsLoopOptions, Wake } from './index.ts';
import type { LostPlaces } from './lost-places.ts';
import { type Piece, pieces, type Urgency, urgency } from './next-post.ts';
import type { Refusals } from './refusals.ts';
import type { Unsettled } from './settle.ts';
import type { Storms } from './storms.ts';

/** What a thread needs next on this surface. */
export type Look =
  | { readonly kind: 'nothing' }
  /** A storm keeps it back. */
  | { readonly kind: 'kept'; readonly place: string }
  /** Its place takes nothing; it may go on elsewhere. */
  | {
      readonly kind: 'lost';
      readonly place: string;
      readonly until: number;
      readonly to: string | undefined;
    }
  /** Something was sent, and nobody knows whether it is there. */
  | {
      readonly kind: 'doubt';
      readonly place: string;
      readonly until: number;
      readonly sought: Unsettled;
    }
  /** A call, known so far by its kind alone or whole. */
  | ({ readonly kind: 'call'; readonly place: string; readonly about: About } & Needed);

export interface Needed {
  readonly call: Call;
  readonly urgency: Urgency;
  /** Not before then, ms. */
  readonly until: number;
  readonly post?: { readonly root: string; readonly standing: Standing; readonly piece: Piece };
}

export interface Lookout {
  /** `roughly`: without rendering what is not there yet, for choosing among many. `why` it was woken says how urgent. */
  look(thread: string, how: 'roughly' | 'whole', why: Wake): Promise<Look>;
}

type Options = Pick<ThreadsLoopOptions, 'engine' | 'threads' | 'sha256' | 'clock'> & {
  readonly name: string;
  readonly storms: Storms;
  readonly places: LostPlaces;
  readonly doubts: Doubts;
  readonly refusals: Refusals;
};

const nothing = { kind: 'nothing' } as const;

export function createLookout(options: Options): Lookout {
  const { engine, threads, name, storms, places, doubts } = options;

  async function look(thread: string, how: 'roughly' | 'whole', why: Wake): Promise<Look> {
    const about = await threads.about(thread);
    const home = about && (await threads.place(thread, name));
    if (about === undefined || home === undefined) return nothing;
    const posts = await engine.posts(thread);
    const root = standingOf(posts, name, 'root');
    if ((root.gone ?? 0) >= GONE_MAX) return nothing;
    const place = root.movedTo ?? home;
    const closed = places.closedUntil(place, thread);
    if (closed !== undefined)
      return { kind: 'lost', place, until: closed, to: refuge(place, about) };
    const doubted = doubtsOf(thread, posts, place);
    const rootDoubt = doubted.find(({ sought }) => sought.key === 'root');
    if (rootDoubt) return rootDoubt;
    if (root.ref === '') {
      if (storms.covers(place, about)) return nothing;
      if (storms.keeps(place, about)) return { kind: 'kept', place };
      if (how === 'roughly') {
        return { kind: 'call', place, about, call: 'root', urgency: rootUrgency(about), until: 0 };
      }
    }
    const [doubt] = doubted.toSorted((one, other) => one.until - other.until);
    const desired = await threads.desired(thread, name);
    const call = desired && next(desired, posts, { place, about, doubted, why });
    return sooner(call, doubt) ?? nothing;
  }

  /** Where it goes on, when its own place is lost: only what is still open, and only where something is taken. */
  function refuge(
    place: string,
    { open, storm, private: isPrivate = false }: About,
  ): string | undefined {
    const to = threads.defaultPlace(name);
    return open && !storm && !isPrivate && to !== undefined && to !== place && !places.isLost(to)
      ? to
      : undefined;
  }

  function doubtsOf(thread: string, posts: PostState, place: string): readonly DoubtLook[] {
    return Object.entries(posts).flatMap(([own, standing]) => {
      if (standing.begunAt === undefined || !own.startsWith(`${name} `)) return [];
      const key = own.slice(name.length + 1);
      const doubt = doubts.ofCreate(thread, key, standing);
      if (!doubt) return [];
      const root = key === 'root' ? '' : standingOf(posts, name, 'root').ref;
      const sought = { thread, key, place, root, since: doubt.since };
      return [{ kind: 'doubt', place, until: doubt.until, sought } as const];
    });
  }

  /** What is looked for holds up the lines behind it; only what somebody has to act on goes before it. */
  function sooner(call: CallLook | undefined, doubt: DoubtLook | undefined): Look | undefined {
    if (!call || !doubt) return call ?? doubt;
    const isDue = doubt.until <= options.clock.now();
    if (isDue && call.urgency !== urgency.asked) return doubt;
    return call.until < doubt.until ? call : doubt;
  }

  /** The most urgent call that can be made now; else the one that can be made soonest. */
  function next(
    desired: Thread,
    posts: PostState,
    { place, about, doubted, why }: Found,
  ): CallLook | undefined {
    const standing = (key: string): Standing => standingOf(posts, name, key);
    const digestOf = (piece: object) => options.sha256(JSON.stringify(piece));
    let best: Needed | undefined;
    for (const each of pieces(desired, { standing, digestOf })) {
      const piece = options.refusals.tried(desired.incident, each);
      // Behind a line of which nobody knows whether it is there, only what cannot wait is told.
      if (!piece || !isTold(piece, doubted)) continue;
      const until = piece.call === 'edit' ? (doubts.ofEdit(desired.incident, piece.key) ?? 0) : 0;
      const post = { root: standing('root').ref, standing: standing(piece.key), piece };
      const needed = { call: piece.call, urgency: urgencyOf(piece, about, why), until, post };
      if (!best || isBefore(needed, best)) best = needed;
    }
    return best && { kind: 'call', place, about, ...best };
  }

  return { look };
}

interface Found {
  readonly place: string;
  readonly about: About;
  readonly doubted: readonly DoubtLook[];
  readonly why: Wake;
}

type CallLook = Extract<Look, { readonly kind: 'call' }>;
type DoubtLook = Extract<Look, { readonly kind: 'doubt' }>;

function isTold(piece: Piece, doubted: readonly DoubtLook[]): boolean {
  if (doubted.length === 0 || piece.call === 'edit') return true;
  return piece.urgency === urgency.asked && doubted.every(({ sought }) => sought.key !== piece.key);
}

function isBefore(one: Needed, other: Needed): boolean {
  return one.until === other.until ? one.urgency < other.urgency : one.until < other.until;
}

function urgencyOf(piece: Piece, { storm, wanted }: About, why: Wake): Urgency {
  if (storm) return urgency.critical;
  if (piece.call === 'edit' && piece.urgency === urgency.state && why !== 'state') {
    return urgency[why];
  }
  // Who acted on it in a storm looks for its thread.
  if (piece.call === 'root' && wanted && piece.urgency > urgency.critical) return urgency.critical;
  return piece.urgency;
}

function rootUrgency({ urgent, critical, storm, wanted }: About): Urgency {
  if (urgent) return urgency.asked;
  return critical || storm || wanted ? urgency.critical : urgency.state;
}
