import type { Parts } from './compose.ts';

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

/** All there are. Targets say how they are themselves. */
export function restingOf({
  resting,
  targets,
}: Pick<Parts, 'resting' | 'targets'>): readonly Resting[] {
  return [
    ...(resting?.() ?? []),
    ...targets.map(({ name, health }) => ({ system: name, rests: health() === 'down' })),
  ];
}
