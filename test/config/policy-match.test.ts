import { describe, expect, it } from 'vitest';
import { grammarVerbs } from '../../src/config.ts';
import { accepted, faultsOf, warningsOf, yaml } from './given.ts';

const usual =
  '  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }';

/** Commands that say what they take, as a real build does. */
const build = {
  validateTarget: () => [],
  verbs: grammarVerbs.map((verb) => ({
    ...verb,
    args:
      verb.name === 'scale'
        ? [
            { name: 'service', kind: 'service' },
            { name: 'replicas', kind: 'count' },
            { name: 'reason', kind: 'text' },
          ]
        : [{ name: 'service', kind: 'service' }],
  })),
};

describe('what a rule matches on', () => {
  it('is read: target, group, severity, arguments and time', () => {
    const { settings } = accepted(
      rules(`  - { deny: { verb: scale, args: { replicas: { above: 20 } } } }
  - { deny: { target: eu-1, when: { days: [ sat, sun ], between: 22:00-06:00, time_zone: Europe/Berlin } } }
  - { match: { severity: critical, group: dba }, requesters: [dba], approvals: [ { count: 1, from: sre } ] }
${usual}`),
      { build },
    );
    expect(settings.policy.rules.map(({ match }) => match)).toEqual([
      { verb: ['scale'], args: { replicas: { above: 20 } } },
      {
        target: ['eu-1'],
        when: {
          days: ['sat', 'sun'],
          between: { from: 1320, to: 360 },
          timeZone: 'Europe/Berlin',
        },
      },
      { severity: ['critical'], group: ['dba'] },
      { risk: ['change'] },
    ]);
  });

  it('is refused where it names nothing there is', () => {
    expect(
      faultsOf(
        rules(`  - { deny: { target: eu-2 } }
  - { deny: { group: srs } }
  - { deny: { verb: scale, args: { replica: { above: 20 } } } }
  - { deny: { verb: rollback, args: { replicas: { above: 20 } } } }
${usual}`),
        { build },
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] names the target "eu-2", there is no target of that name, did you mean "eu-1"?',
      'tocsin.yaml:3: there is no group "srs", only groups of this file can be named, did you mean "sre"?',
      'tocsin.yaml:4: policies[2] names the argument "replica", none of the commands it is about takes it, did you mean "replicas"?',
      'tocsin.yaml:5: policies[3] names the argument "replicas", none of the commands it is about takes it, take args out',
    ]);
  });

  it.each([
    ['severity: fatal', /severity/],
    ['when: { days: caturday, time_zone: UTC }', /days/],
    ['when: { days: sat }', /time_zone/],
    ['when: { days: sat, time_zone: Mars/Base }', /no time zone/],
    ['when: { days: sat, time_zone: "+02:00" }', /no time zone/],
    ['when: { between: 9-17, time_zone: UTC }', /22:00-06:00/],
    ['when: { between: 09:00-25:00, time_zone: UTC }', /22:00-06:00/],
    ['when: { between: 09:00-09:00, time_zone: UTC }', /no span of time/],
    ['when: { time_zone: UTC }', /neither days nor times/],
    ['when: { day: sat, time_zone: UTC }', /did you mean "days"/],
    ['args: { replicas: {} }', /says nothing of the argument/],
    ['args: { replicas: { over: 20 } }', /over/],
    ['args: { replicas: { above: many } }', /a number is expected/],
    ['target: []', /empty list/],
  ])('is refused as %s', (field, words) => {
    const faults = faultsOf(rules(`  - { deny: { verb: scale, ${field} } }\n${usual}`));
    expect(faults.join('\n')).toMatch(words);
  });
});

describe('a rule is never reached', () => {
  it.each([
    ['by a wider bound', '{ replicas: { above: 10 } }', '{ replicas: { above: 20 } }', true],
    [
      'but past a narrower one',
      '{ replicas: { above: 20 } }',
      '{ replicas: { above: 10 } }',
      false,
    ],
    ['by the only value below', '{ replicas: { is: 0 } }', '{ replicas: { below: 1 } }', true],
    [
      'by bounds with nothing between',
      '{ replicas: { is: 5 } }',
      '{ replicas: { above: 9, below: 3 } }',
      true,
    ],
  ])('%s', (_why, first, second, never) => {
    const faults = faultsOf(
      rules(`  - { match: { verb: scale, risk: change, args: ${first} }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
  - { match: { verb: scale, risk: change, args: ${second} }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }`),
      { build },
    );
    expect(faults.some((fault) => fault.includes('policies[1] is never reached'))).toBe(never);
  });

  it.each([
    [
      'by a window around it',
      '{ time_zone: UTC, between: 08:00-20:00 }',
      '{ time_zone: UTC, between: 09:00-17:00 }',
      true,
    ],
    [
      'but in another zone',
      '{ time_zone: UTC, between: 08:00-10:00 }',
      '{ time_zone: America/New_York, between: 08:00-10:00 }',
      false,
    ],
    [
      'but in the summer of the other',
      '{ time_zone: UTC, between: 08:00-09:00 }',
      '{ time_zone: Europe/London, between: 08:00-09:00 }',
      false,
    ],
    [
      'by two days of which one is its own',
      '{ time_zone: UTC, days: [ sat, sun ] }',
      '{ time_zone: UTC, days: sun }',
      true,
    ],
    [
      'but in the minutes that are left',
      '{ time_zone: UTC, between: 08:07-20:00 }',
      '{ time_zone: UTC, between: 08:05-20:00 }',
      false,
    ],
  ])('%s', (_why, first, second, never) => {
    const faults = faultsOf(
      rules(`  - { deny: { when: ${first} } }
  - { deny: { when: ${second} } }
${usual}`),
    );
    expect(faults.some((fault) => fault.includes('policies[1] is never reached'))).toBe(never);
  });

  it('where nobody is in both groups', () => {
    const faults = faultsOf(
      rules(`  - { deny: { group: dba } }\n  - { deny: { group: [sre, dba] } }\n${usual}`),
    );
    expect(faults).toEqual([]);
    const over = faultsOf(
      rules(`  - { deny: { group: [sre, dba] } }\n  - { deny: { group: dba } }\n${usual}`),
    );
    expect(over.join()).toContain('policies[1] is never reached');
  });

  it('where every severity is taken, but for no incident', () => {
    const all = '[ critical, major, warning, info, none ]';
    const severe = `  - { deny: { severity: ${all} } }\n`;
    expect(faultsOf(rules(`${severe}${usual}`))).toEqual([]);
    expect(faultsOf(rules(`${severe}  - { deny: { severity: info } }\n${usual}`)).join()).toContain(
      'policies[1] is never reached',
    );
  });
});

describe('what is dangerous', () => {
  it('is refused with fewer than two approvals, where the rule is about nothing else', () => {
    expect(
      faultsOf(
        rules(
          `  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }\n${usual}`,
        ),
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] asks for fewer than two approvals of what is dangerous, a dangerous plan is never approved by one person alone, so everything it matches would be refused, write two places, for example [ { count: 2, from: GROUP } ]',
    ]);
  });

  it('is warned of where the rule is about more', () => {
    const wide = '  - { match: {}, requesters: [sre], approvals: [ { count: 1, from: sre } ] }';
    expect(warningsOf(rules(wide)).join()).toContain('asks for fewer than two approvals');
    expect(warningsOf(rules(usual)).join()).not.toContain('fewer than two');
  });
});

function rules(written: string): string {
  return yaml({ policies: `policies:\n${written}` });
}
