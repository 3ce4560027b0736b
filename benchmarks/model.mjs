// One model on one dataset: median time per epoch after a warm-up epoch, median of three evaluations of the
// test split, peak memory of the process. Prints one JSON object.
//   node benchmarks/model.mjs <model> <demo|tiktok|baby> <back end> <epochs> [option=value …]
// for example `bm3 baby wasm 2 trainFeatures=false` or `mmssl tiktok wasm 1 variant=published`.
import { join } from 'node:path';
import { models, synthesize } from '@mmrec/cli';
import { createRng, drawValues } from '@mmrec/core';
import { readDataset } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { useBackend } from '@mmrec/ops';
import { evaluate, fit } from '@mmrec/train';

const [model, dataset, backendName, epochs, ...words] = process.argv.slice(2);
const options = Object.fromEntries(
  words.map((word) => word.split('=')).map(([k, v]) => [k, valueOf(v)]),
);
// Of the training loop; the others are the model's.
const { sparseUpdates = 'dense', ...modelOptions } = options;
const { name: backend } = await useBackend(backendName);
const { splits, features: matrices } = await load();
const rng = createRng(1);
const inputs = { interactions: splits.train, features: matrices, rng: rng.fork('model') };
const recommender = models[model].create(inputs, modelOptions);
const { history } = await fit(recommender, {
  train: splits.train,
  rng: rng.fork('fit'),
  options: {
    ...models[model].training,
    epochs: Number(epochs) + 1,
    sparseUpdates,
  },
});

const times = [];
let evaluated = 0;
for (let round = 0; round < 3; round++) {
  const start = performance.now();
  const embeddings = recommender.embed();
  const { users } = await evaluate(
    embeddings,
    { train: splits.train, heldOut: splits.test },
    { ks: [50] },
  );
  times.push((performance.now() - start) / 1000);
  evaluated = users.length;
  embeddings.users.dispose();
  embeddings.items.dispose();
}
process.stdout.write(
  JSON.stringify({
    model,
    dataset,
    options: words.join(' '),
    backend,
    secondsPerEpoch: median(history.slice(1).map(({ seconds }) => seconds)),
    secondsPerEvaluation: median(times),
    evaluatedUsers: evaluated,
    peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);

async function load() {
  if (dataset === 'demo') return synthesize({ seed: 1 });
  const folder = join(process.env['MMREC_DATA_DIR'], dataset);
  const splits = await readDataset(folder);
  if (!models[model].needsFeatures) return { splits, features: {} };
  const { numItems } = splits.train;
  // Baby's own features are not in the folder: Gaussian ones of the published shapes stand in.
  const features =
    dataset === 'baby'
      ? { visual: gaussian(numItems, 4096), textual: gaussian(numItems, 384) }
      : await readFeatureFolder(folder, { numItems });
  return { splits, features };
}

function gaussian(rows, columns) {
  const data = drawValues(createRng(0).normal(`features/${columns}`, [rows, columns]));
  return { rows, columns, data };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A word of the command line as the value that it looks like. */
function valueOf(word) {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}
