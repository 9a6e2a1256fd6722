import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNotBuilt } from '../../src/config/field.ts';
import { configurationPage } from '../../src/config/page.ts';
import { sections } from '../../src/config/schema.ts';

const root = new URL('../../', import.meta.url);

describe('docs/configuration.md', () => {
  it('says what the schemas say (npm run docs writes it)', () => {
    expect(readFileSync(new URL('docs/configuration.md', root), 'utf8')).toBe(configurationPage());
  });

  it('has a chapter for every section this build reads', () => {
    const chapters = [...configurationPage().matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    const read = Object.entries(sections).filter(([, schema]) => !isNotBuilt(schema));
    expect(chapters.toSorted()).toEqual(read.map(([name]) => name).toSorted());
  });

  it('explains every key it lists', () => {
    const rows = configurationPage()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  });
});
