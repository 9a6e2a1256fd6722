import type { Ensured, Surface } from '../../../core/ports/surface.ts';
import { GONE_MAX, type PostEvent } from '../../../core/post.ts';
import type { Doubts } from './doubts.ts';
import type { Health } from './health.ts';
import type { ThreadsLoopOptions } from './index.ts';
import type { Look, Needed } from './look.ts';
import type { LostPlaces } from './lost-places.ts';
import type { Piece } from './next-post.ts';
import type { Refusals } from './refusals.ts';
import { type Settling, sweepAfterMs } from './settle.ts';

/** One call to the surface, with what is put on record before and after it. */
export interface Caller {
  post(thread: string, place: string, post: NonNullable<Needed['post']>): Promise<CallEnd>;
  /** Looks for what was sent without an answer. */
  settle(doubt: Extract<Look, { kind: 'doubt' }>): Promise<CallEnd>;
}

export interface CallEnd {
  /** When the same thread may be looked at again; at once when absent. */
  readonly againAt?: number;
}

/** A surface keeps its own time limits; one that forgets itself does not hold up its place for ever. */
const answerMaxMs = 60_000;
/** After a search that was not answered. */
const searchAgainMs = 5000;

type Options = Pick<ThreadsLoopOptions, 'engine' | 'clock' | 'log'> & {
  readonly surface: Surface;
  readonly doubts: Doubts;
  readonly health: Health;
  readonly places: LostPlaces;
  readonly refusals: Refusals;
  readonly settling: Settling;
  readonly givenUp: () => void;
};

export function createCaller(options: Options): Caller {
  const { engine, clock, log, surface, doubts, health, places, refusals, settling } = options;
  const { name } = surface;
  const record = (thread: string, event: PostEvent) =>
    engine.record({ kind: 'posts', id: thread, event });

  async function post(
    thread: string,
    place: string,
    { root, standing, piece }: NonNullable<Needed['post']>,
  ): Promise<CallEnd> {
    const isCreate = piece.ref === undefined;
    if (isCreate) {
      const also = piece.also.length === 0 ? {} : { also: piece.also };
      // Tried before and surely not there: it is on record already.
      if (standing.begunAt === undefined || !isSame(standing.begunWith ?? [], piece.also)) {
        await record(thread, {
          type: 'PostBegun',
          v: 1,
          surface: name,
          key: piece.key,
          place,
          ...also,
        });
      }
      doubts.creating(thread, piece.key, clock.now() + answerMaxMs);
    }
    const ensured = await answered(send(thread, place, { root, piece }));
    await health.heard(ensured);
    if (!ensured.ok && ensured.why !== 'unknown' && isCreate) doubts.cleared(thread, piece.key);
    return ended(thread, place, { root, piece, ensured, isUnsure: standing.unsure === true });
  }

  function send(
    incident: string,
    place: string,
    { root, piece }: { readonly root: string; readonly piece: Piece },
  ): Promise<Ensured> {
    const { shows, ref } = piece;
    return shows.kind === 'root'
      ? surface.ensureRoot({ incident, place, card: shows.card, ref })
      : surface.ensureEntry({ incident, place, root, entry: shows.entry, ref });
  }

  async function answered(sent: Promise<Ensured>): Promise<Ensured> {
    const limit = Promise.withResolvers<Ensured>();
    const cancel = clock.after(answerMaxMs, () =>
      limit.resolve({ ok: false, why: 'unknown', landsWithinMs: answerMaxMs }),
    );
    const failed = (error: unknown): Ensured => {
      log('surface failed', { surface: name, error });
      return { ok: false, why: 'unknown', landsWithinMs: answerMaxMs };
    };
    return Promise.race([sent.catch(failed), limit.promise]).finally(cancel);
  }

  async function ended(thread: string, place: string, end: Ended): Promise<CallEnd> {
    const { root, piece, ensured } = end;
    const { key } = piece;
    const at = { v: 1, surface: name, key } as const;
    if (ensured.ok) {
      const also = piece.also.length === 0 ? {} : { also: piece.also };
      doubts.settled(thread, key);
      const isOldLanding = doubts.made(thread, key, piece.ref === undefined ? 'created' : 'edited');
      await record(thread, {
        type: 'Posted',
        ...at,
        ref: ensured.ref,
        digest: piece.digest,
        ...also,
        ...(isOldLanding ? { unsure: true } : {}),
      });
      places.found(place);
      return {};
    }
    switch (ensured.why) {
      case 'wait':
        // The surface keeps the account for everybody else: this may be a limit of one thread alone.
        return { againAt: clock.now() + ensured.afterMs };
      case 'unknown': {
        const until = clock.now() + ensured.landsWithinMs;
        if (piece.ref === undefined) doubts.creating(thread, key, until);
        else {
          doubts.editing(thread, key, until);
          if (!end.isUnsure) await record(thread, { type: 'PostUnsure', ...at });
        }
        return {};
      }
      case 'gone':
        await gone(
          thread,
          piece.ref === undefined ? { key: 'root', ref: root } : { key, ref: piece.ref },
        );
        return {};
      case 'worn':
        await record(thread, { type: 'PostWorn', ...at, ref: piece.ref ?? '' });
        return {};
      case 'lost':
        log('place lost', { surface: name, place, code: ensured.problem.code });
        if (piece.call === 'root') places.lost(place, ensured.problem);
        else places.lostThread(place, thread, ensured.problem);
        return {};
      case 'refused':
        log('post refused', { surface: name, thread, key, code: ensured.problem.code });
        refusals.refused(thread, piece, ensured.problem.code);
        return {};
      default:
        return ensured satisfies never;
    }
  }

  async function gone(
    thread: string,
    { key, ref }: { readonly key: string; readonly ref: string },
  ) {
    await record(thread, { type: 'PostGone', v: 1, surface: name, key, ref });
    doubts.settled(thread, key);
    const posts = await engine.posts(thread);
    if ((posts[`${name} ${key}`]?.gone ?? 0) < GONE_MAX) return;
    options.givenUp();
    log('post was taken away twice, it is not made again', { surface: name, thread, key });
  }

  async function settle(doubt: Extract<Look, { kind: 'doubt' }>): Promise<CallEnd> {
    const { sought } = doubt;
    const { thread, key } = sought;
    const found = await settling.find(sought);
    await health.heard(found);
    settling.sweepLater(sought, clock.now() + sweepAfterMs);
    if (found.ok) {
      const [ref] = found.refs;
      if (ref === undefined) {
        doubts.cleared(thread, key);
        return {};
      }
      const { begunWith } = (await engine.posts(thread))[`${name} ${key}`] ?? {};
      const also = begunWith === undefined ? {} : { also: begunWith };
      // What it shows is not known, so that the next turn brings it up to date.
      await record(thread, { type: 'Posted', v: 1, surface: name, key, ref, digest: '', ...also });
      doubts.settled(thread, key);
      return {};
    }
    switch (found.why) {
      case 'wait':
        return { againAt: clock.now() + found.afterMs };
      case 'gone':
        doubts.cleared(thread, key);
        if (key !== 'root') await gone(thread, { key: 'root', ref: sought.root });
        return {};
      case 'lost':
        doubts.cleared(thread, key);
        places.lostThread(sought.place, thread, found.problem);
        return {};
      case 'refused':
        // It cannot be looked for: a message too many is better than an alert that nobody sees.
        log('search refused', { surface: name, thread, code: found.problem.code });
        doubts.cleared(thread, key);
        return {};
      default:
        return { againAt: clock.now() + searchAgainMs };
    }
  }

  return { post, settle };
}

interface Ended {
  readonly root: string;
  readonly piece: Piece;
  readonly ensured: Ensured;
  /** Known already not to be known. */
  readonly isUnsure: boolean;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
