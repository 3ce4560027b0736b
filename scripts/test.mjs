// Builds, checks and tests everything. The last line is `N passed, N failed, N skipped`: Vitest's
// tests, and each of the steps before them as one.
//   node scripts/test.mjs [--soak]
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summaryLine } from './count-tests.mjs';
import { entryOf, runTool, startNode } from './tools.mjs';

const env = process.argv.includes('--soak') ? { MMREC_SOAK: '1' } : {};

/** What is checked of the code, in two rows that take about as long: most of it keeps one core busy. */
const checks = [
  [['lint', [entryOf('eslint'), '.']]],
  [
    ['format', [entryOf('prettier'), '--check', '--log-level=warn', '.']],
    ['layers', ['scripts/check-layers.mjs']],
    ['unused code and dependencies', [entryOf('knip'), '--no-config-hints']],
    ['types', [entryOf('typescript#tsc'), '-p', 'tsconfig.json']],
    ['packages', [entryOf('turbo'), 'run', 'test:pack', '--output-logs=errors-only']],
  ],
];

const failures = [];
console.log('\n— build');
if (!runTool('turbo', ['run', 'build', '--output-logs=errors-only'])) failures.push('build');
await Promise.all(
  checks.map(async (row) => {
    for (const [name, args] of row) {
      const { succeeded, output } = await startNode(args);
      console.log(`\n— ${name}\n${output}`.trimEnd());
      if (!succeeded) failures.push(name);
    }
  }),
);
const numSteps = 1 + checks.flat().length;

console.log('\n— tests');
const tests = runTests();
const total = {
  passed: tests.passed + numSteps - failures.length,
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
