// Before a release: packs every package, checks what the tarballs hold and how large they are, installs them with
// npm on each version of Node.js as if they were published, and uses them. Takes minutes, leaves nothing behind.
//   node scripts/release-check.mjs [--node 20.19,22,24] [--write-budgets] [--keep]
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkTypes, installedChecks } from './release/check-installed.mjs';
import { inspectPacked } from './release/inspect-packed.mjs';
import { installNode } from './release/install-node.mjs';
import { measureImport } from './release/measure-code.mjs';
import { packPackage } from './release/pack-packages.mjs';
import { publishablePackages } from './release/publishable-packages.mjs';
import { outcomeTable, runCheck } from './release/run-check.mjs';
import { serveRegistry } from './release/serve-registry.mjs';
import { checkSizes, kilobytes, readBudgets, writeBudgets } from './release/size-budgets.mjs';
import { root, runTool } from './tools.mjs';

const { values: flags } = parseArgs({
  options: {
    /** Versions of Node.js, the oldest that the packages promise first. */
    node: { type: 'string', default: '20.19,22,24' },
    /** Write the sizes, with headroom, as the new budgets. */
    'write-budgets': { type: 'boolean', default: false },
    /** Leave the temporary folder. */
    keep: { type: 'boolean', default: false },
  },
});

if (!runTool('turbo', ['run', 'build', '--output-logs=errors-only'])) process.exit(1);
const { formatTable } = await import('@mmrec/cli');

const folder = mkdtempSync(join(tmpdir(), 'release-check-'));
process.once('exit', () => {
  if (flags.keep) console.error(`Left: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { packed, sizes, problems } = await packAll();
const registry = await serveRegistry(packed);
const inputs = { registry: registry.url, packages: packed.map(({ name }) => name) };
try {
  const types = await step('', { name: 'types', run: () => checkTypes({ ...inputs, folder }) });
  problems.push(...types.problems);
  // Without the project that the types were checked in there is nothing to bundle.
  if (types.problems.length === 0) sizes.imports = await measureImports(join(folder, 'typescript'));
  const columns = [];
  for (const range of flags.node.split(',')) {
    columns.push(await checkOnNode(range, { ...inputs, alone: columns.length === 0 }));
  }
  report({ packed, sizes, columns });
} finally {
  await registry.close();
}
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(problems.length === 0 ? '\nReady for a release.' : `\n${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Packs and inspects every package. */
async function packAll() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const into = join(folder, 'tarballs');
  mkdirSync(into);
  const all = { packed: [], sizes: { packages: {}, imports: {} }, problems: [] };
  for (const source of publishablePackages(root)) {
    const packed = await packPackage(source, { into, packageManager });
    const found = await inspectPacked(packed, root);
    all.packed.push(packed);
    all.sizes.packages[packed.name] = found.sizes;
    all.problems.push(...found.problems);
    console.error(`packed ${packed.name} ${packed.version}`);
  }
  return all;
}

/** What single imports cost, of those that have a budget. */
async function measureImports(project) {
  const measured = {};
  for (const name of Object.keys(readBudgets().imports)) {
    const [from, what] = name.split('#');
    measured[name] = await measureImport(`export { ${what} } from '${from}'`, project);
  }
  return measured;
}

/** Installs a version of Node.js and runs all checks on it; the examples on the first one by their READMEs. */
async function checkOnNode(range, where) {
  const home = join(folder, `node-${range}`);
  const { file, version } = await installNode(range, join(home, 'node'));
  const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const outcomes = [];
  for (const check of installedChecks({ ...where, node: file, folder: home, examples })) {
    const outcome = await step(`Node.js ${version}: `, check);
    outcomes.push(outcome);
    problems.push(
      ...outcome.problems.map((text) => `Node.js ${version}: ${outcome.name}: ${text}`),
    );
  }
  // Each version's projects take gigabytes.
  if (!flags.keep) rmSync(home, { recursive: true, force: true });
  return { version, outcomes };
}

async function step(prefix, check) {
  const outcome = await runCheck(check);
  const { name, seconds, problems: found } = outcome;
  const result = found.length > 0 ? 'FAILED' : 'ok';
  console.error(`${prefix}${name}: ${result} (${seconds.toFixed(0)} s)`);
  for (const text of found) console.error(`  ${text}`);
  return outcome;
}

/** Prints sizes and outcomes, and adds what is over its budget to the problems. */
function report({ packed, sizes, columns }) {
  if (flags['write-budgets']) writeBudgets(sizes);
  const budgets = readBudgets();
  problems.push(...checkSizes(sizes, budgets));
  const rows = packed.map(({ name, version, files }) => {
    const { packed: tarball, code } = sizes.packages[name];
    const budget = budgets.packages[name] ?? {};
    const pair = (size, most) => [kilobytes(size), most === undefined ? '–' : kilobytes(most)];
    return [
      ...[name, version, String(files.size)],
      ...pair(tarball, budget.packed),
      ...pair(code, budget.code),
    ];
  });
  const heading = ['package', 'version', 'files', 'packed kB', 'budget', 'code kB', 'budget'];
  console.log(`\n${formatTable(heading, rows)}`);
  const imports = Object.entries(sizes.imports).map(([name, size]) => [
    ...[name, kilobytes(size), kilobytes(budgets.imports[name])],
  ]);
  console.log(`\n${formatTable(['import, bundled', 'kB', 'budget'], imports)}`);
  const table = outcomeTable(columns);
  console.log(`\n${formatTable(table.heading, table.rows)}\n`);
}
