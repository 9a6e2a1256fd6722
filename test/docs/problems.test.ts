import { describe, expect, it } from 'vitest';
import { pages } from '../../docs/generate.ts';
import { chapters } from '../../docs/problem-books.ts';
import type { ProblemBook } from '../../src/core/problem.ts';
import { filesOf, textOf } from '../tidy/tree.ts';

const sources = filesOf()
  .filter((path) => path.startsWith('src/') && path.endsWith('.ts'))
  .map((path) => ({ path, text: textOf(path) }));

const worded = chapters.flatMap(({ file, book }) =>
  Object.entries(book).map(([code, words]) => ({ file, code, words })),
);

/** Codes handed to `problem(…)`, over line breaks too. */
const called = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/\bproblem\(\s*'([^']+)'/g)].map(([, code = '']) => ({ path, code })),
);

/** Every name of that form in quotes or behind a dot: codes travel through tables and short functions as well. */
const named = new Set(
  sources.flatMap(({ text }) =>
    [...text.matchAll(/'([A-Z][A-Z0-9_]+)'|\.([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g)].map(
      ([, quoted, behindDot]) => quoted ?? behindDot ?? '',
    ),
  ),
);

/** Names of that form that are no problems: settings, marks of vendors, words of examples in comments. */
const otherNames = new Set([
  'DUPLICATE_KEY',
  'EAI_AGAIN',
  'INTERACTION_CREATE',
  'MESSAGE_CREATE',
  'MULTIPLE_DOCS',
  'NEGATIVE_INFINITY',
  'POSITIVE_INFINITY',
  'TAB_AS_INDENT',
  'TAG_RESOLVE_FAILED',
  'HPA_WILL_UNDO',
  // Only counted: whoever looks is told that there is nothing.
  'INCIDENT_PRIVATE',
  'W_OK',
  'X_OK',
  'R_OK',
  'O_RDONLY',
  'O_NOFOLLOW',
  'O_NONBLOCK',
  'O_DIRECTORY',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
  'WHEN_REQUIRED',
]);

describe('every problem', () => {
  it('that is raised has words', () => {
    const known = new Set(worded.map(({ code }) => code));
    expect(called.filter(({ code }) => !known.has(code))).toEqual([]);
    const silent = [...named].filter(
      (name) =>
        name.includes('_') &&
        !known.has(name) &&
        !otherNames.has(name) &&
        !name.startsWith('TOCSIN_'),
    );
    expect(silent).toEqual([]);
  });

  it('that has words is raised somewhere', () => {
    expect(worded.filter(({ code }) => !named.has(code)).map(({ code }) => code)).toEqual([]);
  });

  it('is worded once', () => {
    const codes = worded.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('has a code in capitals and says all four parts as whole sentences', () => {
    const poor = worded.filter(
      ({ code, words }) =>
        !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code) ||
        Object.values(words).some((part) => !/^\S/.test(part) || !/(?:[.?]|\{\w+\})$/.test(part)),
    );
    expect(poor.map(({ code }) => code)).toEqual([]);
  });

  it('keeps calm: no exclamation, no apology, nothing that just went wrong', () => {
    const loud = worded.filter(({ words }) =>
      /!|\bsorry\b|\boops\b|something went wrong|\bplease\b/i.test(Object.values(words).join(' ')),
    );
    expect(loud.map(({ code }) => code)).toEqual([]);
  });

  it('stands in a chapter: no book of the tree is left out', async () => {
    const books = sources.filter(({ text }) => /^export const \w*roblems\b/m.test(text));
    expect(books.length).toBeGreaterThanOrEqual(10);
    const missing: string[] = [];
    for (const { path, text } of books) {
      const [, name = ''] = /^export const (\w*roblems)\b/m.exec(text) ?? [];
      const module: Readonly<Record<string, ProblemBook>> = await import(
        /* @vite-ignore */ `../../${path}`
      );
      const known = chapters.find(({ file }) => file === path);
      if (known?.book !== module[name]) missing.push(`${path} ${name}`);
    }
    expect(missing).toEqual([]);
  });
});

describe.each(Object.entries(pages))('%s', (path, page) => {
  it('says what the code says (npm run docs writes it)', () => {
    expect(textOf(path)).toBe(page());
  });
});
