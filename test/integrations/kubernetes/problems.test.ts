import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problems } from '../../../src/integrations/kubernetes/problems.ts';

const folder = 'src/integrations/kubernetes';
const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');
const used = new Set([...source.matchAll(/'(K8S_[A-Z_]+)'/g)].map(([, code]) => code ?? ''));

describe('the problems of the integration', () => {
  it('have words, each of them', () => {
    expect([...used].filter((code) => problems[code] === undefined)).toEqual([]);
  });

  it('are all used', () => {
    expect(Object.keys(problems).filter((code) => !used.has(code))).toEqual([]);
  });

  it.each(Object.entries(problems))('%s says five things as sentences', (_code, words) => {
    for (const text of [words.what, words.changed, words.next]) expect(text).toMatch(/[.}]$/);
    expect(words.why).toMatch(/[.}]$/);
  });
});
