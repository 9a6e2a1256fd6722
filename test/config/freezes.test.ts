import { describe, expect, it } from 'vitest';
import type { FreezeWindow } from '../../src/core/operation/window.ts';
import { accepted, faultsOf, yaml } from './given.ts';

const hour = 3_600_000;

function freezes(...written: readonly string[]): string {
  return yaml({ freezes: `freezes: [ ${written.join(', ')} ]` });
}

function window(cron: string, length: string, zone = 'Europe/Berlin'): FreezeWindow {
  const text = freezes(
    `{ name: one, cron: "${cron}", for: ${length}, time_zone: ${zone}, reason: rest }`,
  );
  const [first] = accepted(text).settings.freezes ?? [];
  if (!first) throw new Error('there is none');
  return first;
}

function spanOf(freeze: FreezeWindow, at: string): readonly string[] {
  const span = freeze.spanAt(Date.parse(at));
  return span ? [span.from, span.until].map((each) => new Date(each).toISOString()) : [];
}

describe('a freeze of the calendar', () => {
  it('holds from its beginning on, its end left out, in its zone', () => {
    const weekend = window('0 18 * * fri', '62h');
    const span = ['2026-11-27T17:00:00.000Z', '2026-11-30T07:00:00.000Z'];
    expect(spanOf(weekend, '2026-11-27T16:59:59.999Z')).toEqual([]);
    expect(spanOf(weekend, '2026-11-27T17:00:00.000Z')).toEqual(span);
    expect(spanOf(weekend, '2026-11-29T12:00:00.123Z')).toEqual(span);
    expect(spanOf(weekend, '2026-11-30T06:59:59.999Z')).toEqual(span);
    expect(spanOf(weekend, '2026-11-30T07:00:00.000Z')).toEqual([]);
  });

  it('says when it begins next', () => {
    const next = window('0 18 * * fri', '62h').nextAfter(Date.parse('2026-11-25T00:00:00Z'));
    expect(next).toBe(Date.parse('2026-11-27T17:00:00Z'));
  });

  it('begins when the clock on the wall says so, in summer and in winter', () => {
    const nightly = window('0 22 * * *', '1h');
    expect(spanOf(nightly, '2026-07-01T20:30:00Z')).not.toEqual([]);
    expect(spanOf(nightly, '2026-07-01T21:30:00Z')).toEqual([]);
    expect(spanOf(nightly, '2026-12-01T20:30:00Z')).toEqual([]);
    expect(spanOf(nightly, '2026-12-01T21:30:00Z')).not.toEqual([]);
  });

  it('begins on days on which the clocks change: at the next hour where its own is left out, once where it comes twice', () => {
    const early = window('30 2 * * *', '20m');
    // 02:30 is not there on 29 March: the clocks go from 02:00 to 03:00.
    expect(spanOf(early, '2026-03-29T01:10:00Z')[0]).toBe('2026-03-29T01:00:00.000Z');
    // It is there twice on 25 October.
    expect(spanOf(early, '2026-10-25T00:40:00Z')[0]).toBe('2026-10-25T00:30:00.000Z');
    expect(spanOf(early, '2026-10-25T01:40:00Z')).toEqual([]);
  });

  it('holds as many hours as it says, also when the clocks change meanwhile', () => {
    const weekend = window('0 18 * * fri', '62h');
    for (const at of ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z', '2026-11-28T12:00:00Z']) {
      const [from = '', until = ''] = spanOf(weekend, at);
      expect(Date.parse(until) - Date.parse(from)).toBe(62 * hour);
    }
  });

  it('answers the same whatever was asked before', () => {
    const one = window('0 18 * * fri', '62h');
    const times = [
      '2026-11-28T00:00Z',
      '2026-11-20T00:00Z',
      '2026-11-30T08:00Z',
      '2026-11-27T17:00Z',
    ];
    for (const at of [...times, ...times.toReversed()]) {
      expect(spanOf(one, at)).toEqual(spanOf(window('0 18 * * fri', '62h'), at));
    }
  });

  it('that begins anew before it is over goes on', () => {
    const long = window('0 8 * * mon,tue', '30h', 'UTC');
    expect(spanOf(long, '2026-11-24T09:00:00Z')).toEqual([
      '2026-11-24T08:00:00.000Z',
      '2026-11-25T14:00:00.000Z',
    ]);
  });

  it('is of everything, or of the services that it names, and knows its line', () => {
    const text = freezes(
      '{ name: all, cron: "0 1 * * *", for: 1h, time_zone: UTC, reason: rest }',
      '{ name: one, cron: "0 1 * * *", for: 1h, time_zone: UTC, reason: rest, services: [checkout] }',
    );
    expect(accepted(text).settings.freezes).toMatchObject([
      { name: 'all', scopes: ['all'], line: 'tocsin.yaml:1' },
      { name: 'one', scopes: ['checkout'] },
    ]);
  });

  it.each([
    ['cron: "61 * * * *"', 'no cron expression'],
    ['cron: "* * * * * *"', 'no cron expression'],
    ['cron: "0 0 30 2 *"', 'never begins'],
    ['time_zone: Mars/Olympus', 'no time zone has that name'],
    ['for: 40d', 'from 1m to 31d'],
    ['cron: "0 * * * *", for: 2h', 'never ends'],
    ['services: [chekout]', 'did you mean "checkout"?'],
    ['services: []', 'it would freeze nothing'],
    ['reason: ""', 'it is empty'],
    ['until: tomorrow', 'until is not known'],
  ])('with %s is refused: %s', (wrong, why) => {
    const sound = { name: 'one', cron: '"0 1 * * *"', for: '1h', time_zone: 'UTC', reason: 'rest' };
    const fields = Object.entries(sound)
      .filter(([key]) => !new RegExp(`(^|, )${key}:`).test(wrong))
      .map(([key, value]) => `${key}: ${value}`);
    expect(faultsOf(freezes(`{ ${[...fields, wrong].join(', ')} }`)).join('\n')).toContain(why);
  });

  it('has a name of its own', () => {
    const one = '{ name: one, cron: "0 1 * * *", for: 1h, time_zone: UTC, reason: rest }';
    expect(faultsOf(freezes(one, one)).join()).toContain('two freezes are called "one"');
  });
});
