import { describe, expect, it } from 'vitest';
import { countOf, sum } from './report.ts';

type File = { status: string; assertionResults: { status: string }[] };

function report(passed: number, failed: number, testResults: File[] = []): string {
  const numbers = { numPassedTests: passed, numFailedTests: failed };
  return JSON.stringify({ ...numbers, numPendingTests: 2, numTodoTests: 1, testResults });
}

describe('the count of a test run', () => {
  it('is what the report says', () => {
    expect(countOf(report(5, 0), 0)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  });

  it('is a failure when the runner left no report', () => {
    expect(countOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('is a failure when the report is cut off', () => {
    expect(countOf('{"numPassedTests": 5', 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a file that could not be imported', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(countOf(report(5, 0, [broken]), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('counts a failed test once, and not its file beside it', () => {
    const file = { status: 'failed', assertionResults: [{ status: 'failed' }] };
    expect(countOf(report(5, 1, [file]), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('counts an error outside every test, which only the exit code shows', () => {
    expect(countOf(report(5, 0), 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  it('counts a runner ended by a signal', () => {
    expect(countOf(report(5, 0), null)).toMatchObject({ failed: 1 });
  });

  it('refuses a run in which nothing ran', () => {
    expect(countOf(report(0, 0), 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('adds up over its parts', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
