import { describe, expect, it } from 'vitest';
import { localTime } from '../../src/config/zones.ts';
import {
  type AllowRule,
  type DenyRule,
  judge,
  type Policy,
  type PolicyMatch,
  type PolicyQuestion,
  type PolicyRule,
  surfaceKind,
} from '../../src/core/operation/policy.ts';
import { evidence } from './operation/sample.ts';

const question: PolicyQuestion = {
  verb: 'scale',
  family: 'change',
  risk: 'change',
  service: 'checkout',
  environment: 'production',
  requester: evidence('ana', ['sre'], 'slack/main'),
  reason: 'the queue grows',
  targets: ['eu-1'],
  args: { replicas: 24 },
  severities: [{ is: 'critical', alerts: ['critical'], by: [] }],
  // A Thursday: 1:30 in the night in Berlin, half past twelve in UTC.
  at: Date.parse('2026-11-26T00:30:00Z'),
};

describe('the policy', () => {
  it('refuses everything while it is empty', () => {
    expect(verdict([])).toBe('POLICY_NO_RULE');
  });

  it('refuses what no rule names', () => {
    expect(verdict([allow({ match: { verb: ['rollback'] } })])).toBe('POLICY_NO_RULE');
  });

  it('allows what a rule names, and says which', () => {
    expect(verdict([allow({ where: 'tocsin.yaml:41' })])).toBe('tocsin.yaml:41');
  });

  it('lets the first rule that matches decide, also when a later one would be kinder', () => {
    const strict = allow({ where: 'first', requesters: ['dba'] });
    const kind = allow({ where: 'second' });
    expect(verdict([strict, kind])).toBe('NOT_A_REQUESTER');
    expect(verdict([kind, strict])).toBe('second');
  });

  it('lets a denial win, wherever it stands', () => {
    expect(verdict([deny({}), allow({})])).toBe('POLICY_DENIED');
    expect(verdict([allow({}), deny({})])).toBe('POLICY_DENIED');
  });

  it('passes over a denial of something else', () => {
    expect(verdict([deny({ verb: ['restore'] }), allow({ where: 'here' })])).toBe('here');
  });

  it('lets nobody ask where no group is named', () => {
    expect(verdict([allow({ requesters: [] })])).toBe('NOT_A_REQUESTER');
  });

  it('lets members of any of the groups ask, and nobody else', () => {
    expect(verdict([allow({ where: 'here', requesters: ['dba', 'sre'] })])).toBe('here');
    expect(verdict([allow({ requesters: ['dba'] })])).toBe('NOT_A_REQUESTER');
    const nobody = { ...question, requester: evidence('eve', []) };
    expect(verdict([allow({})], nobody)).toBe('NOT_A_REQUESTER');
  });

  it('wants a reason where the rule does, and blanks are none', () => {
    const rules = [allow({ where: 'here', reasonRequired: true })];
    expect(verdict(rules)).toBe('here');
    expect(verdict(rules, { ...question, reason: '' })).toBe('REASON_REQUIRED');
    expect(verdict(rules, { ...question, reason: ' \t ' })).toBe('REASON_REQUIRED');
    expect(verdict([allow({ where: 'here' })], { ...question, reason: '' })).toBe('here');
  });

  const fields: readonly (readonly [string, PolicyMatch, PolicyMatch])[] = [
    ['verb', { verb: ['scale'] }, { verb: ['rollback'] }],
    ['family', { family: ['change'] }, { family: ['danger'] }],
    ['risk', { risk: ['change'] }, { risk: ['danger'] }],
    ['environment', { environment: ['production'] }, { environment: ['staging'] }],
    ['service', { service: ['checkout'] }, { service: ['cart'] }],
    ['surface', { surface: ['slack'] }, { surface: ['console'] }],
    ['target', { target: ['eu-1'] }, { target: ['us-1'] }],
    ['group', { group: ['sre'] }, { group: ['dba'] }],
    ['args', { args: { replicas: { above: 20 } } }, { args: { replicas: { above: 24 } } }],
    [
      'when',
      {
        when: { days: ['wed'], between: { from: 22 * 60, to: 6 * 60 }, timeZone: 'Europe/Berlin' },
      },
      {
        when: { days: ['thu'], between: { from: 22 * 60, to: 6 * 60 }, timeZone: 'Europe/Berlin' },
      },
    ],
  ];

  describe.each(fields)('the field %s', (_name, right, wrong) => {
    it('lets a rule match or not', () => {
      expect(verdict([allow({ where: 'here', match: right })])).toBe('here');
      expect(verdict([allow({ where: 'here', match: wrong })])).toBe('POLICY_NO_RULE');
    });

    it('lets a denial match or not', () => {
      expect(verdict([deny(right), allow({ where: 'here' })])).toBe('POLICY_DENIED');
      expect(verdict([deny(wrong), allow({ where: 'here' })])).toBe('here');
    });

    it('matches any of its values, and an empty list matches nothing', () => {
      const [field] = Object.keys(right) as readonly Exclude<
        keyof PolicyMatch,
        'args' | 'when' | 'onCall'
      >[];
      if (field === undefined || !Array.isArray(right[field])) return;
      const either = { [field]: [...(wrong[field] ?? []), ...(right[field] ?? [])] };
      expect(verdict([allow({ where: 'here', match: either })])).toBe('here');
      expect(verdict([allow({ where: 'here', match: { [field]: [] } })])).toBe('POLICY_NO_RULE');
    });
  });

  it('wants every named field to hold', () => {
    const all = Object.assign({}, ...fields.map(([, right]) => right)) as PolicyMatch;
    expect(verdict([allow({ where: 'here', match: all })])).toBe('here');
    for (const [, , wrong] of fields) {
      expect(verdict([allow({ where: 'here', match: { ...all, ...wrong } })])).toBe(
        'POLICY_NO_RULE',
      );
      expect(verdict([deny({ ...all, ...wrong }), allow({ where: 'here' })])).toBe('here');
    }
  });

  it('says in each refusal what was asked and which rule said no', () => {
    const about = { verb: 'scale', service: 'checkout', environment: 'production' };
    const rules = [deny({ verb: ['scale'] })];
    expect(judge(policy(rules), question)).toEqual({
      allowed: false,
      problem: { code: 'POLICY_DENIED', facts: { ...about, rule: 'tocsin.yaml:9' } },
    });
    expect(judge(policy([]), question)).toEqual({
      allowed: false,
      problem: { code: 'POLICY_NO_RULE', facts: { ...about, risk: 'change' } },
    });
    expect(judge(policy([allow({ requesters: ['dba', 'dbo'] })]), question)).toEqual({
      allowed: false,
      problem: {
        code: 'NOT_A_REQUESTER',
        facts: { ...about, groups: 'dba, dbo', rule: 'tocsin.yaml:30' },
      },
    });
    const quiet = { ...question, reason: '' };
    expect(judge(policy([allow({ reasonRequired: true })]), quiet)).toEqual({
      allowed: false,
      problem: { code: 'REASON_REQUIRED', facts: { ...about, rule: 'tocsin.yaml:30' } },
    });
  });

  it('speaks of kinds of surfaces, not of each workspace', () => {
    expect(['console', 'slack/main', 'slack/a/b'].map(surfaceKind)).toEqual([
      'console',
      'slack',
      'slack',
    ]);
  });
});

function verdict(rules: readonly PolicyRule[], asked: PolicyQuestion = question): string {
  const said = judge(policy(rules), asked);
  return said.allowed ? said.rule.where : said.problem.code;
}

function policy(rules: readonly PolicyRule[]): Policy {
  return { rules, digest: 'policy-1', localTime };
}

function deny(match: PolicyMatch): DenyRule {
  return { kind: 'deny', where: 'tocsin.yaml:9', match };
}

function allow(more: Partial<AllowRule>): AllowRule {
  return {
    kind: 'allow',
    where: 'tocsin.yaml:30',
    match: {},
    requesters: ['sre'],
    reasonRequired: false,
    expiresMs: 60_000,
    places: [],
    ...more,
  };
}
