// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, type Policy, type PolicyQuestion } from '../../src/core/operation/policy.ts';
import { accepted, yaml } from './given.ts';

/*
 * A field of the policy that is written has effect: whichever fields a rule has, taking any one of them out changes what
 * happens to some question, and with it the digest that every plan carries.
 */

const match = {
  verb: ['[scale]', 'restart', '[scale, deploy]'],
  family: ['change', '[change, danger]'],
  risk: ['[change, danger]', 'danger'],
  environment: ['production', '[production, staging]'],
  service: ['checkout'],
  surface: ['console'],
} as const;

/** What the circumstances have to be. */
const conditions = {
  target: ['eu-1', '[eu-1, us-1]'],
  group: ['sre'],
  severity: ['critical', '[major, critical]'],
  args: ['{ replicas: { above: 20 } }', '{ replicas: { is: 0 } }'],
  when: ['{ days: sat, time_zone: UTC }', '{ between: 22:00-06:00, time_zone: UTC }'],
} as const;

const effect = {
  surfaces: ['[console]'],
  reason: ['required'],
  expires: ['5m', '1h'],
  approvals: [
    '[ { count: 1, from: sre } ]',
    '[ { count: 1, from: dba }, { count: 1, from: sre } ]',
  ],
} as const;

const services =
  'services: { checkout: { match: { app: checkout }, environments: { production: { match: { e: p }, workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } }, staging: { match: { e: s }, workload: { kubernetes: us-1, namespace: shop, deployment: checkout } }, lab: { match: { e: l } } } }, basket: { match: { app: basket }, environments: { production: {} } } }';

const cluster = '{ kubernetes: { read: { kubeconfig: r.yaml }, write: { kubeconfig: w.yaml } } }';
const targets = `targets: { eu-1: ${cluster}, us-1: ${cluster} }`;

/** Where second factors can be given. */
const console = 'console: { public_url: https://ops.example.com }';
const journal = 'journal: { keyring_key: ${env:KEY} }';

type Fields = Readonly<Record<string, string>>;

function fieldsOf(choices: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<Fields> {
  const each = Object.entries(choices).map(([name, values]) =>
    fc.option(fc.constantFrom(...values), { nil: undefined }).map((value) => ({ name, value })),
  );
  return fc
    .tuple(...each)
    .map((fields) =>
      Object.fromEntries(
        fields.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
      ),
    );
}

function flow(fields: Fields): string {
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')} }`;
}

function policyOf(rule: string): Policy {
  const own = { services, targets, console, journal, policies: `policies: [ ${rule} ]` };
  return accepted(yaml(own), { env: { KEY: 'k'.repeat(44) } }).settings.policy;
}

const usual = {
  targets: ['eu-1'],
  args: { replicas: 24 },
  severities: [{ is: 'critical', alerts: ['critical'], by: ['ben'] }],
  at: Date.parse('2026-11-28T23:00:00Z'),
} as const;

const questions: readonly PolicyQuestion[] = ['scale', 'restart', 'deploy'].flatMap((verb) =>
  ['incident', 'change', 'danger'].flatMap((family) =>
    (['incident', 'change', 'danger'] as const).flatMap((risk) =>
      ['production', 'staging', 'lab'].flatMap((environment) =>
        ['checkout', 'basket'].flatMap((service) =>
          ['console', 'slack/main'].flatMap((surface) =>
            ['', 'because'].map((reason) => ({
              verb,
              family,
              risk,
              environment,
              service,
              reason,
              ...usual,
              requester: {
                person: 'ana',
                surface,
                account: 'ana',
                memberships: [{ group: 'sre', source: 'static' as const, ageMs: 0 }],
              },
            })),
          ),
        ),
      ),
    ),
  ),
);

/** The same request in all circumstances that a rule can tell apart. */
const circumstances: readonly PolicyQuestion[] = [['eu-1'], ['us-1'], ['ap-1']].flatMap((targets) =>
  [{ replicas: 24 }, { replicas: 3 }, { replicas: 0 }].flatMap((args) =>
    (['critical', 'major', 'info'] as const).flatMap((severity) =>
      ['2026-11-28T23:00Z', '2026-11-26T23:00Z', '2026-11-28T12:00Z', '2026-11-26T12:00Z'].flatMap(
        (at) =>
          ['sre', 'dba'].map((group) => ({
            verb: 'scale',
            family: 'change',
            risk: 'change' as const,
            service: 'checkout',
            environment: 'production',
            reason: '',
            targets,
            args,
            severities: [{ is: severity, alerts: [], by: ['ben'] }],
            at: Date.parse(at),
            requester: {
              person: 'ana',
              surface: 'console',
              account: 'ana',
              memberships: [{ group, source: 'static' as const, ageMs: 0 }],
            },
          })),
      ),
    ),
  ),
);

/** Everything that follows from a verdict. The line of the rule is no part of it. */
function outcomes(policy: Policy, asked = questions): string {
  return JSON.stringify(
    asked.map((question) => {
      const verdict = judge(policy, question);
      if (!verdict.allowed) return verdict.problem.code;
      const { surfaces, expiresMs, places, reasonRequired, stepUp } = verdict.rule;
      return { surfaces, expiresMs, places, reasonRequired, stepUp };
    }),
  );
}

function eachFlips(fields: Fields, ruleOf: (fields: Fields) => string, asked = questions): void {
  const whole = policyOf(ruleOf(fields));
  for (const name of Object.keys(fields)) {
    const { [name]: _, ...others } = fields;
    const without = policyOf(ruleOf(others));
    expect({ name, same: outcomes(without, asked) === outcomes(whole, asked) }).toEqual({
      name,
      same: false,
    });
    expect({ name, same: without.digest === whole.digest }).toEqual({ name, same: false });
  }
}

describe('a field of the policy', () => {
  it('narrows an allowing rule', () => {
    fc.assert(
      fc.property(fieldsOf({ ...match, risk: ['[change, danger]', 'change'] }), (fields) => {
        fc.pre(possible(fields));
        eachFlips(fields, (rest) => `{ match: ${flow(rest)}, requesters: [sre], approvals: [] }`);
      }),
      { numRuns: 40 },
    );
  });

  it('narrows a denying rule', () => {
    fc.assert(
      fc.property(fieldsOf({ ...match, risk: ['[change, danger]', 'change'] }), (fields) => {
        // To deny the one surface that a build has leaves no rule after it to be reached.
        const leaves = (rest: Fields) => Object.keys(rest).some((name) => name !== 'surface');
        fc.pre(possible(fields) && leaves(fields));
        eachFlips(
          fields,
          (rest) =>
            `{ deny: ${flow(rest)} }${leaves(rest) ? ', { match: {}, requesters: [sre], approvals: [] }' : ''}`,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('narrows by what the circumstances are', () => {
    fc.assert(
      fc.property(fieldsOf(conditions), fc.boolean(), (fields, denies) => {
        const match = (rest: Fields) => flow({ service: 'checkout', ...rest });
        const others = '{ match: {}, requesters: [sre, dba], approvals: [] }';
        const one = '{ count: 1, from: sre }';
        eachFlips(
          fields,
          denies
            ? (rest) => `{ deny: ${match(rest)} }, ${others}`
            : (rest) =>
                `{ match: ${match(rest)}, requesters: [sre, dba], approvals: [ ${one} ] }, ${others}`,
          circumstances,
        );
      }),
      { numRuns: 25 },
    );
  });

  it('changes what a request needs', () => {
    fc.assert(
      fc.property(fieldsOf(effect), (fields) => {
        eachFlips(fields, (rest) =>
          `{ match: {}, requesters: [sre], ${flow(rest).slice(1, -1)} }`.replace(', }', ' }'),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('changes whether approvals come with a second factor', () => {
    fc.assert(
      fc.property(fieldsOf(effect), (fields) => {
        const { approvals = effect.approvals[0], ...others } = fields;
        const rest = { ...others, approvals };
        const without = policyOf(`{ match: {}, requesters: [sre], ${flow(rest).slice(1)}`);
        const asked = { ...rest, step_up: 'required' };
        const whole = policyOf(`{ match: {}, requesters: [sre], ${flow(asked).slice(1)}`);
        expect(outcomes(whole)).not.toBe(outcomes(without));
        expect(whole.digest).not.toBe(without.digest);
      }),
      { numRuns: 20 },
    );
  });

  it('changes who may ask', () => {
    const open = policyOf('{ match: {}, requesters: [sre, dba], approvals: [] }');
    const closed = policyOf('{ match: {}, requesters: [dba], approvals: [] }');
    expect(outcomes(open)).not.toBe(outcomes(closed));
    expect(outcomes(closed)).toBe(JSON.stringify(questions.map(() => 'NOT_A_REQUESTER')));
  });
});

/** Verbs of one family do not match another: `check` refuses such a rule, so it is not asked about here. */
function possible(fields: Fields): boolean {
  return (
    fields['verb'] === undefined ||
    fields['family'] === undefined ||
    fields['family'].includes('change')
  );
}

describe('the digest of a policy', () => {
  it('does not move with comments, spaces and the order of keys', () => {
    const one = policyOf('{ match: { risk: change }, requesters: [sre], approvals: [] }');
    const other = policyOf(
      '\n  # a comment\n  { approvals: [], requesters: [ sre ], match: {risk: change} } ',
    );
    expect(other.digest).toBe(one.digest);
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('moves with the order of rules', () => {
    const change = '{ match: { risk: change }, requesters: [sre], approvals: [] }';
    const danger =
      '{ match: { risk: danger }, requesters: [sre], approvals: [ { count: 1, from: sre }, { count: 1, from: dba } ] }';
    expect(policyOf(`${change}, ${danger}`).digest).not.toBe(
      policyOf(`${danger}, ${change}`).digest,
    );
  });
});

describe('a rule', () => {
  it('knows its line', () => {
    const { settings } = accepted(
      yaml({
        policies:
          'policies:\n  - { deny: { risk: danger } }\n  - match: { risk: change }\n    requesters: [sre]\n    approvals: []',
      }),
    );
    expect(settings.policy.rules.map(({ where }) => where)).toEqual([
      'tocsin.yaml:2',
      'tocsin.yaml:3',
    ]);
  });

  it('waits 30 minutes for approvals unless it says otherwise', () => {
    const [rule] = policyOf('{ match: {}, requesters: [sre], approvals: [] }').rules;
    expect(rule).toMatchObject({
      kind: 'allow',
      expiresMs: 1_800_000,
      reasonRequired: false,
      places: [],
    });
  });
});
