import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allSeatsFilled,
  isEligible,
  seatsFilled,
  seatsNeeded,
  seatsOpen,
} from '../../../src/core/operation/places.ts';
import type { Place } from '../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { ben, cleo, dbaAndSre, dora, eve, evidence } from './sample.ts';

describe('places', () => {
  it('are filled by one person each', () => {
    expect(allSeatsFilled(dbaAndSre, [ben, cleo])).toBe(true);
    expect(allSeatsFilled(dbaAndSre, [dora])).toBe(false);
    expect(allSeatsFilled(dbaAndSre, [ben, ben])).toBe(false);
    expect(allSeatsFilled(dbaAndSre, [ben, evidence('fay', ['sre'])])).toBe(false);
  });

  it('let somebody in two groups move over, in any order of arrival', () => {
    for (const other of [ben, cleo]) {
      expect(allSeatsFilled(dbaAndSre, [dora, other])).toBe(true);
      expect(allSeatsFilled(dbaAndSre, [other, dora])).toBe(true);
    }
  });

  it('move along a chain of three', () => {
    const places: readonly Place[] = ['a', 'b', 'c'].map((from) => ({ count: 1, from }));
    const people = [evidence('p', ['a', 'b']), evidence('q', ['b', 'c']), evidence('r', ['a'])];
    for (const order of permutations(people)) expect(allSeatsFilled(places, order)).toBe(true);
  });

  it('count two accounts of one person once', () => {
    const twice = [evidence('dora', ['sre']), evidence('dora', ['dba'], 'slack/main')];
    expect(seatsFilled(dbaAndSre, twice)).toBe(1);
  });

  it('know who could fill one at all', () => {
    expect(isEligible(dbaAndSre, ben)).toBe(true);
    expect(isEligible(dbaAndSre, eve)).toBe(false);
    expect(isEligible([], ben)).toBe(false);
  });

  it('that nobody wants are filled', () => {
    expect(allSeatsFilled([], [])).toBe(true);
    expect(seatsNeeded([])).toBe(0);
  });

  it('say who is still wanted', () => {
    const [dba, sre] = dbaAndSre;
    expect(seatsOpen(dbaAndSre, [])).toEqual({ count: 2, groups: [dba, sre] });
    expect(seatsOpen(dbaAndSre, [ben])).toEqual({ count: 1, groups: [dba] });
    expect(seatsOpen(dbaAndSre, [dora])).toEqual({ count: 1, groups: [dba, sre] });
    expect(seatsOpen(dbaAndSre, [dora, cleo])).toEqual({ count: 0, groups: [] });
    const three = [{ count: 3, from: 'sre' }];
    expect(seatsOpen(three, [ben])).toEqual({ count: 2, groups: [{ count: 2, from: 'sre' }] });
  });

  it('are filled as far as the best seating of all would fill them', () => {
    fc.assert(
      fc.property(somePlaces, somePeople, (places, people) => {
        expect(seatsFilled(places, people)).toBe(bestSeating(places, people));
      }),
    );
  });

  it('do not depend on who came first', () => {
    fc.assert(
      fc.property(somePlaces, somePeople, (places, people) => {
        expect(seatsFilled(places, people.toReversed())).toBe(seatsFilled(places, people));
      }),
    );
  });
});

const groups = ['a', 'b', 'c'];

const somePlaces: fc.Arbitrary<readonly Place[]> = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 2 }), from: fc.constantFrom(...groups) }),
  { maxLength: 3 },
);

const somePeople: fc.Arbitrary<readonly Evidence[]> = fc
  .array(fc.subarray(groups), { maxLength: 5 })
  .map((all) => all.map((memberships, index) => evidence(`p${index}`, memberships)));

/** By trying everything: each person takes no seat, or one that is free. */
function bestSeating(places: readonly Place[], people: readonly Evidence[]): number {
  const seats = places.flatMap(({ count, from }) => Array.from({ length: count }, () => from));
  const best = (index: number, free: readonly string[]): number => {
    const person = people[index];
    if (!person) return 0;
    const takes = free
      .map((group, seat) => ({ group, seat }))
      .filter(({ group }) => person.memberships.some((membership) => membership.group === group))
      .map(({ seat }) => 1 + best(index + 1, free.toSpliced(seat, 1)));
    return Math.max(best(index + 1, free), ...takes);
  };
  return best(0, seats);
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.length === 0
    ? [[]]
    : items.flatMap((item, index) =>
        permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
      );
}
