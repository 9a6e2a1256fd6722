import { describe, expect, it } from 'vitest';
import type { AllowRule, Verdict } from '../../../src/core/operation/policy.ts';
import { strictest, wantsTheSame } from '../../../src/core/operation/strictest.ts';
import { problem } from '../../../src/core/problem.ts';
import { minute, rule } from './sample.ts';

const denied: Verdict = { allowed: false, problem: problem('POLICY_DENIED', { rule: 'x:1' }) };
const noRule: Verdict = { allowed: false, problem: problem('POLICY_NO_RULE') };

function allowed(where: string, more: Partial<AllowRule> = {}): Verdict & { allowed: true } {
  return { allowed: true, rule: rule({ where, ...more }) };
}

function joined(one: Partial<AllowRule>, other: Partial<AllowRule>): AllowRule {
  const verdict = strictest(allowed('a', one), allowed('b', other));
  if (!verdict.allowed) throw new Error('two that allow became a refusal');
  return verdict.rule;
}

describe('of two verdicts', () => {
  it('a refusal wins, and the first of two', () => {
    expect(strictest(denied, allowed('a'))).toBe(denied);
    expect(strictest(allowed('a'), denied)).toBe(denied);
    expect(strictest(denied, noRule)).toBe(denied);
  });

  it('of one and the same rule the one counts whose severity somebody vouches for', () => {
    const plain = allowed('a');
    const again = allowed('a');
    const eased = allowed('a', { severityBy: ['ben'] });
    expect(strictest(eased, plain)).toBe(eased);
    expect(strictest(plain, eased)).toBe(eased);
    expect(strictest(plain, again)).toBe(again);
  });

  it('the same is wanted where people have to do the same, wherever it is written', () => {
    const one = allowed('a', { tell: ['sre'], match: { verb: ['scale'] } });
    expect(wantsTheSame(one, allowed('b', { severityBy: ['ben'] }))).toBe(true);
    expect(wantsTheSame(one, allowed('b', { reasonRequired: true }))).toBe(false);
    expect(wantsTheSame(one, allowed('b', { expiresMs: minute }))).toBe(false);
    expect(wantsTheSame(one, denied)).toBe(false);
    expect(wantsTheSame(denied, one)).toBe(false);
    expect(wantsTheSame(denied, denied)).toBe(false);
  });
});

describe('the stricter of two rules', () => {
  it('that say nothing of it wants nothing more than its places', () => {
    expect(joined({}, {})).toEqual(rule({ where: 'a and b' }));
  });

  it('names both lines, each once', () => {
    const both = allowed('a and b');
    const verdict = strictest(both, allowed('b and c'));
    expect(verdict.allowed && verdict.rule.where).toBe('a and b and c');
  });

  it('lets those ask and approve whom both name, and nobody where they agree on nobody', () => {
    expect(
      joined({ requesters: ['sre', 'dba'] }, { requesters: ['dba', 'ops'] }).requesters,
    ).toEqual(['dba']);
    expect(joined({ requesters: ['sre'] }, { requesters: ['dba'] }).requesters).toEqual([]);
    expect(joined({ surfaces: ['slack', 'console'] }, { surfaces: ['slack'] }).surfaces).toEqual([
      'slack',
    ]);
    expect(joined({ surfaces: ['slack'] }, {}).surfaces).toEqual(['slack']);
  });

  it('rests on those who vouch for both severities, or for the one', () => {
    const both = joined({ severityBy: ['ben', 'eve'] }, { severityBy: ['eve', 'cleo'] });
    expect(both.severityBy).toEqual(['eve']);
    expect(joined({ severityBy: ['ben'] }, {}).severityBy).toEqual(['ben']);
    expect(joined({}, { severityBy: ['ben'] }).severityBy).toEqual(['ben']);
    expect(joined({ severityBy: ['ben'] }, { severityBy: ['eve'] }).severityBy).toEqual([]);
  });

  it('is undone where it is dangerous only if both say so', () => {
    const undo = (danger: boolean) => ({ undo: { withinMs: minute, danger } });
    expect(joined(undo(true), undo(true)).undo).toEqual({ withinMs: minute, danger: true });
    expect(joined(undo(true), undo(false)).undo?.danger).toBe(false);
    expect(joined(undo(false), undo(true)).undo?.danger).toBe(false);
  });

  it('has a glass to break only for whom both name, as often as the stricter one says', () => {
    const glass = (from: readonly string[], perDay: number) => ({ breakGlass: { from, perDay } });
    const both = joined(glass(['sre', 'dba'], 3), glass(['dba'], 1));
    expect(both.breakGlass).toEqual({ from: ['dba'], perDay: 1 });
    expect(joined(glass(['sre'], 3), glass(['dba'], 1))).not.toHaveProperty('breakGlass');
    expect(joined(glass(['sre'], 3), {})).not.toHaveProperty('breakGlass');
  });

  it('asks for the ticket of each, tells whom each tells once, and counts with both', () => {
    const limit = (name: string) => ({ rule: name, where: name, perHour: 1 });
    const one = { tickets: [['OPS-*']], tell: ['sre'], limits: [limit('a')] };
    const other = { tickets: [['INC-*']], tell: ['dba', 'sre'], limits: [limit('b')] };
    expect(joined(one, other)).toMatchObject({
      tickets: [['OPS-*'], ['INC-*']],
      tell: ['sre', 'dba'],
      limits: [limit('a'), limit('b')],
    });
  });
});
