// Many configurations from one YAML file: makes a small demonstration shop, sweeps over two models'
// options and seeds, and reads the results. Run again, it trains only what is missing.
//   node index.mjs
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from '@mmrec/cli';

// 1. Data: a folder, here of made-up data, in the folder from which this is run.
if (!existsSync('runs/shop')) {
  await mmrec('data', 'synth', '--out', 'runs/shop', '--users', '300', '--items', '200');
}

// 2. The sweep. It prints the table of configurations, the best of each model marked.
await mmrec('sweep', fileURLToPath(new URL('sweep.yaml', import.meta.url)));

// 3. The same as data, for a program to go on with.
const { configurations } = JSON.parse(await readFile('runs/sweep/results.json', 'utf8'));
const [{ model, options }] = configurations.filter(({ best }) => best);
const settings = Object.entries(options).map(([key, value]) => `--set ${key}=${value}`);
console.log(`\nTrain the best one for longer:`);
console.log(`  mmrec train ${model} --data runs/shop --out runs/best ${settings.join(' ')}`);

/** The `mmrec` command, here within this process. */
async function mmrec(...args) {
  const code = await main(args);
  if (code !== 0) process.exit(code);
}
