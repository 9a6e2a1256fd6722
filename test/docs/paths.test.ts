import { describe, expect, it } from 'vitest';
import { exists, pathsIn, speaksOfTheTree } from '../tidy/paths.ts';
import { filesOf, textOf } from '../tidy/tree.ts';

describe('the documents', () => {
  it('name only files and folders that exist', () => {
    const known = filesOf();
    const lost = known.filter(speaksOfTheTree).flatMap((document) =>
      pathsIn(document, textOf(document))
        .filter(({ path }) => !exists(path, known))
        .map(({ line, path }) => `${document}:${line} ${path}`),
    );
    expect(lost).toEqual([]);
  });
});

describe('the search for paths in a document', () => {
  const known = ['src/core/plan.ts', 'docs/style.md', 'README.md'];
  const lost = (document: string, text: string) =>
    pathsIn(document, text)
      .filter(({ path }) => !exists(path, known))
      .map(({ path }) => path);

  it('finds a code span that no file answers to', () => {
    expect(lost('README.md', 'See `src/core/plan.ts`, `src/core/` and `src/cor/plan.ts`.')).toEqual(
      ['src/cor/plan.ts'],
    );
  });

  it('finds a link that leads nowhere, from where the document stands', () => {
    const text =
      '[a](style.md) [b](../README.md#start) [c](other.md) [d](https://example.com/x.md)';
    expect(lost('docs/index.md', text)).toEqual(['docs/other.md']);
  });

  it('follows patterns', () => {
    expect(lost('README.md', '`src/*/plan.ts` `src/*/other.ts` `src/{core,bot}/plan.ts`')).toEqual([
      'src/*/other.ts',
    ]);
  });

  it('leaves blocks of code, placeholders and other words alone', () => {
    const text = '```\n`src/none.ts`\n```\n`src/<name>/x.ts` `npm run src` `and/or` `a.ts`';
    expect(lost('README.md', text)).toEqual([]);
  });
});
