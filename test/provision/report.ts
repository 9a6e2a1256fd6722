export type Count = { readonly passed: number; readonly failed: number; readonly skipped: number };

type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

/** What vitest's JSON report says, distrusted: a run without one, or one that failed without a failed test, counts as a failure. */
export function countOf(report: string | undefined, exitStatus: number | null): Count {
  const parsed = report === undefined ? undefined : parse(report);
  if (!parsed) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = parsed.testResults.filter(failedWithoutATest).length;
  const failed = parsed.numFailedTests + brokenFiles;
  const silentFailure = failed === 0 && (exitStatus !== 0 || parsed.numPassedTests === 0);
  return {
    passed: parsed.numPassedTests,
    failed: silentFailure ? 1 : failed,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

export function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (total, count) => ({
      passed: total.passed + count.passed,
      failed: total.failed + count.failed,
      skipped: total.skipped + count.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** A file that cannot be imported, or whose hooks fail, reports no failed test of its own. */
function failedWithoutATest(file: VitestReport['testResults'][number]): boolean {
  return (
    file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')
  );
}

function parse(report: string): VitestReport | undefined {
  try {
    return JSON.parse(report);
  } catch {
    return undefined;
  }
}
