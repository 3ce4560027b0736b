// A generated graph of 1 million users, 200 thousand items and 20 million interactions: building the graph, one
// propagation of three layers, LightGCN steps at a batch of 1 million, and the ranking of all items for 50,000
// sampled users. Prints one JSON object.
//   node benchmarks/large.mjs <back end> [steps] [scale, 1 for the full size]
import { createRng, itemsByUser } from '@mmrec/core';
import { createBatchSampler } from '@mmrec/data';
import { createInteractionGraph, lightGcn } from '@mmrec/graph';
import { createLightGcn } from '@mmrec/lightgcn';
import { createTopK, useBackend } from '@mmrec/ops';
import { createTrainingPhases, fitOptions, trainStep } from '@mmrec/train';
import { dispose, tidy } from '@tensorflow/tfjs-core';

const [backendName = 'wasm', steps = '20', scale = '1'] = process.argv.slice(2);
const { name: backend } = await useBackend(backendName);
const [numUsers, numItems, count, batchSize, numRanked] = [
  ...[1_000_000, 200_000, 20_000_000, 1_000_000, 50_000],
].map((size) => Math.round(size * Number(scale)));
const rng = createRng(1);

const time = async (work) => {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
};

const interactions = generate();
const [graph, graphSeconds] = await time(() => createInteractionGraph(interactions));
const model = createLightGcn({ interactions, rng: rng.fork('model') });
const { users, items } = model.parameters;
const propagate = () =>
  dispose(tidy(() => lightGcn(graph, { users, items }, { numLayers: 3, combine: 'mean' })));
propagate();
const [, propagationSeconds] = await time(propagate);

const [phase] = createTrainingPhases(model, fitOptions.defaults);
const sampler = createBatchSampler(interactions, { batchSize });
const stepSeconds = [];
let sampling = 0;
const batches = sampler.epoch(rng.fork('epoch'))[Symbol.iterator]();
for (let step = 0; step < Number(steps); step++) {
  const [{ value: batch }, seconds] = await time(() => batches.next());
  sampling += seconds;
  const [terms, own] = await time(() => trainStep(phase, batch, rng.fork(`step/${step}`)));
  dispose(Object.values(terms));
  stepSeconds.push(own);
}
phase.optimizer.dispose();

const ranked = rng.stream('ranked');
const sample = Int32Array.from({ length: numRanked }, () => ranked.integer(numUsers));
const embeddings = model.embed();
const exclude = itemsByUser(interactions);
const [, evaluationSeconds] = await time(() =>
  createTopK(embeddings)({ users: sample, k: 50, exclude }),
);
process.stdout.write(
  JSON.stringify({
    backend,
    users: numUsers,
    items: numItems,
    interactions: graph.userItem.values.length,
    graphSeconds,
    propagationSeconds,
    secondsPerStep: [...stepSeconds].sort((a, b) => a - b)[stepSeconds.length >> 1],
    samplingSecondsPerStep: sampling / Number(steps),
    evaluationSeconds,
    evaluatedUsers: numRanked,
    peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);

/** Users' activity and items' popularity have long tails. */
function generate() {
  const stream = rng.stream('interactions');
  const draw = (size) => Math.floor(size * stream.uniform() ** 2);
  const users = new Int32Array(count);
  const items = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    users[at] = draw(numUsers);
    items[at] = draw(numItems);
  }
  return { numUsers, numItems, users, items };
}
