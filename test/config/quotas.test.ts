import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

describe('quotas', () => {
  it('let a requester have three plans waiting, or as many as are written', () => {
    expect(accepted(yaml()).settings.pendingMax).toBe(3);
    expect(accepted(yaml({ quotas: 'quotas: { pending: 5 }' })).settings.pendingMax).toBe(5);
  });

  it('refuse what is no such number, and keys nobody knows', () => {
    expect(faultsOf(yaml({ quotas: 'quotas: { pending: 0 }' })).join()).toContain('from 1 to 100');
    expect(faultsOf(yaml({ quotas: 'quotas: { per_hour: 5 }' })).join()).toContain('per_hour');
  });
});

describe('quotas of a rule', () => {
  const rule = (quotas: string, match = 'risk: change') =>
    yaml({
      policies: `policies: [ { match: { ${match} }, requesters: [sre], approvals: [], quotas: ${quotas} } ]`,
    });

  it('limit what it lets begin, and name the rule by what it says and by its line', () => {
    const [one] = accepted(rule('{ per_hour: 5, concurrent: 1 }')).settings.policy.rules;
    expect(one).toMatchObject({ limits: [{ where: 'tocsin.yaml:1', perHour: 5, concurrent: 1 }] });
    const named = (text: string) => {
      const [first] = accepted(text).settings.policy.rules;
      return first?.kind === 'allow' ? first.limits?.[0]?.rule : undefined;
    };
    expect(named(rule('{ per_hour: 5 }'))).toMatch(/^[0-9a-f]{16}$/);
    expect(named(`# moved\n${rule('{ per_hour: 5 }')}`)).toBe(named(rule('{ per_hour: 5 }')));
    expect(named(rule('{ per_hour: 6 }'))).not.toBe(named(rule('{ per_hour: 5 }')));
  });

  it('are refused where they say nothing or could have no effect', () => {
    expect(faultsOf(rule('{}')).join()).toContain('names neither per_hour nor concurrent');
    expect(faultsOf(rule('{ per_hour: 0 }')).join()).toContain('from 1 to 1000');
    expect(faultsOf(rule('{ per_day: 3 }')).join()).toContain('per_day');
    expect(faultsOf(rule('{ per_hour: 5 }', 'risk: incident')).join()).toContain(
      'nothing that it lets through is planned',
    );
    const denied = yaml({ policies: 'policies: [ { deny: {}, quotas: { per_hour: 5 } } ]' });
    expect(faultsOf(denied).join()).toContain('a deny rule has quotas');
  });
});
