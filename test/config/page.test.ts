import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationPage } from '../../src/config/page.ts';

const root = new URL('../../', import.meta.url);

describe('docs/configuration.md', () => {
  it('says what the schemas say (npm run docs writes it)', () => {
    expect(readFileSync(new URL('docs/configuration.md', root), 'utf8')).toBe(configurationPage());
  });

  it('explains every key it lists', () => {
    const rows = configurationPage()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  });
});
