// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

function rules(more: string): string {
  return yaml({
    policies: `policies: [ { match: { risk: change }, requesters: [sre], ${more} } ]`,
  });
}

const approvals = 'approvals: [ { count: 1, from: sre } ]';

describe('break_glass', () => {
  it('names who may do without the approvals, once a day or as often as is written', () => {
    const glassOf = (text: string) => {
      const [rule] = accepted(rules(text)).settings.policy.rules;
      return rule?.kind === 'allow' ? rule.breakGlass : undefined;
    };
    expect(glassOf(approvals)).toBeUndefined();
    expect(glassOf(`${approvals}, break_glass: { from: [sre] }`)).toEqual({
      from: ['sre'],
      perDay: 1,
    });
    expect(glassOf(`${approvals}, break_glass: { from: [dba], per_day: 3 }`)).toEqual({
      from: ['dba'],
      perDay: 3,
    });
  });

  it.each([
    ['nobody', `${approvals}, break_glass: { from: [] }`, 'it names nobody'],
    ['a group nobody knows', `${approvals}, break_glass: { from: [sra] }`, 'sre'],
    ['no approval', 'approvals: [], break_glass: { from: [sre] }', 'no approval that could be'],
    ['never', `${approvals}, break_glass: { from: [sre], per_day: 0 }`, 'from 1 to 20'],
  ])('is refused with %s', (_, text, fault) => {
    expect(faultsOf(rules(text)).join()).toContain(fault);
  });

  it('stands beside a second factor, which is then given on the page of the plan', () => {
    const more = `${approvals}, step_up: required, break_glass: { from: [sre] }`;
    const text = yaml({
      policies: `policies: [ { match: { risk: change }, requesters: [sre], ${more} } ]`,
      console: 'console: { public_url: https://ops.example.com }',
      journal: 'journal: { keyring_key: ${env:KEY} }',
    });
    const env = { KEY: 'k'.repeat(44) };
    const [rule] = accepted(text, { env }).settings.policy.rules;
    expect(rule).toMatchObject({ stepUp: true, breakGlass: { from: ['sre'], perDay: 1 } });
  });

  it('is refused on a deny rule', () => {
    const text = 'policies: [ { deny: { verb: scale }, break_glass: { from: [sre] } } ]';
    expect(faultsOf(yaml({ policies: text })).join()).toContain('a deny rule has break_glass');
  });

  it('makes another policy of it', () => {
    const digest = (text: string) => accepted(rules(text)).settings.policy.digest;
    expect(digest(approvals)).not.toBe(digest(`${approvals}, break_glass: { from: [sre] }`));
  });
});

describe('fuse', () => {
  it('blows at five dangerous operations, or at as many as are written, and calls whom the default route names', () => {
    expect(accepted(yaml()).settings.fuse).toEqual({ dangerPerHour: 5, call: ['sre'] });
    const own = 'fuse: { danger_per_hour: 2, call: [dba, sre] }';
    expect(accepted(yaml({ fuse: own })).settings.fuse).toEqual({
      dangerPerHour: 2,
      call: ['dba', 'sre'],
    });
  });

  it('is refused with a group nobody knows, and cannot be left out by a number', () => {
    expect(faultsOf(yaml({ fuse: 'fuse: { call: sra }' })).join()).toContain('sre');
    expect(faultsOf(yaml({ fuse: 'fuse: { danger_per_hour: 0 }' })).join()).toContain('from 1 to');
  });
});

describe('ask', () => {
  it('puts a plan to one person every two minutes, or as it is written', () => {
    expect(accepted(yaml()).settings.ask).toEqual({ everyMs: 120_000, atOnce: 1 });
    const own = 'ask: { every: 30s, at_once: 2 }';
    expect(accepted(yaml({ ask: own })).settings.ask).toEqual({ everyMs: 30_000, atOnce: 2 });
    expect(faultsOf(yaml({ ask: 'ask: { every: 1s }' })).join()).toContain('ask.every');
  });
});
