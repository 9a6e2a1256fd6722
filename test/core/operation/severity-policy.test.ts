import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/config/zones.ts';
import type { SeverityKnown } from '../../../src/core/alert/severity.ts';
import {
  type AllowRule,
  judge,
  type PolicyQuestion,
  type PolicyRule,
} from '../../../src/core/operation/policy.ts';
import { ana, rule, T0 } from './sample.ts';

/*
 * Severity raises what is needed by itself. It lowers it only when somebody other than the requester stands for it,
 * never by a label.
 */

const nobody: AllowRule['places'] = [];
const one = [{ count: 1, from: 'sre' }];
const two = [{ count: 2, from: 'sre' }];

const easier = [
  rule({ where: 'easy', match: { severity: ['critical'] }, places: nobody }),
  rule({ where: 'usual', places: one }),
];
const harder = [
  rule({ where: 'hard', match: { severity: ['critical'] }, places: two }),
  rule({ where: 'usual', places: one }),
];

describe('a rule that is easier for what is critical', () => {
  it.each([
    ['without an incident', [], one],
    ['while a label says so', [said('critical', [])], one],
    ['when the requester said so', [said('critical', ['ana'], ['warning'])], one],
    ['when somebody else said so', [said('critical', ['ben'], ['warning'])], nobody],
    ['when somebody else confirmed it', [said('critical', ['ana', 'ben'], ['warning'])], nobody],
    ['when another incident there is none', [said('critical', ['ben']), said('info', [])], one],
  ] as const)('%s', (_case, severities, places) => {
    expect(placesOf(easier, severities)).toEqual(places);
  });

  it('names those who stand for it where they made it easier, and nobody elsewhere', () => {
    expect(verdict(easier, [said('critical', ['ben'], ['warning'])])).toMatchObject({
      rule: { where: 'easy', severityBy: ['ben'] },
    });
    expect(verdict(easier, [said('info', ['ben'])])).not.toHaveProperty('rule.severityBy');
  });
});

describe('a rule for nothing but what is critical', () => {
  const only = [rule({ where: 'hard', match: { severity: ['critical'] }, places: two })];

  it('lets something be planned once somebody else says that it is, and not before', () => {
    expect(placesOf(only, [said('critical', ['ben'], ['critical'])])).toEqual(two);
    expect(verdict(only, [said('warning', ['ben'])])).toMatchObject({ allowed: false });
    expect(verdict(only, [])).toMatchObject({ allowed: false });
  });
});

describe('a rule that is harder for what is critical', () => {
  it.each([
    ['without an incident', [], one],
    ['while a label says so', [said('critical', [])], two],
    ['when the requester said so', [said('critical', ['ana'], ['warning'])], two],
    ['when the requester made it info', [said('info', ['ana'], ['critical'])], two],
    ['when it was critical at its worst', [said('warning', [], ['warning', 'critical'])], two],
    ['when somebody else made it info', [said('info', ['ben'], ['critical'])], one],
    ['when any incident there is', [said('info', []), said('critical', [])], two],
  ] as const)('%s', (_case, severities, places) => {
    expect(placesOf(harder, severities)).toEqual(places);
  });
});

describe('two rules of which neither is stricter', () => {
  it('want both, with the shorter time and the reason of either', () => {
    const rules = [
      rule({
        where: 'a',
        match: { severity: ['critical'] },
        places: [{ count: 1, from: 'dba' }],
        expiresMs: 60_000,
        surfaces: ['console', 'slack'],
      }),
      rule({ where: 'b', places: one, reasonRequired: true, surfaces: ['slack', 'discord'] }),
    ];
    expect(verdict(rules, [said('critical', [])])).toMatchObject({
      rule: {
        where: 'a and b',
        places: [
          { from: 'dba', count: 1 },
          { from: 'sre', count: 1 },
        ],
        expiresMs: 60_000,
        reasonRequired: true,
        surfaces: ['slack'],
      },
    });
  });
});

describe('a denial by severity', () => {
  const denied: readonly PolicyRule[] = [
    { kind: 'deny', where: 'no', match: { severity: ['info'] } },
    rule({}),
  ];

  it('holds while a label says so, and is lifted by nobody who asks', () => {
    expect(verdict(denied, [said('info', [])])).toMatchObject({
      problem: { code: 'POLICY_DENIED' },
    });
    expect(verdict(denied, [said('critical', ['ana'], ['info'])])).toMatchObject({
      problem: { code: 'POLICY_DENIED' },
    });
    expect(verdict(denied, [said('critical', ['ben'], ['info'])])).toMatchObject({ allowed: true });
    expect(verdict(denied, [])).toMatchObject({ allowed: true });
  });
});

describe('what is dangerous', () => {
  it('is refused by a rule of fewer than two places, and says which', () => {
    const question = { ...asked([]), risk: 'danger' } as const;
    const of = (places: AllowRule['places']) =>
      judge({ rules: [rule({ places })], digest: '', localTime }, question);
    expect(of(one)).toMatchObject({
      problem: { code: 'DANGER_NEEDS_TWO', facts: { rule: 'tocsin.yaml:41' } },
    });
    expect(of(two)).toMatchObject({ allowed: true });
  });
});

function said(
  is: SeverityKnown['is'],
  by: readonly string[],
  alerts: SeverityKnown['alerts'] = [is],
): SeverityKnown {
  return { is, by, alerts };
}

function asked(severities: readonly SeverityKnown[]): PolicyQuestion {
  return {
    verb: 'scale',
    family: 'change',
    risk: 'change',
    service: 'checkout',
    environment: 'production',
    requester: ana,
    reason: 'because',
    targets: [],
    args: {},
    severities,
    at: T0,
  };
}

function verdict(rules: readonly PolicyRule[], severities: readonly SeverityKnown[]) {
  return judge({ rules, digest: 'policy-1', localTime }, asked(severities));
}

function placesOf(rules: readonly PolicyRule[], severities: readonly SeverityKnown[]) {
  const said = verdict(rules, severities);
  return said.allowed ? said.rule.places : said.problem;
}
