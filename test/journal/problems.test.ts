import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { journalProblems } from '../../src/journal/index.ts';

const folder = new URL('../../src/journal/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'problems.ts')
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');
const used = new Set(
  [...sources.matchAll(/(?:problem\(\s*|code: )'([A-Z][A-Z_]+)'/g)].map(([, code = '']) => code),
);

describe('the problems of the journal', () => {
  it('have words for every code that the sources use', () => {
    // Two codes are part of the port: they are answers, not problems.
    const answers = ['CONFLICT', 'FENCED'];
    expect(
      [...used].filter((code) => !answers.includes(code) && !(code in journalProblems)),
    ).toEqual([]);
  });

  it('have no words that nobody says', () => {
    // What may be erased is decided at the command line, in our words.
    const elsewhere = readFileSync(new URL('../cli/host-records.ts', folder), 'utf8');
    const isSaid = (code: string) => used.has(code) || elsewhere.includes(`'${code}'`);
    expect(Object.keys(journalProblems).filter((code) => !isSaid(code))).toEqual([]);
  });
});
