import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const policies = `policies:
  - { deny: { verb: scale, args: { replicas: { above: 20 } } } }
  - { deny: { verb: rollback, when: { days: [ sat, sun ], time_zone: Europe/Berlin } } }
  - { deny: { target: eu-1, verb: restart } }
  - { match: { risk: danger }, requesters: [sre], reason: required, approvals: [ { count: 1, from: sre }, { count: 1, from: dba } ] }
  - { match: { risk: change, severity: critical }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }`;

const place = 'service: checkout, environment: production, by: ana';

/** Each says something about the rules above; the second answer is a wrong one. */
const cases: readonly (readonly [string, string, string])[] = [
  [`verb: scale, args: { replicas: 21 }, ${place}`, 'POLICY_DENIED', 'allowed'],
  [`verb: scale, args: { replicas: 20 }, ${place}`, 'allowed', 'refused'],
  [`verb: rollback, ${place}`, 'allowed', 'refused'],
  [`verb: rollback, at: 2026-11-28T00:30:00+01:00, ${place}`, 'refused', 'allowed'],
  [`verb: restart, ${place}`, 'refused', 'allowed'],
  [`verb: restart, targets: [], ${place}`, 'allowed', 'refused'],
  [`verb: scale, risk: danger, ${place}`, 'REASON_REQUIRED', 'POLICY_DENIED'],
  [`verb: scale, risk: danger, reason: because, ${place}`, 'allowed', 'refused'],
  [
    'verb: scale, service: checkout, environment: production, by: cem',
    'NOT_A_REQUESTER',
    'allowed',
  ],
  ['verb: note, by: ana', 'POLICY_NO_RULE', 'allowed'],
];

describe('a policy test', () => {
  it.each(cases)('%s: is %s, and a fault as %s', (ask, right, wrong) => {
    expect(faults(`  - { ask: { ${ask} }, expect: ${right} }`)).toEqual([]);
    const [fault, ...others] = faults(`  - { ask: { ${ask} }, expect: ${wrong} }`);
    expect(fault).toMatch(/^tocsin\.yaml:9: policy_tests\[0\] expects /);
    expect(others).toEqual([]);
  });

  it('may say which approvals are needed, in whatever order', () => {
    const danger = `ask: { verb: scale, risk: danger, reason: x, ${place} }, expect: allowed`;
    const [sre, dba] = ['{ count: 1, from: sre }', '{ count: 1, from: dba }'];
    expect(faults(`  - { ${danger}, approvals: [ ${dba}, ${sre} ] }`)).toEqual([]);
    expect(faults(`  - { ${danger}, approvals: [ ${sre} ] }`)).toEqual([
      'tocsin.yaml:9: policy_tests[0] expects allowed with 1 of sre, tocsin.yaml:5 allows it with 1 of dba and 1 of sre, mend the policy, or the test',
    ]);
  });

  it('may say whether a second factor is needed', () => {
    const scale = `verb: scale, ${place}`;
    expect(faults(`  - { ask: { ${scale} }, expect: allowed, step_up: none }`)).toEqual([]);
    expect(faults(`  - { ask: { ${scale} }, expect: allowed, step_up: required }`)).toEqual([
      'tocsin.yaml:9: policy_tests[0] expects allowed with a second factor, tocsin.yaml:7 allows it with 1 of sre, mend the policy, or the test',
    ]);
    expect(faults(`  - { ask: { ${scale} }, expect: refused, step_up: none }`)).toEqual([
      'tocsin.yaml:9: policy_tests[0] has step_up and expects refused, what is refused needs none, write expect: allowed, or take step_up out',
    ]);
  });

  it('tells a severity that somebody stands for from a label', () => {
    const critical = `verb: scale, severity: critical, ${place}`;
    const none = 'expect: allowed, approvals: []';
    const one = 'expect: allowed, approvals: [ { count: 1, from: sre } ]';
    expect(faults(`  - { ask: { ${critical} }, ${one} }`)).toEqual([]);
    expect(faults(`  - { ask: { ${critical}, severity_by: ben }, ${none} }`)).toEqual([]);
    expect(faults(`  - { ask: { ${critical}, severity_by: ana }, ${none} }`)).toHaveLength(1);
  });

  it('that names what there is not is a fault, whatever it expects', () => {
    expect(
      faults(
        `  - { ask: { verb: scal, service: chekout, by: anna }, expect: refused }
  - { ask: { verb: scale, ${place}, environment: prod }, expect: refused }`.replace(
          'environment: production, ',
          '',
        ),
      ),
    ).toEqual([
      'tocsin.yaml:9: policy_tests[0] asks about "scal", nothing of that name can stand under verb, did you mean "scale"?',
      'tocsin.yaml:9: policy_tests[0] asks about "chekout", nothing of that name can stand under service, did you mean "checkout"?',
      'tocsin.yaml:9: policy_tests[0] asks about "anna", nothing of that name can stand under by, did you mean "ana"?',
      'tocsin.yaml:10: policy_tests[1] asks about "prod", nothing of that name can stand under environment, write production',
    ]);
  });

  it('refuses keys it does not know, and approvals of what is refused', () => {
    expect(faults(`  - { asks: { verb: scale }, expect: allowed }`).join()).toContain('asks');
    expect(
      faults(`  - { ask: { verb: restart, ${place} }, expect: refused, approvals: [] }`),
    ).toEqual([
      'tocsin.yaml:9: policy_tests[0] has approvals and expects refused, what is refused needs none, write expect: allowed, or take approvals out',
    ]);
  });

  it('is no part of the policy: a new one makes no plan stale', () => {
    const digest = (tests: string) => accepted(file(tests)).settings.policy.digest;
    expect(digest(`  - { ask: { verb: rollback, ${place} }, expect: allowed }`)).toBe(
      digest(`  - { ask: { verb: restart, ${place} }, expect: refused }`),
    );
  });
});

function file(tests: string): string {
  return yaml({ policies, tests: `policy_tests:\n${tests}` });
}

function faults(tests: string): readonly string[] {
  return faultsOf(file(tests));
}
