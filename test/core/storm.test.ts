import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginning,
  currentStorm,
  ending,
  evolveStorm,
  isCovered,
  isOver,
  STORM_QUIET_MS,
  type StormState,
  waitingAnew,
} from '../../src/core/storm.ts';
import { T0 } from './given.ts';

const began = {
  type: 'StormBegan',
  v: 1,
  storm: 'storm-1',
  surface: 'slack/main',
  place: '#ops',
  since: T0,
  before: 7,
} as const;
const ended = { type: 'StormEnded', v: 1, storm: 'storm-1', opened: 40, open: 10 } as const;

const raging = evolveStorm([], began, { at: T0 + 1000 });
const over = evolveStorm(raging, ended, { at: T0 + 100_000 });

describe('a storm', () => {
  it('is the current one until it ends', () => {
    expect(currentStorm(raging)?.storm).toBe('storm-1');
    expect(currentStorm(over)).toBeUndefined();
    expect(over).toMatchObject([{ ended: { at: T0 + 100_000, opened: 40, open: 10 } }]);
  });

  it('keeps the newest few of a place', () => {
    let state: StormState = [];
    for (let at = 0; at < 10; at += 1) {
      state = evolveStorm(state, { ...began, storm: `storm-${at}` }, { at: T0 + at });
      state = evolveStorm(state, { ...ended, storm: `storm-${at}` }, { at: T0 + at });
    }
    expect(state.map(({ storm }) => storm)).toEqual(['storm-7', 'storm-8', 'storm-9']);
  });

  it('is not made by those that have waited since the one before', () => {
    expect(waitingAnew(over, [T0, T0 + 99_999, T0 + 100_001])).toEqual([T0 + 100_001]);
    expect(waitingAnew([], [T0])).toEqual([T0]);
  });

  it('goes on while one that is urgent waits, and while many open', () => {
    const now = T0 + 10 * STORM_QUIET_MS;
    const recent = Array.from({ length: 5 }, () => ({ openedAt: now - 1000, open: true }));
    expect(isOver(recent, 0, now)).toBe(false);
    expect(isOver(recent.slice(1), 0, now)).toBe(true);
    expect(isOver([], 1, now)).toBe(false);
  });

  it('covers what was resolved before its turn came, and nothing else', () => {
    expect(isCovered(over, { openedAt: T0 + 5000, open: false })).toBe(true);
    expect(isCovered(over, { openedAt: T0 + 5000, open: true })).toBe(false);
    expect(isCovered(over, { openedAt: T0 + 100_001, open: false })).toBe(false);
    expect(isCovered(over, { openedAt: T0 - 1, open: false })).toBe(false);
    expect(isCovered(raging, { openedAt: T0 + 999_999, open: false })).toBe(true);
  });
});

describe('what a storm came to', () => {
  const struck = fc.array(
    fc.record({ openedAt: fc.integer({ min: T0, max: T0 + 600_000 }), open: fc.boolean() }),
    { minLength: 11, maxLength: 200 },
  );

  it('counts every incident from the first that waited, and those shortly before it', () => {
    fc.assert(
      fc.property(struck, fc.integer({ min: 0, max: 50 }), (incidents, earlier) => {
        const arrived = earlier + incidents.length;
        const waiting = incidents.map(({ openedAt }) => openedAt);
        const { since, before } = beginning(waiting, incidents, arrived);
        expect(since).toBe(Math.min(...waiting));
        expect(before).toBe(earlier);
        const sum = ending({ since, before }, incidents, arrived);
        expect(sum.opened).toBe(incidents.length);
        expect(sum.open).toBe(incidents.filter(({ open }) => open).length);
      }),
    );
  });

  it('takes those in that got a thread before anything had to wait', () => {
    const incidents = [T0, T0 + 4000, T0 + 9000].map((openedAt) => ({ openedAt, open: true }));
    expect(beginning([T0 + 9000], incidents, 3)).toEqual({ since: T0, before: 0 });
    expect(beginning([T0 + 11_000], incidents, 3)).toEqual({ since: T0 + 4000, before: 1 });
  });
});
