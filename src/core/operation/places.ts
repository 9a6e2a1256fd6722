import { type Evidence, isMember } from '../person.ts';
import type { Place } from './policy.ts';

/**
 * How many seats the approvers can fill, one person a seat at most (a bipartite matching: who came first never
 * blocks a place that somebody else could have filled differently).
 */
export function seatsFilled(places: readonly Place[], approvers: readonly Evidence[]): number {
  const seats = seatsOf(places);
  const holder = new Map<number, Evidence>();
  return distinct(approvers).filter((approver) => seat(approver, seats, holder, new Set())).length;
}

export function seatsNeeded(places: readonly Place[]): number {
  return places.reduce((sum, place) => sum + place.count, 0);
}

export function allSeatsFilled(places: readonly Place[], approvers: readonly Evidence[]): boolean {
  return seatsFilled(places, approvers) === seatsNeeded(places);
}

/** Whether anybody could fill one of the places at all. */
export function isEligible(places: readonly Place[], person: Evidence): boolean {
  return places.some((place) => isMember(person, place.from));
}

function seat(
  approver: Evidence,
  seats: readonly string[],
  holder: Map<number, Evidence>,
  tried: Set<number>,
): boolean {
  for (const [index, group] of seats.entries()) {
    if (tried.has(index) || !isMember(approver, group)) continue;
    tried.add(index);
    const sitting = holder.get(index);
    if (!sitting || seat(sitting, seats, holder, tried)) {
      holder.set(index, approver);
      return true;
    }
  }
  return false;
}

function seatsOf(places: readonly Place[]): readonly string[] {
  return places.flatMap((place) => Array.from({ length: place.count }, () => place.from));
}

function distinct(approvers: readonly Evidence[]): readonly Evidence[] {
  return approvers.filter(
    (approver, index) => approvers.findIndex(({ person }) => person === approver.person) === index,
  );
}
