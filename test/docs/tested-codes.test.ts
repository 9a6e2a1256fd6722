import { describe, expect, it } from 'vitest';
import { chapters } from '../../docs/problem-books.ts';
import { filesOf, textOf } from '../tidy/tree.ts';
import { untested } from './untested-codes.ts';

const isFull = process.env['TOCSIN_FULL'] === '1';

/** Lists of names are no tests. */
const lists = ['test/docs/untested-codes.ts', 'test/docs/problems.test.ts'];

const words = new Set(
  filesOf()
    .filter((path) => path.startsWith('test/') && /\.m?[jt]s$/.test(path) && !lists.includes(path))
    .flatMap((path) => textOf(path).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g) ?? []),
);

/** What outside systems say is often made by a real server alone, whose suite may follow: it is owed before a release. */
const mayFollow = ['src/integrations/', 'src/core/backup/'];
const books = chapters.filter(
  ({ file }) => isFull || !mayFollow.some((folder) => file.startsWith(folder)),
);

describe('every code of the problem books', () => {
  it('is named by a test that makes its situation', () => {
    const excepted = new Set(untested);
    const codes = books.flatMap(({ book }) => Object.keys(book));
    expect(codes.filter((code) => !words.has(code) && !excepted.has(code))).toEqual([]);
  });

  it('is excepted from that only where there is such a code, and before a release only while no test names it', () => {
    const known = new Set(chapters.flatMap(({ book }) => Object.keys(book)));
    const needless = untested.filter((code) => !known.has(code) || (isFull && words.has(code)));
    expect(needless).toEqual([]);
  });
});
