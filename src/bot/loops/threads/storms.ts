import type { Surface } from '../../../core/ports/surface.ts';
import {
  beginning,
  currentStorm,
  ending,
  isCovered,
  isOver,
  STORM_ROOTS,
  waitingAnew,
} from '../../../core/storm.ts';
import type { About, ThreadsLoopOptions } from './index.ts';

/** Where more incidents open than the place takes messages: one card stands in for the threads that are kept back. */
export interface Storms {
  /** Not now: the storm's card tells of it. */
  keeps(place: string, about: About): boolean;
  /** Resolved before its turn came: it needs no thread any more. */
  covers(place: string, about: About): boolean;
  keep(place: string, thread: string): void;
  /** Looked at again: it is kept no more, unless it is kept anew. */
  release(thread: string): void;
  kept(): number;
  /** Threads of the cards of the storms that rage. */
  raging(): readonly { readonly place: string; readonly storm: string }[];
  /** Begins and ends storms. Answers the threads that are to be looked at again. */
  judge(waiting: ReadonlyMap<string, WaitingRoots>): Promise<readonly string[]>;
  /** Before then the card of a storm is not edited again, ms. */
  cardDue(storm: string): number;
  cardShown(storm: string): void;
}

/** Threads of a place that have no root yet and may have one. */
export interface WaitingRoots {
  readonly threads: readonly string[];
  readonly openedAt: readonly number[];
}

/** Between two edits of a storm's card: readers follow, and the platform's budget for edits is left to the threads. */
const cardEveryMs = 3000;
/** Between two looks whether a storm is over. */
export const stormLookMs = 5000;

type Options = Pick<ThreadsLoopOptions, 'engine' | 'clock' | 'log' | 'sha256' | 'threads'> & {
  readonly surface: Surface;
};

export function createStorms({ engine, clock, log, sha256, threads, surface }: Options): Storms {
  const kept = new Map<string, string>();
  const shownAt = new Map<string, number>();
  let lookedAt = 0;
  const stormsAt = (place: string) => engine.storms(`${surface.name}/${place}`);
  const raging = () => threads.storms(surface.name);

  async function begin(place: string, { threads: roots, openedAt }: WaitingRoots) {
    const storms = stormsAt(place);
    const anew = waitingAnew(storms, openedAt);
    if (currentStorm(storms) || anew.length <= STORM_ROOTS) return [];
    // A burst that the platform takes at once is none.
    if ((surface.budget?.wait('root', place) ?? 0) <= 0) return [];
    const { incidents, arrived } = threads.struck(surface.name, place);
    const { since, before } = beginning(anew, incidents, arrived);
    const storm = `storm-${sha256(`${surface.name}/${place}/${since}`).slice(0, 10)}`;
    const where = { surface: surface.name, place };
    log('storm began', { ...where, waiting: anew.length });
    const event = { type: 'StormBegan', v: 1, storm, ...where, since, before } as const;
    await engine.record({ kind: 'storm', id: `${surface.name}/${place}`, event });
    return [storm, ...roots];
  }

  async function end(place: string, urgent: number): Promise<readonly string[]> {
    const storm = currentStorm(stormsAt(place));
    const { incidents, arrived } = threads.struck(surface.name, place);
    if (!storm || !isOver(incidents, urgent, clock.now())) return [];
    const sum = ending(storm, incidents, arrived);
    log('storm ended', { surface: surface.name, place, ...sum });
    const event = { type: 'StormEnded', v: 1, storm: storm.storm, ...sum } as const;
    await engine.record({ kind: 'storm', id: `${surface.name}/${place}`, event });
    shownAt.delete(storm.storm);
    const held = [...kept].flatMap(([thread, at]) => (at === place ? [thread] : []));
    return [storm.storm, ...held];
  }

  return {
    keeps: (place, { storm, open, critical, urgent, wanted }) =>
      !storm &&
      open &&
      !critical &&
      !urgent &&
      !wanted &&
      currentStorm(stormsAt(place)) !== undefined,
    covers: (place, about) => !about.storm && isCovered(stormsAt(place), about),
    keep: (place, thread) => void kept.set(thread, place),
    release: (thread) => void kept.delete(thread),
    kept: () => kept.size,
    raging,
    async judge(waiting) {
      const again: string[] = [];
      for (const [place, roots] of waiting) again.push(...(await begin(place, roots)));
      if (clock.now() < lookedAt + stormLookMs) return again;
      lookedAt = clock.now();
      for (const { place } of raging()) {
        again.push(...(await end(place, waiting.get(place)?.threads.length ?? 0)));
      }
      return again;
    },
    cardDue: (storm) => (shownAt.get(storm) ?? 0) + cardEveryMs * Math.max(1, raging().length),
    cardShown: (storm) => void shownAt.set(storm, clock.now()),
  };
}
