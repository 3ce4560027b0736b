// Builds, checks and tests everything. The last line is `N passed, N failed, N skipped`: Vitest's
// tests, and each of the steps before them as one.
//   node scripts/test.mjs [--soak]
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summaryLine } from './count-tests.mjs';
import { runNode, runTool } from './tools.mjs';

const env = process.argv.includes('--soak') ? { MMREC_SOAK: '1' } : {};

const steps = [
  ['build', () => runTool('turbo', ['run', 'build', '--output-logs=errors-only'])],
  ['lint', () => runTool('eslint', ['.'])],
  ['format', () => runTool('prettier', ['--check', '--log-level=warn', '.'])],
  ['layers', () => runNode(['scripts/check-layers.mjs'])],
  ['unused code and dependencies', () => runTool('knip', ['--no-config-hints'])],
  ['types', () => runTool('typescript#tsc', ['-p', 'tsconfig.json'])],
  ['packages', () => runTool('turbo', ['run', 'test:pack', '--output-logs=errors-only'])],
];

const failures = steps.flatMap(([name, run]) => {
  console.log(`\n— ${name}`);
  return run() ? [] : [name];
});

console.log('\n— tests');
const tests = runTests();
const total = {
  passed: tests.passed + steps.length - failures.length,
  failed: tests.failed + failures.length,
  skipped: tests.skipped,
};
for (const name of failures) console.log(`FAILED: ${name}`);
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(summaryLine(total));

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-test-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const succeeded = runTool('vitest', ['run', ...reporters], env);
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return countTests(report, succeeded);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
