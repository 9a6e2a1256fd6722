import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/config/zones.ts';
import {
  groupsAsked,
  holdsArguments,
  holdsTargets,
  holdsValue,
  isWithin,
  type MatchQuestion,
  matches,
  type PolicyMatch,
  type TimeWindow,
} from '../../../src/core/operation/match.ts';
import { ben, T0 } from './sample.ts';

describe('a time of the week', () => {
  const nights: TimeWindow = {
    days: ['fri'],
    between: { from: 22 * 60, to: 6 * 60 },
    timeZone: 'Europe/Berlin',
  };

  it.each([
    ['before it begins', '2026-11-27T20:59:59Z', false],
    ['as it begins', '2026-11-27T21:00:00Z', true],
    ['past midnight, which is still the night of Friday', '2026-11-28T04:59:59Z', true],
    ['as it ends', '2026-11-28T05:00:00Z', false],
    ['in the night before', '2026-11-27T01:00:00Z', false],
    ['in the night after', '2026-11-28T22:00:00Z', false],
    ['an hour earlier in summer', '2026-07-03T20:00:00Z', true],
    ['and ending earlier in summer', '2026-07-04T04:00:00Z', false],
  ])('holds or not %s', (_when, at, held) => {
    expect(isWithin(nights, Date.parse(at), localTime)).toBe(held);
  });

  it('is the whole day where no hours are named, and every day where no days are', () => {
    const weekend: TimeWindow = { days: ['sat', 'sun'], timeZone: 'UTC' };
    expect(isWithin(weekend, Date.parse('2026-11-28T00:00:00Z'), localTime)).toBe(true);
    expect(isWithin(weekend, Date.parse('2026-11-27T23:59:59Z'), localTime)).toBe(false);
    const noon: TimeWindow = { between: { from: 720, to: 721 }, timeZone: 'UTC' };
    expect(isWithin(noon, Date.parse('2026-11-24T12:00:30Z'), localTime)).toBe(true);
    expect(isWithin(noon, Date.parse('2026-11-24T12:01:00Z'), localTime)).toBe(false);
  });

  it('skips what the change to summer time skips', () => {
    const early: TimeWindow = { between: { from: 120, to: 180 }, timeZone: 'Europe/Berlin' };
    // 1:59 is followed by 3:00.
    const before = Date.parse('2026-03-29T00:59:59Z');
    expect(isWithin(early, before, localTime)).toBe(false);
    expect(isWithin(early, before + 1000, localTime)).toBe(false);
    expect(isWithin(early, Date.parse('2026-03-28T01:00:00Z'), localTime)).toBe(true);
  });
});

describe('a time of the day', () => {
  const clock = (minute: number) => () => ({ day: 'wed', minute }) as const;

  it('that ends as it begins is a whole day, which belongs to the day it begins on', () => {
    const around: TimeWindow = { days: ['wed'], between: { from: 360, to: 360 }, timeZone: 'UTC' };
    expect(isWithin(around, 0, clock(360))).toBe(true);
    expect(isWithin(around, 0, clock(1439))).toBe(true);
    expect(isWithin(around, 0, clock(359))).toBe(false);
    const since: TimeWindow = { ...around, days: ['tue'] };
    expect(isWithin(since, 0, clock(359))).toBe(true);
    expect(isWithin(since, 0, clock(360))).toBe(false);
  });

  it('is every minute where none is named', () => {
    const day: TimeWindow = { days: ['wed'], timeZone: 'UTC' };
    for (const minute of [0, 1, 719, 1439]) {
      expect(isWithin(day, 0, clock(minute))).toBe(true);
    }
  });
});

describe('a rule', () => {
  const question: MatchQuestion = {
    ...{ verb: 'scale', family: 'change', risk: 'change', service: 'checkout' },
    ...{ environment: 'production', requester: ben, targets: [], args: {}, at: T0 },
  };
  const of = (match: PolicyMatch) => ({ kind: 'allow', match }) as const;

  it('for a severity holds where that is known, and not where none is', () => {
    const critical = of({ severity: ['critical'] });
    expect(matches(critical, question, { localTime, severity: 'critical' })).toBe(true);
    expect(matches(critical, question, { localTime, severity: 'info' })).toBe(false);
    expect(matches(critical, question, { localTime })).toBe(false);
    expect(matches(of({}), question, { localTime, severity: 'info' })).toBe(true);
  });

  it('for whoever is on call holds where somebody is and they are it', () => {
    const onCall = of({ onCall: true });
    expect(matches(onCall, { ...question, onCall: 'sre' }, { localTime })).toBe(true);
    expect(matches(onCall, { ...question, onCall: 'dba' }, { localTime })).toBe(false);
    expect(matches(onCall, question, { localTime })).toBe(false);
  });

  it('hangs on the groups that it names, and on those on call where it asks for them', () => {
    expect(groupsAsked({}, { onCall: 'sre' })).toEqual([]);
    expect(groupsAsked({ group: ['dba'] }, { onCall: 'sre' })).toEqual(['dba']);
    expect(groupsAsked({ group: ['dba'], onCall: true }, { onCall: 'sre' })).toEqual([
      'dba',
      'sre',
    ]);
    expect(groupsAsked({ onCall: true }, { onCall: 'sre' })).toEqual(['sre']);
    expect(groupsAsked({ group: ['dba'], onCall: true }, {})).toEqual(['dba']);
  });

  it('for a value holds for none that was not given, whatever the names of an object are', () => {
    expect(holdsArguments({ replicas: {} }, {})).toBe(false);
    expect(holdsArguments({ toString: {} }, {})).toBe(false);
    expect(holdsArguments({ replicas: {} }, { replicas: 0 })).toBe(true);
    expect(holdsArguments(undefined, {})).toBe(true);
  });
});

describe('a value', () => {
  it.each([
    [{ above: 20 }, 20, false],
    [{ above: 20 }, 21, true],
    [{ above: 20 }, 'many', false],
    [{ above: 20 }, '21', false],
    [{ below: 3 }, '2', false],
    [{ below: 3 }, 3, false],
    [{ below: 3 }, 2, true],
    [{ above: 2, below: 5 }, 4, true],
    [{ above: 2, below: 5 }, 5, false],
    [{ is: [0] }, 0, true],
    [{ is: ['0'] }, 0, true],
    [{ is: [0, 'all'] }, 'all', true],
    [{ is: [0] }, 1, false],
  ])('%j holds for %j: %s', (match, value, held) => {
    expect(holdsValue(match, value)).toBe(held);
  });
});

describe('targets', () => {
  it('are denied when one of them is named', () => {
    expect(holdsTargets('deny', ['eu-1'], ['eu-1', 'us-1'])).toBe(true);
    expect(holdsTargets('deny', ['eu-1'], ['us-1'])).toBe(false);
  });

  it('are allowed when each of them is named', () => {
    expect(holdsTargets('allow', ['eu-1'], ['eu-1', 'us-1'])).toBe(false);
    expect(holdsTargets('allow', ['eu-1', 'us-1'], ['eu-1', 'us-1'])).toBe(true);
  });

  it('are of no rule that names some where nothing is written', () => {
    expect(holdsTargets('allow', ['eu-1'], [])).toBe(false);
    expect(holdsTargets('deny', ['eu-1'], [])).toBe(false);
    expect(holdsTargets('deny', undefined, [])).toBe(true);
  });
});
