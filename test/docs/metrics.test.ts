import { describe, expect, it } from 'vitest';
import { scrapeAll } from '../support/scrape.ts';
import { textOf } from '../tidy/tree.ts';

/** Rows of the tables: `| name | type | labels | what it says | … |`. */
const documented = textOf('docs/metrics.md')
  .split('\n')
  .filter((line) => line.startsWith('| `tocsin_'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .map(([, name = '', type = '', labels = '', help = '']) => ({ name, type, labels, help }));

describe('docs/metrics.md', () => {
  it('has a row for each metric of ours: its type, its labels, and what /metrics itself says of it', async () => {
    expect(byName(documented)).toEqual(byName(rowsOf(await scrapeAll())));
  });

  it('names only metrics that there are', () => {
    const known = new Set(documented.map(({ name }) => name));
    const said = textOf('docs/metrics.md').match(/\btocsin_\w+/g) ?? [];
    expect(said.filter((name) => !known.has(name.replace(/_bucket$/, '')))).toEqual([]);
  });
});

type Row = (typeof documented)[number];

function byName(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** What a scrape says of each metric; labels as its first sample has them. */
function rowsOf(scraped: string): readonly Row[] {
  return [...scraped.matchAll(/^# HELP (tocsin_\w+) (.*)\n# TYPE \1 (\w+)\n(.*)/gm)].map(
    ([, name = '', help = '', type = '', sample = '']) => {
      const labels = [...sample.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label);
      return { name, type, labels: labels.filter((label) => label !== 'le').join(', '), help };
    },
  );
}
