import { describe, expect, it } from 'vitest';
import { isMember } from '../../src/core/person.ts';
import { ben, evidence } from './operation/sample.ts';

describe('membership', () => {
  it('is what was found out, by the exact name of the group', () => {
    expect(isMember(ben, 'sre')).toBe(true);
    expect(isMember(ben, 'dba')).toBe(false);
    expect(isMember(ben, 'SRE')).toBe(false);
    expect(isMember(ben, '')).toBe(false);
    expect(isMember(evidence('eve', []), 'sre')).toBe(false);
  });

  it('is not had by a group called like the person', () => {
    expect(isMember(evidence('sre', []), 'sre')).toBe(false);
  });
});
