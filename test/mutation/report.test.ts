import { describe, expect, it } from 'vitest';
import { judgeReport, type MutationReport } from './report.ts';

const source = 'const a =\n  1 +   2;\nconst b = 3;\n';
const at = (line: number, column: number, end: readonly [number, number]) => ({
  start: { line, column },
  end: { line: end[0], column: end[1] },
});

const report: MutationReport = {
  files: {
    'src/a.ts': {
      source,
      mutants: [
        { mutatorName: 'A', replacement: '-', status: 'Killed', location: at(1, 1, [1, 2]) },
        { mutatorName: 'B', replacement: '-', status: 'Timeout', location: at(1, 1, [1, 2]) },
        {
          mutatorName: 'Sum',
          replacement: '1 - 2',
          status: 'Survived',
          location: at(2, 3, [2, 10]),
        },
        { mutatorName: 'C', replacement: '4', status: 'NoCoverage', location: at(3, 11, [3, 12]) },
        { mutatorName: 'D', replacement: '5', status: 'Ignored', location: at(3, 11, [3, 12]) },
      ],
    },
  },
};

const sum = { file: 'src/a.ts', mutator: 'Sum', original: '1 + 2', replacement: '1 - 2' };

describe('a report of mutants', () => {
  it('counts what nobody noticed, explained or not, as alive', () => {
    const because = 'both are numbers';
    expect(judgeReport(report, [{ ...sum, because }])).toMatchObject({
      mutants: 4,
      killed: 2,
      score: 50,
      unexplained: [{ file: 'src/a.ts', line: 3, original: '3', replacement: '4' }],
      stale: [],
    });
  });

  it('names every survivor without a reason, and every reason without a survivor', () => {
    const gone = { ...sum, original: '1 * 2', because: 'it was there once' };
    const { unexplained, stale } = judgeReport(report, [gone]);
    expect(unexplained.map(({ original }) => original)).toEqual(['1 + 2', '3']);
    expect(stale).toEqual([gone]);
  });

  it('takes a reason for one survivor, however many of the same text there are', () => {
    const survived = {
      ...{ mutatorName: 'A', replacement: '5', status: 'Survived' },
      location: at(3, 11, [3, 12]),
    };
    const files = { 'src/b.ts': { source, mutants: [survived, survived] } };
    const b = { file: 'src/b.ts', mutator: 'A', original: '3', replacement: '5', because: 'x' };
    expect(judgeReport({ files }, [b]).unexplained).toHaveLength(1);
    expect(judgeReport({ files }, [b, b])).toMatchObject({ unexplained: [], stale: [] });
    expect(judgeReport({ files }, [b, b, b]).stale).toEqual([b]);
  });

  it('has a score for each file that there was something to change in, the lowest first', () => {
    const whole = { source: 'x', mutants: [] };
    const dead = { mutatorName: 'A', status: 'Killed', location: at(1, 1, [1, 2]) };
    const files = { 'src/b.ts': { source: 'x', mutants: [dead] }, 'src/types.ts': whole };
    expect(judgeReport({ files: { ...files, ...report.files } }, []).files).toEqual([
      { file: 'src/a.ts', mutants: 4, killed: 2, score: 50 },
      { file: 'src/b.ts', mutants: 1, killed: 1, score: 100 },
    ]);
  });

  it('is worth nothing when it is empty', () => {
    expect(judgeReport({ files: {} }, [])).toMatchObject({ score: 0, mutants: 0 });
  });
});
