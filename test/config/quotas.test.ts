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
