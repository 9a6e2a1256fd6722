import type { LaneReading } from '../bot/loops/threads/index.ts';
import type { Parts } from './parts.ts';

/** An outside system behind a breaker. */
export interface Resting {
  readonly system: string;
  readonly rests: boolean;
  /** One of several that are one source. */
  readonly peer?: {
    readonly of: string;
    readonly host: string;
    readonly state: 'ok' | 'degraded' | 'down';
  };
}

/** All there are. Targets say how they are themselves, and of a chat platform its lane does. */
export function restingOf(
  { resting, targets }: Pick<Parts, 'resting' | 'targets'>,
  lanes: readonly Pick<LaneReading, 'surface' | 'downSince'>[],
): readonly Resting[] {
  return [
    ...lanes.map(({ surface, downSince }) => ({ system: surface, rests: downSince > 0 })),
    ...(resting?.() ?? []),
    ...targets.map(({ name, health }) => ({ system: name, rests: health() === 'down' })),
  ];
}
