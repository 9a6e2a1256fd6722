import { describe, expect, it } from 'vitest';
import { judgeContent } from '../../../../src/core/backup/compare.ts';
import { contentAround } from '../../../../src/integrations/postgres/backup/around.ts';

const written = (added: number, removed: number) => new Map([['public.t', { added, removed }]]);
const sample = (rows: number, added: number, removed: number, answered = '1') => ({
  content: {
    counts: { 'public.t': rows },
    uncounted: 0,
    query: { asked: 'SELECT 1', answered },
  },
  written: written(added, removed),
});

describe('what a copy of a server can hold', () => {
  it.each<
    [
      string,
      readonly [number, number, number],
      readonly [number, number, number],
      readonly [number, number],
    ]
  >([
    ['nothing was written', [10, 100, 90], [10, 100, 90], [10, 10]],
    ['rows were added', [10, 100, 90], [15, 105, 90], [10, 15]],
    ['rows came and went again', [10, 100, 90], [10, 104, 94], [6, 14]],
    ['rows were removed', [10, 100, 90], [2, 100, 98], [2, 10]],
    ['it was emptied by a TRUNCATE and filled again', [100, 100, 0], [100, 200, 0], [0, 200]],
    ['a transaction was taken back', [10, 100, 90], [10, 103, 90], [0, 13]],
  ])('where %s', (_, [rows, added, removed], [rowsAfter, addedAfter, removedAfter], between) => {
    const found = contentAround(
      sample(rows, added, removed),
      sample(rowsAfter, 0, 0),
      written(addedAfter, removedAfter),
    );
    expect([found.counts['public.t'], found.atMost?.['public.t']]).toEqual(between);
  });

  it('is said of tables that came or went meanwhile as well', () => {
    const empty = { content: { counts: {}, uncounted: 0 }, written: new Map() };
    const came = contentAround(empty, sample(5, 0, 0), written(5, 0));
    expect([came.counts, came.atMost]).toEqual([{ 'public.t': 0 }, { 'public.t': 5 }]);
    const went = contentAround(sample(5, 5, 0), empty, new Map());
    expect([went.counts, went.atMost]).toEqual([{ 'public.t': 0 }, { 'public.t': 5 }]);
  });

  it('an answer is held against the copy only where it was the same before and after', () => {
    const same = contentAround(sample(1, 0, 0), sample(1, 0, 0), written(0, 0));
    expect(same.query).toEqual({ asked: 'SELECT 1', answered: '1' });
    expect(judgeContent(same, { counts: { 'public.t': 1 }, uncounted: 0 })).toMatchObject([
      {
        name: 'rows',
        ok: true,
        says: '1 rows in 1 tables, within what was counted while it was copied',
      },
      { name: 'query', ok: false },
    ]);
    const other = contentAround(sample(1, 0, 0), sample(1, 0, 0, '2'), written(0, 0));
    expect(other.query).toBeUndefined();
  });
});
