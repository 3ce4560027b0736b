/**
 * Counts the results in Vitest's JSON report. A file that fails before its first test counts as one
 * failure, and so does a run that failed outside any test.
 *
 * @param {object | undefined} report - The parsed report; undefined when there is none.
 * @param {boolean} succeeded - Whether Vitest ended with exit code 0.
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(report, succeeded) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailure),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function isFailure({ status }) {
  return status === 'failed';
}

/** The last line of a test run: `N passed, N failed, N skipped`. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
