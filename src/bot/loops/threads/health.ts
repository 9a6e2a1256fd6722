import type { Ensured, Found } from '../../../core/ports/surface.ts';
import type { ThreadsLoopOptions } from './index.ts';

/** Whether the surface takes what it is told. */
export interface Health {
  heard(outcome: Ensured | Found): Promise<void>;
  /** Nothing is sent before then, ms: a platform that does not answer is not asked all the time. */
  closedUntil(): number;
  /** One call at a time while nobody knows whether it answers. */
  isDoubtful(): boolean;
  downSince(): number;
  /** Nothing is missing there any more. */
  caughtUp(): Promise<void>;
}

/** So long without taking anything, and the other surfaces say so. */
const downAfterMs = 30_000;
/** Between two tries while nobody answers: growing up to the largest. */
const pauseMs = 500;
const pauseMaxMs = 15_000;
/** So many calls in a row that are told to wait. */
const refusedMax = 3;

type Options = Pick<ThreadsLoopOptions, 'engine' | 'clock' | 'log'> & { readonly name: string };

export function createHealth({ engine, clock, log, name }: Options): Health {
  let silent = 0;
  let refused = 0;
  let failingSince = 0;
  let closedUntil = 0;

  async function up(): Promise<void> {
    silent = 0;
    refused = 0;
    failingSince = 0;
    closedUntil = 0;
    if (engine.surface(name).downSince === 0) return;
    log('surface takes posts again', { surface: name });
    await engine.record({
      kind: 'surface',
      id: name,
      event: { type: 'SurfaceUp', v: 1, surface: name },
    });
  }

  async function failed(waitMs: number | undefined): Promise<void> {
    const now = clock.now();
    failingSince ||= now;
    if (waitMs === undefined) {
      silent += 1;
      if (silent > 1) closedUntil = now + Math.min(pauseMaxMs, pauseMs * 2 ** (silent - 2));
    } else {
      refused += 1;
      // It is not this thread or that one: nothing is taken at all.
      if (refused >= refusedMax) closedUntil = now + Math.min(pauseMaxMs, waitMs);
    }
    if (now - failingSince < downAfterMs || engine.surface(name).downSince > 0) return;
    log('surface takes nothing', { surface: name, since: failingSince });
    const event = { type: 'SurfaceDown', v: 1, surface: name, since: failingSince } as const;
    await engine.record({ kind: 'surface', id: name, event });
  }

  return {
    async heard(outcome) {
      if (outcome.ok) return up();
      if (outcome.why === 'wait') return failed(outcome.afterMs);
      return outcome.why === 'unknown' ? failed(undefined) : up();
    },
    closedUntil: () => closedUntil,
    isDoubtful: () => silent > 1,
    downSince: () => engine.surface(name).downSince,
    caughtUp: up,
  };
}
