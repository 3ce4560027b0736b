import { describe, expect, it } from 'vitest';
import { countTests, summaryLine } from './count-tests.mjs';

const report = (changes) => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  ...changes,
});

describe('countTests', () => {
  it('counts pending and todo tests as skipped', () => {
    expect(countTests(report(), true)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  });

  it('counts failed tests once, not their file as well', () => {
    const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }];
    expect(countTests(report({ numFailedTests: 1, testResults }), false).failed).toBe(1);
  });

  it('counts a file that could not be loaded', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(countTests(report({ testResults }), false).failed).toBe(1);
  });

  it('counts a run that failed with every test passing', () => {
    expect(countTests(report(), false).failed).toBe(1);
  });

  it('counts a missing report as one failure', () => {
    expect(countTests(undefined, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

it('summaryLine names the three counts', () => {
  expect(summaryLine({ passed: 3, failed: 1, skipped: 0 })).toBe('3 passed, 1 failed, 0 skipped');
});
