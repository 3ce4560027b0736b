// AlignRec whole and without each of its alignments: trains, prints the test metrics' means over the seeds, and
// writes benchmarks/results/<name>.json. Run folders are kept in runs/ablation.
//   node benchmarks/ablation.mjs --data DIR [--seeds 1,2,3] [--epochs n] [--backend wasm] [--threads n] [--set key=value]… [--name ablation]
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/tools.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string' },
    backend: { type: 'string', default: 'auto' },
    threads: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    name: { type: 'string', default: 'ablation' },
  },
});
if (values.data === undefined) {
  console.error('ablation: --data must name a dataset folder, got none.');
  process.exit(2);
}

const { formatTable, main } = await import('@mmrec/cli');

/** Runs the command; its progress is shown, its JSON returned. */
async function mmrec(...args) {
  let printed = '';
  const stdout = { write: (text) => ((printed += text), true) };
  const code = await main([...args, '--json'], { stdout, stderr: process.stderr });
  if (code !== 0) process.exit(code);
  return JSON.parse(printed);
}

const { features } = await mmrec('data', 'inspect', values.data);
const modalities = features.map(({ modality }) => modality);
const others = modalities.filter((modality) => modality !== 'unified');
const cases = [
  ['AlignRec', []],
  ['without CCA', ['--set', 'categoryWeight=0']],
  ['without UIA', ['--set', 'userItemWeight=0']],
  ['without REG', ['--set', 'similarityWeight=0']],
];
// Inter-content alignment is what the encoder was trained for: without it, the modalities are joined as they are.
if (others.length > 0 && others.length < modalities.length) {
  cases.push(['without ICA', ['--modalities', others.join(',')]]);
} else {
  console.error('without ICA: left out, the folder must have unified features and others.');
}

const shared = [
  ...['epochs', 'backend', 'threads'].flatMap((flag) =>
    values[flag] === undefined ? [] : [`--${flag}`, values[flag]],
  ),
  ...values.set.flatMap((setting) => ['--set', setting]),
];
const results = [];
for (const [label, changes] of cases) {
  for (const seed of values.seeds.split(',')) {
    const folder = `${basename(values.data)}-${label.toLowerCase().replaceAll(' ', '-')}-seed${seed}`;
    const out = join('runs', 'ablation', folder);
    const { best } = await mmrec(
      ...['train', 'alignrec', '--data', values.data, '--out', out, '--force', '--seed', seed],
      ...[...shared, ...changes],
    );
    results.push({ label, seed, ...best });
  }
}

const metrics = ['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'];
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const rows = cases.map(([label]) => {
  const own = results.filter((result) => result.label === label);
  const cells = metrics.map((name) => mean(own.map(({ test }) => test[name])).toFixed(4));
  return [label, ...cells, own.map(({ epoch }) => epoch).join(', ')];
});
const table = join(root, 'benchmarks', 'results');
mkdirSync(table, { recursive: true });
writeFileSync(join(table, `${values.name}.json`), `${JSON.stringify(results, null, 2)}\n`);
console.log(`\ntest, mean of seeds ${values.seeds}\n`);
console.log(formatTable(['', ...metrics, 'epochs'], rows));
