import { describe, expect, it } from 'vitest';
import { type SecurityKind, securityKinds } from '../../../src/core/incident/security.ts';
import { securityLine, securityWords } from '../../../src/core/view/security-words.ts';

const words = { names: new Map([['ana', 'Ana']]), book: {} };
const kinds = Object.keys(securityKinds) as SecurityKind[];

describe('the words of security notices', () => {
  it.each(kinds)('say of %s what happened, what it means and what to do next', (kind) => {
    const { line, means, next } = securityWords[kind];
    for (const text of [line, means, next]) expect(text.length).toBeGreaterThan(20);
    expect(means).toMatch(/\.$/);
    expect(next).toMatch(/\.$/);
  });

  it('show a person by name, a code as code, and a missing fact as a hole that is seen', () => {
    const kind = 'forged-requests';
    expect(securityLine({ kind, facts: { count: 3, code: 'X' } }, words)).toEqual([
      '3',
      ' requests to ',
      '{door}',
      ' within ',
      '{minutes}',
      ' min could not prove who sent them ',
      { kind: 'code', text: 'X' },
    ]);
  });
});
