// Recall and time of the HNSW index beside exact search: items of a generated catalogue whose embeddings lie in
// clusters, and whose lengths differ as popular and rare items' do; or those of a run.
//   node benchmarks/hnsw.mjs [items = 200000 | run folder]
import { createRng, drawValues } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { createExactIndex, createHnswIndex, readServingModel } from '@mmrec/serve';

const [what = '200000'] = process.argv.slice(2);
await useBackend('wasm', { threads: 1 });

function generate(numItems, numUsers = 1000, embeddingSize = 64) {
  const rng = createRng(1);
  const centres = drawValues(rng.normal('centres', [500, embeddingSize]));
  const stream = rng.stream('clusters');
  const rows = (name, count) => {
    const noise = drawValues(rng.normal(name, [count, embeddingSize]));
    for (let row = 0; row < count; row++) {
      const centre = stream.integer(500) * embeddingSize;
      const length = 1 + 4 / (1 + stream.integer(50));
      for (let c = 0; c < embeddingSize; c++) {
        const at = row * embeddingSize + c;
        noise[at] = length * (centres[centre + c] + 0.7 * noise[at]);
      }
    }
    return noise;
  };
  return {
    itemEmbeddings: rows('items', numItems),
    userEmbeddings: rows('users', numUsers),
    embeddingSize,
  };
}
const model = /^\d+$/.test(what) ? generate(Number(what)) : await readServingModel(what);
const { itemEmbeddings, userEmbeddings, embeddingSize: d } = model;
const start = performance.now();
const hnsw = createHnswIndex(model);
const buildSeconds = (performance.now() - start) / 1000;
const exact = createExactIndex(itemEmbeddings, d);
const millisecondsEach = (index) => {
  const count = Math.min(500, userEmbeddings.length / d);
  const ask = (user) =>
    index.search({ vectors: userEmbeddings.subarray(user * d, (user + 1) * d), k: 20 });
  for (let user = 0; user < 20; user++) ask(user);
  const before = performance.now();
  for (let user = 0; user < count; user++) ask(user);
  return (performance.now() - before) / count;
};
console.log(
  JSON.stringify({
    items: itemEmbeddings.length / d,
    buildSeconds,
    recall: hnsw.recall,
    milliseconds: { hnsw: millisecondsEach(hnsw), exact: millisecondsEach(exact) },
  }),
);
