import { describe, expect, it } from 'vitest';
import { filesOf, textOf } from '../tidy/tree.ts';

/** What is written to a journal stands as a type with a version, or as one of those that extend `Event` alone. */
const written = filesOf()
  .filter((path) => path.startsWith('src/') && path.endsWith('.ts'))
  .flatMap((path) => {
    const text = textOf(path);
    const versioned = text.matchAll(/readonly type: '(\w+)';?\s+(?:readonly )?v: 1/g);
    const plain = text.matchAll(/Event (?:& )?\{(?:\s*\/\*\*.*\*\/)?\s*readonly type: '(\w+)'/g);
    const shared = text.matchAll(/\{ readonly type: '(\w+)' \| '(\w+)' \}/g);
    return [...versioned, ...plain, ...shared].flatMap(([, one = '', other = '']) => [one, other]);
  })
  .filter((type) => type !== '' && type !== 'Erased');

const [, page = ''] = /^## Who writes what$([\s\S]*?)^## /m.exec(textOf('docs/journal.md')) ?? [];
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .join('\n');
const documented = [...rows.matchAll(/`([A-Z]\w+)`/g)].map(([, type = '']) => type);

describe('docs/journal.md', () => {
  it('has each type of event that the program writes, and no other', () => {
    expect(written.length).toBeGreaterThan(60);
    expect([...new Set(documented)].toSorted()).toEqual([...new Set(written)].toSorted());
  });
});
