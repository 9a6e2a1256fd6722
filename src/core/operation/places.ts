import { type Evidence, isMember } from '../person.ts';
import type { AllowRule, Place } from './policy.ts';

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

/**
 * Who has a say in an operation that is not theirs: whoever may approve it. Where the rule wants no approval these are
 * the requesters' groups, or an unknown end could never be settled.
 */
export function mayDecide(rule: AllowRule | undefined, person: Evidence): boolean {
  return rule !== undefined && deciders(rule).some((group) => isMember(person, group));
}

export function deciders(rule: AllowRule): readonly string[] {
  const groups = rule.places.length > 0 ? rule.places.map(({ from }) => from) : rule.requesters;
  return [...new Set(groups)];
}

/**
 * What is still wanted: how many people, and of each group how many newcomers would count. The groups sum up to more
 * than the count where one who approved could sit on either side.
 */
export function seatsOpen(places: readonly Place[], approvers: readonly Evidence[]): SeatsOpen {
  const filled = seatsFilled(places, approvers);
  const count = seatsNeeded(places) - filled;
  const groups = [...new Set(places.map(({ from }) => from))].map((from) => {
    const newcomers = Array.from({ length: count }, (_, index) => newcomer(from, index));
    return { from, count: seatsFilled(places, [...approvers, ...newcomers]) - filled };
  });
  return { count, groups: groups.filter((group) => group.count > 0) };
}

export interface SeatsOpen {
  readonly count: number;
  readonly groups: readonly Place[];
}

/** Nobody real: a person id never holds a blank. */
function newcomer(group: string, index: number): Evidence {
  return {
    person: `newcomer ${index}`,
    surface: '',
    account: '',
    memberships: [{ group, source: 'static', ageMs: 0 }],
  };
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
