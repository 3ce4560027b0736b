import { createRng, drawRows, type Batch, type Recommender } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { testRecommender, tinyWorld } from '@mmrec/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBm3 } from './create-bm3.js';

testRecommender((world) => createBm3(world, { embeddingSize: 16 }));

describe('createBm3', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const [user, item] = [world.batch.users[0]!, world.batch.positiveItems[0]!];
  const oneRow: Batch = {
    users: Int32Array.of(user),
    positiveItems: Int32Array.of(item),
    negativeItems: new Int32Array(0),
  };
  /** Without layers h_u is the user's id and h_i the item's twice over: the residual. */
  const plain = { embeddingSize: 4, numLayers: 0, dropout: 0 } as const;

  const row = (model: Recommender, name: string, at: number) => {
    const { shape } = model.parameters[name]!;
    const columns = shape.at(-1)!;
    return Array.from(model.parameters[name]!.dataSync()).slice(at * columns, (at + 1) * columns);
  };
  const linear = (model: Recommender, name: string, x: readonly number[]) => {
    const [weight, bias] = [model.parameters[`${name}/weight`]!, model.parameters[`${name}/bias`]!];
    const [w, b] = [weight.dataSync(), bias.dataSync()];
    const columns = b.length;
    return Array.from(b, (start, c) =>
      x.reduce((sum, value, r) => sum + value * w[r * columns + c]!, start),
    );
  };
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const pull = (a: readonly number[], b: readonly number[]) =>
    1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const value = (model: Recommender, term: string, batch = oneRow) =>
    model.losses(batch, createRng(1))[term]!.dataSync()[0]!;
  const twice = (x: readonly number[]) => x.map((number) => 2 * number);

  it('reconstruction pulls each side’s prediction to the other side’s target', () => {
    const model = createBm3(world, plain);
    const [hu, hi] = [row(model, 'users', user), twice(row(model, 'items', item))];
    const predict = (x: readonly number[]) => linear(model, 'predictor', x);
    expect(value(model, 'reconstruction')).toBeCloseTo(
      pull(predict(hu), hi) + pull(predict(hi), hu),
      5,
    );
  });

  it('alignment pulls each modality’s prediction to the item, masking to itself', () => {
    const model = createBm3(world, { ...plain, contrastWeight: 3 });
    const hi = twice(row(model, 'items', item));
    let [alignment, masking] = [0, 0];
    for (const modality of ['visual', 'textual']) {
      const hm = linear(model, modality, row(model, `${modality}/features`, item));
      alignment += 3 * pull(linear(model, 'predictor', hm), hi);
      masking += 3 * pull(linear(model, 'predictor', hm), hm);
    }
    expect(value(model, 'alignment')).toBeCloseTo(alignment, 4);
    expect(value(model, 'masking')).toBeCloseTo(masking, 4);
  });

  it('targets are dropped out by the mask of their row in the whole table', () => {
    const model = createBm3(world, { ...plain, dropout: 0.5 });
    const mask = createRng(1).dropoutMask('items', [20, 4], 0.5);
    const factors = drawRows(mask, Int32Array.of(item));
    const dropped = twice(row(model, 'items', item)).map((x, at) => x * factors[at]!);
    const userMask = drawRows(createRng(1).dropoutMask('users', [12, 4], 0.5), Int32Array.of(user));
    const droppedUser = row(model, 'users', user).map((x, at) => x * userMask[at]!);
    const cosineOrZero = (a: readonly number[], b: readonly number[]) =>
      dot(b, b) === 0 ? 1 : pull(a, b);
    const predict = (x: readonly number[]) => linear(model, 'predictor', x);
    const expected =
      cosineOrZero(predict(row(model, 'users', user)), dropped) +
      cosineOrZero(predict(twice(row(model, 'items', item))), droppedUser);
    expect(value(model, 'reconstruction')).toBeCloseTo(expected, 5);
  });

  it('regularization is the norms of all users and items over the number of items', () => {
    const model = createBm3(world, { ...plain, regWeight: 0.5 });
    const norm = (name: string, scale: number) => {
      const numbers = Array.from(model.parameters[name]!.dataSync());
      return scale * Math.sqrt(dot(numbers, numbers));
    };
    expect(value(model, 'regularization')).toBeCloseTo(
      (0.5 * (norm('users', 1) + norm('items', 2))) / 20,
      5,
    );
  });

  it('regularization of the paper is the mean squared norm of the batch’s users and items', () => {
    const model = createBm3(world, { ...plain, regWeight: 0.5, variant: 'paper' });
    const [hu, hi] = [row(model, 'users', user), twice(row(model, 'items', item))];
    expect(value(model, 'regularization')).toBeCloseTo(0.5 * (dot(hu, hu) + dot(hi, hi)), 5);
  });

  it('losses are means over the batch', () => {
    const model = createBm3(world, plain);
    const other: Batch = { ...oneRow, users: Int32Array.of(11), positiveItems: Int32Array.of(3) };
    const both: Batch = {
      ...oneRow,
      users: Int32Array.of(user, 11),
      positiveItems: Int32Array.of(item, 3),
    };
    for (const term of ['reconstruction', 'alignment', 'masking']) {
      const mean = (value(model, term) + value(model, term, other)) / 2;
      expect(value(model, term, both), term).toBeCloseTo(mean, 5);
    }
  });

  it('keeps feature tables as they are when they are not trained', () => {
    const model = createBm3(world, { ...plain, trainFeatures: false });
    expect(Object.keys(model.parameters)).not.toContain('visual/features');
    expect(Object.keys(createBm3(world, plain).parameters)).toContain('visual/features');
  });

  it('refuses features that are missing or have other rows than items', () => {
    expect(() => createBm3({ ...world, features: {} })).toThrow(
      'createBm3: features must hold at least one modality, got none.',
    );
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    expect(() => createBm3({ ...world, features: { visual: short } })).toThrow(
      'createBm3: visual features must have 20 rows, one an item, got 3.',
    );
  });
});
