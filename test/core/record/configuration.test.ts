import { expect, it, describe as suite } from 'vitest';
import type { PolicyRule } from '../../../src/core/operation/policy.ts';
import {
  type ConfigurationLoaded,
  changeLine,
  changesBetween,
  type Described,
  describe,
  loaded,
} from '../../../src/core/record/configuration.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Settings } from '../../../src/core/settings.ts';
import { rule, sha256 } from '../operation/sample.ts';

const changes = rule({ where: 'tocsin.yaml:41', match: { risk: ['change'] } });
const reads = rule({ where: 'tocsin.yaml:42', match: { risk: ['read'] }, places: [] });
const denied: PolicyRule = { kind: 'deny', where: 'tocsin.yaml:40', match: { verb: ['restore'] } };

const settings: Settings = {
  people: [
    { id: 'ana', name: 'Ana', accounts: { slack: ['T01/U01'] } },
    { id: 'ben', name: 'Ben', accounts: {} },
  ],
  groups: [{ name: 'sre', members: ['ana'], directories: [] }],
  routes: { routes: [], otherwise: { match: {}, places: { 'slack/main': '#ops' } } },
  catalog: { services: [] },
  policy: { rules: [denied, changes, reads], digest: 'p-1', localTime: () => undefined },
  pendingMax: 3,
} as unknown as Settings;

const described = (more: Partial<Settings> = {}, sections: Record<string, string> = {}) =>
  describe({ ...settings, ...more }, { server: '{"port":8080}', ...sections }, sha256);

const withRules = (...rules: readonly PolicyRule[]) =>
  described({ policy: { ...settings.policy, rules } });

const lines = (before: Described, after: Described) =>
  changesBetween(before, after).map(changeLine);

suite('what changed between two loads', () => {
  it('is nothing where all reads the same, whatever line it stands on', () => {
    const moved = withRules(
      ...[denied, changes, reads].map((each, index) => ({
        ...each,
        where: `tocsin.yaml:${90 + index}`,
      })),
    );
    expect(lines(described(), moved)).toEqual([]);
  });

  it('is one line for each rule that is added, removed or changed', () => {
    const open = { ...changes, places: [] };
    const more = rule({ where: 'tocsin.yaml:50', match: { risk: ['incident'] } });
    expect(lines(described(), withRules(open, reads, more))).toEqual([
      'rule tocsin.yaml:41 changed: kind allow, match (risk change), requesters sre, reasonRequired false, expiresMs 1800000',
      'rule tocsin.yaml:50 added: kind allow, match (risk incident), requesters sre, reasonRequired false, expiresMs 1800000, places (count 1, from sre)',
      'rule tocsin.yaml:40 removed: kind deny, match (verb restore)',
    ]);
  });

  it('is the order of the rules, because the first that matches decides', () => {
    expect(lines(described(), withRules(denied, reads, changes))).toEqual([
      'order of the rules changed',
    ]);
  });

  it('of two rules that read alike is the one that is gone', () => {
    expect(lines(withRules(reads, reads), withRules(reads))).toHaveLength(1);
  });

  it('is who joined, who left, and whose accounts are others', () => {
    const people = [
      { id: 'ana', name: 'Ana', accounts: { slack: ['T01/U09'] } },
      { id: 'cleo', name: 'Cleo', accounts: {} },
    ];
    const groups = [{ name: 'sre', members: ['ana', 'cleo'], directories: [] }];
    expect(lines(described(), described({ people, groups }))).toEqual([
      'person ana changed: name Ana, accounts (slack T01/U09)',
      'person cleo added: name Cleo',
      'person ben removed: name Ben',
      'group sre changed: members ana cleo',
    ]);
  });

  it('names a section that is another and shows nothing of it', () => {
    const after = described({ pendingMax: 4 }, { server: '{"port":9999}' });
    expect(lines(described(), after)).toEqual([
      'section pendingMax changed',
      'section server changed',
    ]);
  });
});

suite('a load', () => {
  it('is an event only where it is another than the one before', () => {
    const made = loaded(described(), undefined, { policy: 'p-1', sha256 });
    expect(made).toMatchObject({ type: 'ConfigurationLoaded', policy: 'p-1', changes: [] });
    expect(loaded(described(), made, { policy: 'p-1', sha256 })).toBeUndefined();
    const next = loaded(withRules(reads), made, { policy: 'p-2', sha256 });
    expect((next as ConfigurationLoaded).changes).toHaveLength(2);
  });

  it('holds no secret: as JSON it is a word, as a digest it is nothing', () => {
    const sections = { console: JSON.stringify({ token: new Secret('s3cret-value') }) };
    const made = loaded(described({}, sections), undefined, { policy: '', sha256 });
    expect(JSON.stringify(made)).not.toContain('s3cret-value');
  });
});
