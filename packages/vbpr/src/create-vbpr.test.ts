import { createRng, type Batch, type Recommender } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { testRecommender, tinyWorld } from '@mmrec/test-utils';
import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createVbpr } from './create-vbpr.js';

testRecommender((world) => createVbpr(world, { embeddingSize: 16 }));

describe('createVbpr', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const [user, liked, other] = [3, 1, 15];
  const batch: Batch = {
    users: Int32Array.of(user),
    positiveItems: Int32Array.of(liked),
    negativeItems: Int32Array.of(other),
  };

  /** A model whose biases are not zero. */
  const create = (options: Parameters<typeof createVbpr>[1] = {}) => {
    const model = createVbpr(world, { embeddingSize: 4, ...options });
    for (const name of ['bias', 'featureBias']) {
      const parameter = model.parameters[name]!;
      const values = Float32Array.from({ length: parameter.size }, (_, at) => Math.sin(at));
      parameter.assign(tensor(values, parameter.shape));
    }
    return model;
  };
  const row = (model: Recommender, name: string, at: number) => {
    const columns = model.parameters[name]!.shape[1]!;
    return Array.from(model.parameters[name]!.dataSync()).slice(at * columns, (at + 1) * columns);
  };
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  /** Features of both modalities, side by side. */
  const featuresOf = (item: number) =>
    ['visual', 'textual'].flatMap((modality) => {
      const { columns, data } = world.features[modality]!;
      return Array.from(data.subarray(item * columns, (item + 1) * columns));
    });
  const scoreByHand = (model: Recommender, item: number) => {
    const f = featuresOf(item);
    const fromFeatures = [0, 1, 2, 3].map((k) =>
      dot(
        f,
        f.map((_, at) => row(model, 'projection', at)[k]!),
      ),
    );
    return (
      row(model, 'bias', item)[0]! +
      dot(row(model, 'users', user), row(model, 'items', item)) +
      dot(row(model, 'tastes', user), fromFeatures) +
      dot(f, Array.from(model.parameters['featureBias']!.dataSync()))
    );
  };

  it('bpr is −ln σ of the gap of scores that ids, features and biases make', () => {
    const model = create();
    const gap = scoreByHand(model, liked) - scoreByHand(model, other);
    const { bpr } = model.losses(batch, createRng(1));
    expect(bpr!.dataSync()[0]).toBeCloseTo(Math.log(1 + Math.exp(-gap)), 5);
  });

  it('regularization is half the squared norms of the batch’s rows over the batch', () => {
    const model = create({ regWeight: 0.5 });
    const rows = [
      row(model, 'users', user),
      row(model, 'tastes', user),
      ...[liked, other].flatMap((item) => [row(model, 'items', item), row(model, 'bias', item)]),
    ];
    const { regularization } = model.losses(batch, createRng(1));
    const squares = rows.reduce((all, each) => all + dot(each, each), 0);
    expect(regularization!.dataSync()[0]).toBeCloseTo(0.25 * squares, 5);
  });

  it('embeddings’ inner products are the scores', () => {
    const model = create();
    const { users, items } = model.embed();
    const rowOf = (table: typeof users, at: number) => (table.arraySync() as number[][])[at]!;
    for (const item of [liked, other]) {
      expect(dot(rowOf(users, user), rowOf(items, item))).toBeCloseTo(scoreByHand(model, item), 5);
    }
  });

  it('refuses features that are missing or have other rows than items', () => {
    expect(() => createVbpr({ ...world, features: {} })).toThrow(
      'createVbpr: features must hold at least one modality, got none.',
    );
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    expect(() => createVbpr({ ...world, features: { visual: short } })).toThrow(
      'createVbpr: visual features must have 20 rows, one an item, got 3.',
    );
  });
});
