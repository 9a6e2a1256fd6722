import { describe, expect, it } from 'vitest';
import { attacks, personAttacks } from '../attacks/suite.ts';
import { filesOf, textOf } from '../tidy/tree.ts';

const sections = textOf('docs/threat-model.md').split(/^## /m).slice(1);
const known = new Set(filesOf());

const attackNames = new Set([...attacks, ...personAttacks].map(({ name }) => name));

/** Rows of the attacks are named by the suite, other tests by their file. */
function stands({ path, name }: { readonly path: string; readonly name: string }): boolean {
  if (name === '' || !known.has(path)) return false;
  return path.startsWith('test/attacks/on-') ? attackNames.has(name) : textOf(path).includes(name);
}

/** `path` “name of a test”, in the last cell of a row. */
const rowsOf = (section: string) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| control '))
    .map((line) => {
      const [, path = '', name = ''] = /\| `([^`]+)` “([^”]+)” \|$/.exec(line) ?? [];
      return { line, path, name };
    });

describe('docs/threat-model.md', () => {
  it.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]))(
    '%s: each control has a test, and it says what is left',
    (_name, section) => {
      const rows = rowsOf(section);
      expect(rows.length).toBeGreaterThan(1);
      const untested = rows.filter((row) => !stands(row));
      expect(untested.map(({ line }) => line)).toEqual([]);
      expect(section).toMatch(/^\*\*What is left\*\*: \S/m);
    },
  );

  it('speaks of each threat that has a name', () => {
    const titles = sections.map((section) => section.split('\n', 1)[0]);
    expect(titles.length).toBeGreaterThanOrEqual(14);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
