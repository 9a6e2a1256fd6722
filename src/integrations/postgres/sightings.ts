import type { Lsn } from './lsn.ts';
import type { Topology } from './topology.ts';

/** How far a primary had written when it was seen last. */
export interface Sighting {
  readonly node: string;
  readonly system: string;
  readonly timeline: number;
  readonly lsn: Lsn;
  /** ms, before it was asked: what it acknowledged until then is not beyond `lsn`. */
  readonly at: number;
}

/**
 * What a dead primary cannot be asked any more, and its replicas forget with the stream: how far it was. Kept in memory,
 * from whatever looked at it last; a watch of the service's database looks again and again.
 */
export interface Sightings {
  note(seen: Sighting): void;
  last(primary: Pick<Sighting, 'node' | 'system' | 'timeline'>): Sighting | undefined;
}

export function createSightings(): Sightings {
  let last: Sighting | undefined;
  return {
    note(seen) {
      if (last === undefined || seen.at >= last.at) last = seen;
    },
    last({ node, system, timeline }) {
      const isIt = last?.node === node && last.system === system && last.timeline === timeline;
      return isIt ? last : undefined;
    },
  };
}

export function sightingOf(
  { primary, system, timeline }: Topology,
  at: number,
): Sighting | undefined {
  const { node, state } = primary;
  return state && { node: node.name, system, timeline, lsn: state.received, at };
}
