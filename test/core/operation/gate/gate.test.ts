import { describe, expect, it } from 'vitest';
import { exploreNight } from './explore.ts';
import { flaws } from './flaws.ts';
import { nights } from './nights.ts';

/** The first of what the deep project looks at whole. */
const intentsMax = 5;

describe('the gate', () => {
  it.each(nights.map((night) => [night.name, night] as const))(
    'keeps its promises: %s',
    (_, night) => {
      const { broken, states } = exploreNight(night, { intentsMax });
      expect(broken).toEqual([]);
      expect(states).toBeGreaterThan(30);
    },
  );
});

describe('a gate that is broken in one place is found out', () => {
  it.each(flaws.map((flaw) => [flaw.name, flaw] as const))('%s', (_, flaw) => {
    const night = nights.find(({ name }) => name === flaw.night);
    if (!night) throw new Error(`no night is called ${flaw.night}`);
    const { broken } = exploreNight(night, { core: flaw.core, intentsMax: 9 });
    expect(broken.map((each) => each.split('\n', 1)[0])).toContain(flaw.promise);
  });
});
