import { describe, expect, it } from 'vitest';
import { knownLevels, knownPageChanges } from '../../../src/core/known/facts.ts';

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 19, 3, 14);

describe('changes that a pager was told of', () => {
  const change = (hours: number, more: object = {}) => ({
    summary: `build ${hours}`,
    source: 'ci',
    at: now - hours * HOUR,
    ...more,
  });

  it('are those of the last day, the newest, without our own', () => {
    const all = [
      change(-1),
      change(1),
      change(2, { source: 'tocsin' }),
      ...[3, 4, 5, 6, 7].map((hours) => change(hours)),
      change(25),
    ];
    const { changes, more } = knownPageChanges(all, now);
    expect([changes.map(({ summary }) => summary), more]).toEqual([
      ['build 1', 'build 3', 'build 4', 'build 5', 'build 6'],
      1,
    ]);
  });

  it('tell no secret', () => {
    const { changes } = knownPageChanges([change(1, { summary: 'set password=hunter22' })], now);
    expect(changes[0]?.summary).not.toContain('hunter22');
  });
});

describe('who is woken and when', () => {
  const call = (level: number, person: string, more: object = {}) => ({
    ...{ policy: 'P1', policyName: 'Payments', schedule: 'S1', scheduleName: 'primary' },
    ...{ level, person, from: undefined, until: undefined },
    ...more,
  });

  it('is told by level, each once, and only of now', () => {
    const levels = knownLevels(
      [
        call(2, 'ben', { until: now + HOUR }),
        call(1, 'ana', { from: now - HOUR, until: now + HOUR }),
        call(1, 'ana', { from: now - HOUR, until: now + HOUR, schedule: 'S2' }),
        call(1, 'cleo', { from: now + HOUR }),
        call(1, 'dora', { until: now }),
        call(3, 'eve'),
      ],
      now,
    );
    expect(levels).toEqual([
      { level: 1, person: 'ana', until: now + HOUR },
      { level: 2, person: 'ben', until: now + HOUR },
      { level: 3, person: 'eve' },
    ]);
  });
});
