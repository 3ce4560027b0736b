// A project of ES modules: the packages from data to recommendations, on one engine of TensorFlow.js.
import assert from 'node:assert/strict';
import { createBm3 } from '@mmrec/bm3';
import { createRng, itemsByUser } from '@mmrec/core';
import { createInteractionTable } from '@mmrec/data';
import { createInteractionGraph } from '@mmrec/graph';
import { bprLoss } from '@mmrec/losses';
import { mostPopularTopK } from '@mmrec/metrics';
import { useBackend } from '@mmrec/ops';
import { fit, recommend } from '@mmrec/train';
import * as tf from '@tensorflow/tfjs-core';

const { name } = await useBackend();
assert.equal(tf.getBackend(), name, 'the packages and the application share an engine');

const users = Array.from({ length: 48 }, (_, at) => `user ${at >> 2}`);
const items = users.map((_, at) => `item ${((at >> 2) % 2) + 2 * ((at + (at >> 3)) % 5)}`);
const train = createInteractionTable({ users, items });
assert.equal(createInteractionGraph(train).numUsers, 12);
assert.equal(itemsByUser(train).offsets.length, 13);
assert.ok(mostPopularTopK(train, train.numItems));

const loss = bprLoss(tf.tensor1d([2]), tf.tensor1d([0])).dataSync()[0];
assert.ok(Math.abs(loss - Math.log(1 + Math.exp(-2))) < 1e-6);

const rng = createRng(1);
const data = Float32Array.from(
  train.itemIds.ids.flatMap((id) => (id.at(-1) % 2 ? [1, 0] : [0, 1])),
);
const textual = { rows: train.numItems, columns: 2, data };
const model = createBm3({ interactions: train, features: { textual }, rng }, { embeddingSize: 8 });
const { history } = await fit(model, { train, rng, options: { epochs: 3 } });
assert.equal(history.length, 3);
const [list] = recommend(model.embed(), { users: [0], k: 3, exclude: train });
assert.equal(list.items.length, 3);
console.log('ok');
