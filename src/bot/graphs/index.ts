import { Worker } from 'node:worker_threads';
import type { Graph } from '../../core/graph/graph.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Drawn, DrawRequest, Pictures } from './protocol.ts';

export type { Pictures } from './protocol.ts';

/**
 * Draws in a thread of its own, so that a slow picture never stops the event loop. The thread starts with the first graph and
 * ends when nobody has asked for a while: at rest it costs nothing. Rejects with a ProblemError.
 */
export interface Painter {
  paint(graph: Graph): Promise<Pictures>;
  /** How many wait for their picture. */
  waiting(): number;
  close(): Promise<void>;
}

/** A picture takes a fifth of a second on a quiet machine; one that takes this long is not coming. */
const paintWithinMs = 20_000;
const restMs = 60_000;
/** More at once is a storm, in which nobody looks at graphs. */
export const waitingMax = 16;

interface Waiting {
  done(pictures: Pictures): void;
  failed(why: string): void;
}

export function createPainter(clock: Pick<Clock, 'after'>): Painter {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let last = 0;
  let cancelRest: () => void = () => undefined;

  function started(): Worker {
    if (thread) return thread;
    const fresh = new Worker(new URL('./worker.ts', import.meta.url), {
      name: 'graphs',
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    fresh.on('message', (drawn: Drawn) => {
      const asked = waiting.get(drawn.id);
      waiting.delete(drawn.id);
      if ('pictures' in drawn) asked?.done(drawn.pictures);
      else asked?.failed(drawn.error);
      if (waiting.size === 0) cancelRest = clock.after(restMs, () => void end(fresh, ''));
    });
    fresh.on('error', (error) => void end(fresh, error instanceof Error ? error.message : ''));
    fresh.on('exit', () => void end(fresh, 'its thread ended'));
    fresh.unref();
    thread = fresh;
    return fresh;
  }

  async function end(which: Worker, why: string): Promise<void> {
    if (thread !== which) return;
    thread = undefined;
    cancelRest();
    for (const asked of waiting.values()) asked.failed(why);
    waiting.clear();
    await which.terminate();
  }

  return {
    waiting: () => waiting.size,
    paint: (graph) =>
      new Promise((resolve, reject) => {
        const fail = (why: string) => reject(new ProblemError(problem('GRAPH_NOT_DRAWN', { why })));
        if (waiting.size >= waitingMax) return fail('too many others are being drawn');
        cancelRest();
        const worker = started();
        last += 1;
        const id = last;
        const cancel = clock.after(paintWithinMs, () => {
          waiting.delete(id);
          fail(`it took longer than ${paintWithinMs / 1000} s`);
          // Whatever it is busy with, it does not come back from it.
          void end(worker, 'its thread hung');
        });
        waiting.set(id, {
          done(pictures) {
            cancel();
            resolve(pictures);
          },
          failed(why) {
            cancel();
            fail(why);
          },
        });
        worker.postMessage({ id, graph } satisfies DrawRequest);
      }),
    close: async () => {
      if (thread) await end(thread, 'the bot ends');
    },
  };
}
