import { describe, expect, it } from 'vitest';
import { type Explored, exploreNight } from '../core/operation/gate/explore.ts';
import { longNights, nights } from '../core/operation/gate/nights.ts';

/** Presses, factors, clocks and memberships that may be off, all of them together: so many intents deep. */
const combinedMax = 8;

describe('every night of the gate, until nothing new comes', () => {
  it.each(longNights.map((night) => [night.name, night] as const))('%s', (name, night) => {
    const found = exploreNight(night);
    say(name, found);
    expect(found.broken).toEqual([]);
    expect(found.statuses.size).toBeGreaterThan(3);
  });
});

describe('every night of the gate, whatever is off at once', () => {
  it.each(nights.map((night) => [night.name, night] as const))('%s', (name, night) => {
    const found = exploreNight(night, { thorough: 'all', intentsMax: combinedMax });
    say(`${name}, combined`, found);
    expect(found.broken).toEqual([]);
    expect(found.statuses.size).toBeGreaterThan(3);
  });
});

function say(night: string, { states, turns, depth }: Explored): void {
  console.info(JSON.stringify({ night, states, turns, depth }));
}
