import type { Sha256 } from '../../../core/event.ts';
import type { Surface } from '../../../core/ports/surface.ts';
import type { Problem } from '../../../core/problem.ts';
import type { Storm, Struck } from '../../../core/storm.ts';
import type { Thread } from '../../../core/view/card.ts';
import type { Clock } from '../../clock.ts';
import type { Engine } from '../../engine.ts';
import { createLaneAtOnce } from './at-once.ts';
import { createPacedLane } from './paced.ts';

export interface ThreadsLoopOptions {
  /** What surfaces that remember were sent, and where it stands. */
  readonly engine: Pick<Engine, 'posts' | 'record' | 'surface' | 'storms'>;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly surfaces: readonly Surface[];
  readonly threads: DesiredThreads;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** What every thread should show and where: readings, asked again before each call. */
export interface DesiredThreads {
  /** Undefined when there is no such thread. */
  desired(thread: string, surface: string): Promise<Thread | undefined>;
  /** Where on a surface the thread belongs; undefined when it does not belong there. */
  place(thread: string, surface: string): Promise<string | undefined>;
  /** What decides how urgent a thread is, without rendering it. */
  about(thread: string): Promise<About | undefined>;
  /** The incidents at hand of one place, and how many ever opened there. */
  struck(
    surface: string,
    place: string,
  ): { readonly incidents: readonly Struck[]; readonly arrived: number };
  /** The storms of a surface that rage. */
  storms(surface: string): readonly Storm[];
  /** Where the threads of a lost place go. */
  defaultPlace(surface: string): string | undefined;
}

export interface About {
  readonly openedAt: number;
  readonly open: boolean;
  readonly critical: boolean;
  /** An operation of it waits for an approval, has failed or may have failed. */
  readonly urgent: boolean;
  /** Somebody acted on it or asked for its thread. */
  readonly wanted: boolean;
  /** The thread of a storm's own card. */
  readonly storm: boolean;
  /** It goes to no other place than its own. */
  readonly private?: boolean;
}

/**
 * `answer`: somebody acted, and looks whether it shows. `state`: what it shows has changed. `enrichment`: something
 * beside it, that can wait for everything else.
 */
export type Wake = 'answer' | 'state' | 'enrichment';

export interface ThreadsLoop {
  /** Something of the thread changed; several changes are one turn. */
  wake(thread: string, why?: Wake): void;
  /** Threads that wait for their turn. */
  backlog(): number;
  /** What waits, what a storm keeps back and what cannot be reached, for metrics, `/ready` and the doctor. */
  lanes(): readonly LaneReading[];
  /** Resolves when nothing waits but what a storm keeps back and what has no place. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface LaneReading {
  readonly surface: string;
  /** Threads by what they wait for: `root`, `reply`, `edit`, `doubt`, `storm`, `place`. */
  readonly waiting: Readonly<Record<WaitsFor, number>>;
  /** Since when it has taken nothing, ms; 0 while it does. */
  readonly downSince: number;
  readonly storms: readonly string[];
  readonly lost: readonly LostPlace[];
  /** Posts that were given up since the start: refused even as plain text, or taken away twice. */
  readonly givenUp: number;
}

export type WaitsFor = 'root' | 'reply' | 'edit' | 'doubt' | 'storm' | 'place';

export interface LostPlace {
  readonly place: string;
  readonly since: number;
  readonly problem: Problem;
}

export type Lane = Omit<ThreadsLoop, 'lanes' | 'wake'> & {
  wake(thread: string, why: Wake): void;
  reading?(): LaneReading;
};

/**
 * Compares what each thread should show with what was last posted, and posts the difference. An event only wakes it:
 * restart, duplicate, outage, rate limit and storm are the same case, one more turn.
 */
export function createThreadsLoop(options: ThreadsLoopOptions): ThreadsLoop {
  // Each surface at its own pace: one that hangs or is told to wait keeps no other from showing what happens.
  const lanes: readonly Lane[] = options.surfaces.map((surface) =>
    surface.budget
      ? createPacedLane({ surface, budget: surface.budget, ...options })
      : createLaneAtOnce(surface, options),
  );
  return {
    wake(thread, why = 'state') {
      for (const lane of lanes) lane.wake(thread, why);
    },
    backlog: () => Math.max(0, ...lanes.map((lane) => lane.backlog())),
    lanes: () => lanes.flatMap((lane) => lane.reading?.() ?? []),
    idle: async () => void (await Promise.all(lanes.map((lane) => lane.idle()))),
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
}
