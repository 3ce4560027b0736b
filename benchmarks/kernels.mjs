// The kernels of @mmrec/ops beside the same thing composed of TensorFlow.js operations, on the shapes of
// Amazon Baby's graph. Prints a JSON array.
//   node benchmarks/kernels.mjs <back end>
import { createRng, drawValues } from '@mmrec/core';
import { createInteractionGraph } from '@mmrec/graph';
import {
  cosineOfRows,
  createAdam,
  createTopK,
  dropout,
  gatherRows,
  l2NormalizeRows,
  propagateBipartite,
  segmentSum,
  spmm,
  useBackend,
} from '@mmrec/ops';
import * as tf from '@tensorflow/tfjs-core';
import { Bench } from 'tinybench';

await useBackend(process.argv[2] ?? 'auto');
const rng = createRng(1);
const [numUsers, numItems, interactions, width, batch] = [19_445, 7_050, 118_551, 64, 2_048];
const stream = rng.stream('interactions');
const graph = createInteractionGraph({
  numUsers,
  numItems,
  users: Int32Array.from({ length: interactions }, () => stream.integer(numUsers)),
  // The square gives the items a long tail.
  items: Int32Array.from({ length: interactions }, () =>
    Math.floor(numItems * stream.uniform() ** 2),
  ),
});
const matrix = (name, rows, columns) =>
  tf.tensor2d(drawValues(rng.normal(name, [rows, columns])), [rows, columns]);
const users = matrix('users', numUsers, width);
const items = matrix('items', numItems, width);
const rows = Int32Array.from({ length: batch }, () => stream.integer(numItems));
const rowsTensor = tf.tensor1d(rows, 'int32');
const a = matrix('a', batch, width);
const b = matrix('b', batch, width);
const features = matrix('features', batch, 4096);
const mask = rng.dropoutMask('mask', [batch, width], 0.5);

const { offsets, indices, values } = graph.userItem;
const columnTensor = tf.tensor1d(indices, 'int32');
const valueTensor = tf.tensor2d(values, [values.length, 1]);
const rowOfEntry = new Int32Array(indices.length);
for (let row = 0; row < numUsers; row++) rowOfEntry.fill(row, offsets[row], offsets[row + 1]);
const rowTensor = tf.tensor1d(rowOfEntry, 'int32');

const parameters = { table: tf.variable(matrix('table', numUsers + numItems, width)) };
const adam = createAdam(parameters);
const gradients = { table: matrix('gradient', numUsers + numItems, width) };
const tfAdam = tf.train.adam(1e-3);
const tfVariable = tf.variable(matrix('tf', numUsers + numItems, width));
const evaluated = Int32Array.from({ length: 1024 }, (_, user) => user);

/** Name, ours, the composition. */
const cases = [
  [
    'user block × items (118,551 entries)',
    () => spmm(graph.userItem, items),
    () =>
      tf.unsortedSegmentSum(
        tf.mul(tf.gather(items, columnTensor), valueTensor),
        rowTensor,
        numUsers,
      ),
  ],
  ['LightGCN propagation, 1 layer', () => propagateBipartite(graph, [users, items], [0.5, 0.5])],
  ['LightGCN propagation, 3 layers', () => propagateBipartite(graph, [users, items], [1, 1, 1, 1])],
  ['gather 2,048 rows', () => gatherRows(items, rows), () => tf.gather(items, rowsTensor)],
  [
    'segment sum of 2,048 rows',
    () => segmentSum(a, rows, numItems),
    () => tf.unsortedSegmentSum(a, rowsTensor, numItems),
  ],
  ['2,048 × 4,096 × 64 product', () => tf.matMul(features, matrixT)],
  ['4,096 × 2,048 × 64 product, first operand transposed', () => tf.matMul(features, a, true)],
  ['dropout of 2,048 rows', () => dropout(a, mask), () => tf.dropout(a, 0.5)],
  [
    'normalise 2,048 rows',
    () => l2NormalizeRows(a),
    () => tf.div(a, tf.maximum(tf.norm(a, 2, 1, true), 1e-12)),
  ],
  [
    'cosine of 2,048 rows',
    () => cosineOfRows(a, b),
    () => tf.div(tf.sum(tf.mul(a, b), 1), tf.mul(tf.norm(a, 2, 1), tf.norm(b, 2, 1))),
  ],
  [
    'Adam on 26,495 × 64',
    () => adam.step(gradients),
    () => tfAdam.applyGradients({ [tfVariable.name]: gradients.table }),
  ],
  [
    'top 50 of 7,050 for 1,024 users',
    () => createTopK({ users, items })({ users: evaluated, k: 50 }),
  ],
];
const matrixT = matrix('projection', 4096, width);

const results = [];
for (const [kernel, ours, composition] of cases) {
  results.push({
    kernel,
    milliseconds: await time(ours),
    ...(composition && { composition: await time(composition) }),
  });
}
process.stdout.write(JSON.stringify(results));

/** Median time of a call, in milliseconds. */
async function time(run) {
  const bench = new Bench({ time: 300, warmupTime: 100, iterations: 5, warmupIterations: 2 });
  bench.add('case', () => {
    tf.tidy(() => {
      const result = run();
      // Computed before the clock stops, on back ends that work asynchronously.
      if (result instanceof tf.Tensor) result.dataSync();
    });
  });
  await bench.run();
  return bench.tasks[0].result.latency.p50;
}
