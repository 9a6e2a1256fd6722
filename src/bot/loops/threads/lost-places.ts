import type { Problem } from '../../../core/problem.ts';
import type { LostPlace } from './index.ts';

/** Places that take nothing from us: archived, thrown out, a right is missing. Each is tried again now and then. */
export interface LostPlaces {
  lost(place: string, problem: Problem): void;
  found(place: string): void;
  /** When it is tried again, ms; undefined for one that is not lost or is to be tried now. */
  closedUntil(place: string): number | undefined;
  isLost(place: string): boolean;
  all(): readonly LostPlace[];
}

/** A right is given back by a person: a minute at first, then ten. */
const retryMs = 60_000;
const retryMaxMs = 600_000;

interface Lost extends LostPlace {
  readonly tries: number;
  readonly retryAt: number;
}

export function createLostPlaces(now: () => number): LostPlaces {
  const places = new Map<string, Lost>();
  return {
    lost(place, problem) {
      const { since = now(), tries = 0 } = places.get(place) ?? {};
      const retryAt = now() + Math.min(retryMaxMs, retryMs * 2 ** tries);
      places.set(place, { place, since, problem, tries: tries + 1, retryAt });
    },
    found: (place) => void places.delete(place),
    closedUntil(place) {
      const retryAt = places.get(place)?.retryAt;
      return retryAt !== undefined && retryAt > now() ? retryAt : undefined;
    },
    isLost: (place) => places.has(place),
    all: () => [...places.values()].map(({ place, since, problem }) => ({ place, since, problem })),
  };
}
