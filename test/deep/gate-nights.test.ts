import { describe, expect, it } from 'vitest';
import { exploreNight } from '../core/operation/gate/explore.ts';
import { nights } from '../core/operation/gate/nights.ts';

describe('every night of the gate, until nothing new comes', () => {
  it.each(nights.map((night) => [night.name, night] as const))('%s', (name, night) => {
    const { broken, states, turns, depth, statuses } = exploreNight(night);
    console.info(JSON.stringify({ night: name, states, turns, depth }));
    expect(broken).toEqual([]);
    expect(statuses.size).toBeGreaterThan(3);
  });
});
