import type { Found, Surface } from '../../../core/ports/surface.ts';
import { standingOf } from '../../../core/post.ts';
import type { Doubt } from './doubts.ts';
import type { ThreadsLoopOptions } from './index.ts';

/** Posts of ours that were sent without an answer: found again, and their doubles taken away. */
export interface Settling {
  /** The posts that carry the key, oldest first, without the one that stands on record. */
  find(sought: Unsettled): Promise<Found>;
  /** Looks once more, later: a platform may apply what it did not answer after every limit. */
  sweepLater(sought: Unsettled, at: number): void;
  /** Sweeps that wait. */
  waiting(): number;
  close(): void;
}

export interface Unsettled {
  readonly thread: string;
  readonly key: string;
  readonly place: string;
  readonly root: string;
  readonly since: Doubt['since'];
}

/** The platform's clock may be behind ours. */
const skewMs = 60_000;
/** After a request can no longer land. */
export const sweepAfterMs = 30_000;
const retryMs = 30_000;
const triesMax = 10;
/** More would mean that nothing has been answered for hours; the oldest have been looked for once. */
const sweepsMax = 5000;

type Options = Pick<ThreadsLoopOptions, 'engine' | 'clock' | 'log'> & { readonly surface: Surface };

export function createSettling({ engine, clock, log, surface }: Options): Settling {
  const sweeps = new Map<string, () => void>();

  async function find(sought: Unsettled): Promise<Found> {
    if (!surface.find) return { ok: true, refs: [] };
    const { thread: incident, key, place, root } = sought;
    const found = await surface.find({ incident, key, place, root, since: sought.since - skewMs });
    if (!found.ok) return found;
    const { ref: known } = standingOf(await engine.posts(incident), surface.name, key);
    return { ok: true, refs: found.refs.filter((ref) => ref !== known) };
  }

  function sweepLater(sought: Unsettled, at: number, tries = 0): void {
    const name = `${sought.thread} ${sought.key}`;
    sweeps.get(name)?.();
    sweeps.delete(name);
    const run = () => {
      sweeps.delete(name);
      void sweep(sought).then(
        (isDone) => {
          if (isDone) return;
          if (tries < triesMax) sweepLater(sought, clock.now() + retryMs, tries + 1);
          else log('doubles were not looked for', { surface: surface.name, thread: sought.thread });
        },
        (error: unknown) =>
          log('sweep failed', { surface: surface.name, thread: sought.thread, error }),
      );
    };
    sweeps.set(name, clock.after(Math.max(0, at - clock.now()), run));
    const oldest = sweeps.size > sweepsMax ? sweeps.entries().next().value : undefined;
    if (oldest === undefined) return;
    oldest[1]();
    sweeps.delete(oldest[0]);
  }

  /** True when there is no double any more. */
  async function sweep(sought: Unsettled): Promise<boolean> {
    const posts = await engine.posts(sought.thread);
    const { ref, begunAt } = standingOf(posts, surface.name, sought.key);
    const { movedTo = sought.place } = standingOf(posts, surface.name, 'root');
    if (movedTo !== sought.place) return true;
    // While one is being made or sought, whatever is found may be the one.
    if (ref === '' || begunAt !== undefined) return false;
    const found = await find(sought);
    if (!found.ok) return found.why === 'gone' || found.why === 'refused';
    for (const ref of found.refs) {
      const removed = await surface.remove?.(ref);
      if (removed && !removed.ok && removed.why !== 'gone') return false;
      log('double removed', { surface: surface.name, thread: sought.thread, key: sought.key });
    }
    return true;
  }

  return {
    find,
    sweepLater,
    waiting: () => sweeps.size,
    close() {
      for (const cancel of sweeps.values()) cancel();
      sweeps.clear();
    },
  };
}
