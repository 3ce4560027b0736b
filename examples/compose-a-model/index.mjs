// A model of your own from the parts: LightGCN whose item embeddings are projections of the items' features,
// beside LightGCN with an embedding an item. Anything with these members can be trained, judged and served.
//   node index.mjs
import { synthesize } from '@mmrec/cli';
import { createRng } from '@mmrec/core';
import { createInteractionGraph, lightGcn } from '@mmrec/graph';
import { createLightGcn } from '@mmrec/lightgcn';
import { bprLoss, squaredNormRegularizer } from '@mmrec/losses';
import { gatherRows, matrixVariable, useBackend, xavierUniform } from '@mmrec/ops';
import { evaluate, fit } from '@mmrec/train';
import * as tf from '@tensorflow/tfjs-core';

function createFeatureLightGcn(
  { interactions, features, rng },
  { embeddingSize, numLayers, regWeight },
) {
  const graph = createInteractionGraph(interactions);
  const matrix = (name, rows) =>
    xavierUniform({ rows, columns: embeddingSize, rng: rng.fork(name) });
  const users = matrix('users', graph.numUsers);
  const tables = Object.values(features).map((table) => matrixVariable(table, false));
  const parameters = { users };
  for (const [name, { columns }] of Object.entries(features))
    parameters[name] = matrix(name, columns);
  const projections = Object.keys(features).map((name) => parameters[name]);

  const encode = () => {
    const items = tf.addN(tables.map((table, at) => tf.matMul(table, projections[at])));
    return lightGcn(graph, { users, items }, { numLayers });
  };
  return {
    parameters,
    losses: ({ users: u, positiveItems, negativeItems }) =>
      tf.tidy(() => {
        const h = encode();
        const user = gatherRows(h.users, u);
        const [positive, negative] = [positiveItems, negativeItems].map((i) =>
          gatherRows(h.items, i),
        );
        const score = (item) => tf.sum(tf.mul(user, item), 1);
        const norms = squaredNormRegularizer([user, positive, negative], u.length);
        return {
          bpr: tf.mean(bprLoss(score(positive), score(negative))),
          regularization: tf.mul(norms, regWeight),
        };
      }),
    embed: () => tf.tidy(encode),
    dispose: () => tf.dispose([...Object.values(parameters), ...tables]),
  };
}

await useBackend();
const { splits, features } = synthesize({ seed: 1 });
const { train, validation, test } = splits;
const rng = createRng(1);
const inputs = { interactions: train, features, rng: rng.fork('model') };

const models = {
  'LightGCN, ids': createLightGcn(inputs),
  'LightGCN, features': createFeatureLightGcn(inputs, {
    embeddingSize: 64,
    numLayers: 3,
    regWeight: 0.03,
  }),
};
for (const [name, model] of Object.entries(models)) {
  const { bestEpoch } = await fit(model, {
    train,
    validation,
    rng: rng.fork('fit'),
    options: { epochs: 60, batchSize: 512, learningRate: 0.003, evaluateEvery: 3, patience: 4 },
  });
  const embeddings = model.embed();
  const { mean } = await evaluate(embeddings, { train, heldOut: test });
  const [recall, ndcg] = ['recall@20', 'ndcg@20'].map((metric) => mean[metric].toFixed(4));
  console.log(`${name}: test recall@20 ${recall}, ndcg@20 ${ndcg} (epoch ${bestEpoch})`);
  tf.dispose([embeddings.users, embeddings.items]);
  model.dispose();
}
