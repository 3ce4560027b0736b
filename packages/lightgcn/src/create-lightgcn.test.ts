import { createRng, type Batch, type Recommender } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { testRecommender, tinyWorld } from '@mmrec/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLightGcn } from './create-lightgcn.js';

testRecommender((world) => createLightGcn(world, { embeddingSize: 16 }));

describe('createLightGcn', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const batch: Batch = {
    users: Int32Array.of(3),
    positiveItems: Int32Array.of(1),
    negativeItems: Int32Array.of(15),
  };
  const row = (model: Recommender, name: string, at: number) => {
    const columns = model.parameters[name]!.shape[1]!;
    return Array.from(model.parameters[name]!.dataSync()).slice(at * columns, (at + 1) * columns);
  };
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));

  it('bpr is −ln σ of the score gap, regularization the initial rows’ norms over the batch', () => {
    const model = createLightGcn(world, { embeddingSize: 4, numLayers: 0, regWeight: 0.5 });
    const [u, i, j] = [row(model, 'users', 3), row(model, 'items', 1), row(model, 'items', 15)];
    const { bpr, regularization } = model.losses(batch, createRng(1));
    expect(bpr!.dataSync()[0]).toBeCloseTo(Math.log(1 + Math.exp(dot(u, j) - dot(u, i))), 5);
    expect(regularization!.dataSync()[0]).toBeCloseTo(0.5 * (norm(u) + norm(i) + norm(j)), 5);
  });

  it('regularization of the paper is half the squared norms over the batch', () => {
    const model = createLightGcn(world, { embeddingSize: 4, regWeight: 0.5, variant: 'paper' });
    const squares = [row(model, 'users', 3), row(model, 'items', 1), row(model, 'items', 15)].map(
      (x) => dot(x, x),
    );
    const { regularization } = model.losses(batch, createRng(1));
    expect(regularization!.dataSync()[0]).toBeCloseTo(0.25 * squares.reduce((a, b) => a + b), 5);
  });
});
