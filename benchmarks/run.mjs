// `pnpm bench`: time per epoch and per evaluation and peak memory of each model, and the kernels beside
// their TensorFlow.js compositions; with --large a graph of 20 million interactions as well. Prints a table and writes benchmarks/results/<name>.json.
//   node benchmarks/run.mjs [--backend wasm] [--epochs 5] [--name latest] [--large]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root, runTool } from '../scripts/tools.mjs';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    epochs: { type: 'string', default: '5' },
    name: { type: 'string', default: 'latest' },
    large: { type: 'boolean', default: false },
  },
});

if (!runTool('turbo', ['run', 'build', '--output-logs=errors-only'])) process.exit(1);
const { formatTable } = await import('@mmrec/cli');

const dataFolder = resolve(process.env['MMREC_DATA_DIR'] ?? join(root, '..', 'shared', 'data'));
const datasets = ['demo', 'tiktok', 'baby'].filter((name) => {
  if (name === 'demo' || existsSync(join(dataFolder, name))) return true;
  console.log(`${name}: skipped, no folder ${name} in MMREC_DATA_DIR`);
  return false;
});

/** Runs one measurement in a process of its own, so that its peak memory is its own. */
function measure(script, args) {
  const output = execFileSync(process.execPath, [join(root, 'benchmarks', script), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MMREC_DATA_DIR: dataFolder },
  });
  return JSON.parse(output);
}

const cases = [
  ['demo', ['bm3', 'lightgcn']],
  ['tiktok', ['bm3', 'lightgcn', 'lgmrec', 'alignrec', 'vbpr', 'mmssl']],
  ['baby', ['bm3', 'bm3 sparseUpdates=lazy', 'bm3 trainFeatures=false', 'lightgcn']],
];
const models = cases
  .filter(([dataset]) => datasets.includes(dataset))
  .flatMap(([dataset, names]) =>
    names.map((name) => {
      console.log(`${name} on ${dataset} …`);
      const [model, ...options] = name.split(' ');
      return measure('model.mjs', [...[model, dataset, values.backend, values.epochs], ...options]);
    }),
  );
const large = values.large && measure('large.mjs', [values.backend]);
console.log('kernels …');
const kernels = measure('kernels.mjs', [values.backend]);

const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.versions.node };
const folder = join(root, 'benchmarks', 'results');
mkdirSync(folder, { recursive: true });
const report = {
  date: new Date().toISOString(),
  machine,
  models,
  kernels,
  ...(large && { large }),
};
writeFileSync(join(folder, `${values.name}.json`), `${JSON.stringify(report, null, 2)}\n`);

console.log(`\n${machine.cores} × ${machine.processor}, Node ${machine.node}\n`);
console.log(
  formatTable(
    ['model', 'data', 'back end', 's / epoch', 's / evaluation', 'users', 'peak MB'],
    models.map((m) => [
      `${m.model} ${m.options}`.trim(),
      m.dataset,
      m.backend,
      m.secondsPerEpoch.toFixed(2),
      m.secondsPerEvaluation.toFixed(3),
      String(m.evaluatedUsers),
      String(m.peakMemoryMB),
    ]),
  ),
);
console.log('');
console.log(
  formatTable(
    ['kernel', 'ms', 'TensorFlow.js, ms', 'times faster'],
    kernels.map(({ kernel, milliseconds, composition }) => [
      kernel,
      milliseconds.toFixed(2),
      composition?.toFixed(2) ?? '–',
      composition === undefined ? '–' : (composition / milliseconds).toFixed(1),
    ]),
  ),
);
if (large) console.log('\n20 million interactions:', large);
