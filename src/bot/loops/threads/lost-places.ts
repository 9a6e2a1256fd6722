import type { Problem } from '../../../core/problem.ts';
import type { LostPlace } from './index.ts';

/** Places that take nothing from us: archived, thrown out, a right is missing. Each is tried again now and then. */
export interface LostPlaces {
  /** A root was refused there: the whole place is lost. */
  lost(place: string, problem: Problem): void;
  /** Something else was: that may be this thread alone, until it happens to another one as well. */
  lostThread(place: string, thread: string, problem: Problem): void;
  /** It took something. */
  found(place: string): void;
  /** When it is tried again, ms; undefined for one that is not lost or is to be tried now. */
  closedUntil(place: string, thread: string): number | undefined;
  isLost(place: string): boolean;
  all(): readonly LostPlace[];
}

/** A right is given back by a person: a minute at first, then ten. */
const retryMs = 60_000;
const retryMaxMs = 600_000;

interface Lost extends LostPlace {
  readonly tries: number;
  readonly retryAt: number;
  /** The one thread that it is about; undefined for the whole place. */
  readonly thread: string | undefined;
}

export function createLostPlaces(now: () => number): LostPlaces {
  const places = new Map<string, Lost>();

  function lose(place: string, problem: Problem, thread: string | undefined): void {
    const { since = now(), tries = 0 } = places.get(place) ?? {};
    const retryAt = now() + Math.min(retryMaxMs, retryMs * 2 ** tries);
    places.set(place, { place, since, problem, tries: tries + 1, retryAt, thread });
  }

  return {
    lost: (place, problem) => lose(place, problem, undefined),
    lostThread(place, thread, problem) {
      const before = places.get(place);
      lose(place, problem, before === undefined || before.thread === thread ? thread : undefined);
    },
    found: (place) => void places.delete(place),
    closedUntil(place, thread) {
      const lost = places.get(place);
      if (lost === undefined || lost.retryAt <= now()) return undefined;
      return lost.thread === undefined || lost.thread === thread ? lost.retryAt : undefined;
    },
    isLost: (place) => places.get(place)?.thread === undefined && places.has(place),
    all: () => [...places.values()].map(({ place, since, problem }) => ({ place, since, problem })),
  };
}
