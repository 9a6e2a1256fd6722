import { mayBeIn } from '../core/group.ts';
import type { AllowRule, Place } from '../core/operation/policy.ts';
import type { Person } from '../core/person.ts';
import type { Group } from '../core/settings.ts';
import { type Path, sayList } from './error.ts';
import type { Report } from './report.ts';

export interface PlaceScope {
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly report: Report;
}

/** Each place must be fillable by different people, none of them the requester. */
export function checkPlaces(
  rule: AllowRule,
  path: Path,
  { people, groups, report }: PlaceScope,
): void {
  if (rule.places.length === 0) return;
  // Whom a directory may name could give it: who it names is not known here.
  const membersOf = (name: string) => {
    const group = groups.find((each) => each.name === name);
    const named = people.filter((each) => group && mayBeIn(group, each)).map(({ id }) => id);
    return [...new Set([...(group?.members ?? []), ...named])];
  };
  const able = people.filter(({ accounts }) =>
    rule.surfaces === undefined ? true : rule.surfaces.some((kind) => accounts[kind] !== undefined),
  );
  const ids = new Set(able.map(({ id }) => id));
  const askers = [...new Set(rule.requesters.flatMap(membersOf))];
  const stuck = askers.filter((asker) => {
    const seats = seatsOf(rule.places).map((group) =>
      membersOf(group).filter((member) => member !== asker && ids.has(member)),
    );
    return !everySeatFilled(seats);
  });
  if (stuck.length === 0) return;
  if (stuck.length === askers.length) {
    const needed = rule.places.map(({ count, from }) => `${count} from ${from}`);
    report.error([...path, 'approvals'], {
      what: `the approvals of policies[${path[1]}] can never be given`,
      why: `no requester leaves enough other people for ${sayList(needed)}: one person fills one place, and nobody approves their own request`,
      instead: 'add people to the groups, or ask for fewer approvals',
    });
    return;
  }
  report.warn(
    [...path, 'approvals'],
    `what ${sayList(stuck)} may ask by policies[${path[1]}], nobody can approve`,
  );
}

function seatsOf(places: readonly Place[]): readonly string[] {
  return places.flatMap(({ count, from }) => Array.from({ length: count }, () => from));
}

/** Bipartite matching: who was seated first gives way if there is another seat for them. */
function everySeatFilled(seats: readonly (readonly string[])[]): boolean {
  const seatOf = new Map<string, number>();
  return seats.every((_, seat) => fill(seat, new Set()));

  function fill(seat: number, tried: Set<string>): boolean {
    for (const person of seats[seat] ?? []) {
      if (tried.has(person)) continue;
      tried.add(person);
      const sitting = seatOf.get(person);
      if (sitting === undefined || fill(sitting, tried)) {
        seatOf.set(person, seat);
        return true;
      }
    }
    return false;
  }
}
