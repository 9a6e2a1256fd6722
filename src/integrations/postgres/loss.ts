import { type Problem, problem } from '../../core/problem.ts';
import { behind } from './lsn.ts';
import type { Shown } from './plan-shown.ts';
import type { Sighting, Sightings } from './sightings.ts';
import type { Topology } from './topology.ts';

/** What a failover loses at most, as a plan says it. */
export interface Loss {
  readonly loses: string;
  readonly warning: Problem;
}

/** How far a primary that does not answer was when it was seen last, and how long ago that is. */
export interface LastSeen extends Sighting {
  readonly secondsAgo: number;
}

export function lastSeen(
  { primary, system, timeline }: Topology,
  {
    sightings,
    clock,
  }: {
    readonly sightings: Pick<Sightings, 'last'>;
    readonly clock: { now(): number };
  },
): LastSeen | undefined {
  const found = sightings.last({ node: primary.node.name, system, timeline });
  return found && { ...found, secondsAgo: Math.ceil((clock.now() - found.at) / 1000) };
}

/**
 * In bytes as far as anybody saw the primary write, by time from there on: what a dead server acknowledged after it was seen
 * last nobody can know.
 */
export function lossOf(
  { topology, candidates, mode }: Pick<Shown, 'topology' | 'candidates' | 'mode'>,
  seen: LastSeen | undefined,
): Loss {
  const [best] = candidates;
  const { node, state } = topology.primary;
  const primary = node.name;
  const bytes = state && best ? behind(state.received, best.received) : undefined;
  if (mode === 'planned') {
    return {
      loses: `nothing acknowledged; ${bytes ?? 0} bytes are waited for`,
      warning: problem('PG_LOSS_NONE', { bytes: bytes ?? 0 }),
    };
  }
  if (bytes !== undefined) {
    return {
      loses: `at most ${bytes} bytes, and what is acknowledged until the fence holds`,
      warning: problem('PG_LOSS_BYTES', { bytes, primary }),
    };
  }
  const received = best?.received ?? '';
  const since = best && best.replayedAt > 0 ? new Date(best.replayedAt).toISOString() : 'unknown';
  const facts = { since, node: best?.node.name ?? '', received, primary };
  if (seen === undefined) {
    return {
      loses: `at most what was acknowledged after ${since}`,
      warning: problem('PG_LOSS_SINCE', facts),
    };
  }
  const missing = behind(seen.lsn, received);
  const at = new Date(seen.at).toISOString();
  return {
    loses: `at most ${missing} bytes of what it wrote until ${at}, when it was seen last, ${seen.secondsAgo} s ago, and what it acknowledged after that`,
    warning: problem('PG_LOSS_SEEN', {
      ...facts,
      bytes: missing,
      at,
      seconds: seen.secondsAgo,
      wrote: seen.lsn,
    }),
  };
}
