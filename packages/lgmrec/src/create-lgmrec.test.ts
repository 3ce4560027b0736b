import { createRng, drawValues, type Batch, type Recommender } from '@mmrec/core';
import { createInteractionGraph, toDense } from '@mmrec/graph';
import { createAdam, useBackend } from '@mmrec/ops';
import { testRecommender, tinyWorld } from '@mmrec/test-utils';
import { addN, dispose, memory, variableGrads, type Scalar } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLgmrec } from './create-lgmrec.js';
import type { LgmrecOptions } from './options.js';

describe('published', () => {
  testRecommender((world) => createLgmrec(world, { embeddingSize: 16 }));
});
describe('paper', () => {
  testRecommender((world) => createLgmrec(world, { embeddingSize: 16, variant: 'paper' }));
});

type Matrix = readonly (readonly number[])[];

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));
const unit = (a: readonly number[]) => a.map((value) => value / norm(a));
const plus = (...rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, at) => rows.reduce((sum, row) => sum + row[at]!, 0));
const times = (a: Matrix, b: Matrix) =>
  a.map((row) =>
    b[0]!.map((_, at) =>
      dot(
        row,
        b.map((other) => other[at]!),
      ),
    ),
  );
const transposed = (a: Matrix) => a[0]!.map((_, at) => a.map((row) => row[at]!));
const matrixOf = (values: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, at) =>
    Array.from(values).slice(at * columns, (at + 1) * columns),
  );

describe('createLgmrec', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = tinyWorld(1);
  const [user, liked, other] = [world.batch.users[0]!, world.batch.positiveItems[0]!, 15];
  const batch: Batch = {
    users: Int32Array.of(user),
    positiveItems: Int32Array.of(liked),
    negativeItems: Int32Array.of(other),
  };
  const plain: Partial<LgmrecOptions> = {
    embeddingSize: 4,
    numLayers: 1,
    numModalityLayers: 1,
    dropout: 0,
    modalityWeight: 0.7,
    regWeight: 0.5,
    contrastWeight: 0.25,
    contrastTemperature: 0.3,
  };
  const rng = createRng(1);

  const matrix = (model: Recommender, name: string) =>
    matrixOf(model.parameters[name]!.dataSync(), model.parameters[name]!.shape[1]!);
  const observed = matrixOf(
    toDense(createInteractionGraph(world.interactions).userItem).map((value) => Number(value > 0)),
    20,
  );
  const normalized = matrixOf(toDense(createInteractionGraph(world.interactions).userItem), 20);

  /** All of the model in plain numbers, without dropout and with one layer of each kind. */
  function byHand(model: Recommender, noise: 'gumbel' | 'logistic' | 'none' = 'gumbel') {
    const mean = (a: Matrix, b: Matrix) =>
      a.map((row, at) => plus(row, b[at]!).map((value) => value / 2));
    const [e, i] = [matrix(model, 'users'), matrix(model, 'items')];
    const ids = {
      users: mean(e, times(normalized, i)),
      items: mean(i, times(transposed(normalized), e)),
    };
    const noiseOf = (name: string, shape: number[]) => {
      if (noise === 'none') return new Float32Array(shape[0]! * shape[1]!);
      if (noise === 'gumbel') return drawValues(rng.gumbel(`noise/${name}`, shape));
      return drawValues(rng.uniform(`noise/${name}`, shape)).map(
        (u) => Math.log(u) - Math.log(1 - u),
      );
    };
    const share = (name: string, logits: Matrix) => {
      const shape = [logits.length, logits[0]!.length];
      const drawn = matrixOf(noiseOf(name, shape), shape[1]!);
      return logits.map((row, at) => {
        const weights = row.map((value, k) => Math.exp((value + drawn[at]![k]!) / 0.2));
        const all = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / all);
      });
    };
    const modalities = ['visual', 'textual'].map((name) => {
      const { data, columns } = world.features[name]!;
      const x = matrixOf(data, columns);
      const projected = times(x, matrix(model, `${name}/weight`));
      const ofUsers = times(observed, projected).map((row, at) =>
        row.map((value) => value / observed[at]!.reduce((sum, one) => sum + one, 0)),
      );
      const logits = times(x, matrix(model, `${name}/hyperedges`));
      const [items, users] = [
        share(`${name}/items`, logits),
        share(`${name}/users`, times(observed, logits)),
      ];
      const basis = times(transposed(items), ids.items);
      return {
        local: {
          users: times(normalized, projected),
          items: times(transposed(normalized), ofUsers),
        },
        passed: { users: times(users, basis), items: times(items, basis) },
      };
    });
    const fused = (side: 'users' | 'items', at: number) =>
      plus(
        ids[side][at]!,
        ...modalities.map(({ local }) => unit(local[side][at]!).map((x) => 0.7 * x)),
        unit(plus(...modalities.map(({ passed }) => passed[side][at]!))).map((x) => 0.3 * x),
      );
    const contrast = (side: 'users' | 'items', at: number) => {
      const [visual, textual] = modalities.map(({ passed }) => passed[side].map(unit));
      const logits = textual!.map((row) => dot(visual![at]!, row) / 0.3);
      return Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[at]!;
    };
    return { fused, contrast };
  }
  const value = (model: Recommender, term: string, rows = batch) =>
    model.losses(rows, rng)[term]!.dataSync()[0]!;

  it.each([
    ['published', 'gumbel'],
    ['paper', 'logistic'],
  ] as const)(
    'bpr of %s is −ln σ of the gap of the fused products, with %s noise',
    (variant, noise) => {
      const model = createLgmrec(world, { ...plain, variant });
      const { fused } = byHand(model, noise);
      const [u, i, j] = [fused('users', user), fused('items', liked), fused('items', other)];
      expect(value(model, 'bpr')).toBeCloseTo(Math.log(1 + Math.exp(dot(u, j) - dot(u, i))), 5);
    },
  );

  it('contrast sets a user’s and an item’s first modality against all others’ second', () => {
    const model = createLgmrec(world, plain);
    const { contrast } = byHand(model);
    const expected = 0.25 * (contrast('users', user) + contrast('items', liked));
    expect(value(model, 'contrast')).toBeCloseTo(expected, 5);
  });

  it('contrast is summed over the batch, a row as often as it occurs', () => {
    const model = createLgmrec(world, plain);
    const second: Batch = { ...batch, users: Int32Array.of(11), positiveItems: Int32Array.of(3) };
    const three: Batch = {
      users: Int32Array.of(user, 11, user),
      positiveItems: Int32Array.of(liked, 3, liked),
      negativeItems: Int32Array.of(other, other, other),
    };
    const sum = 2 * value(model, 'contrast') + value(model, 'contrast', second);
    expect(value(model, 'contrast', three)).toBeCloseTo(sum, 4);
  });

  it('regularization is the norms of the batch’s fused rows over the batch', () => {
    const model = createLgmrec(world, plain);
    const { fused } = byHand(model);
    const norms =
      norm(fused('users', user)) + norm(fused('items', liked)) + norm(fused('items', other));
    expect(value(model, 'regularization')).toBeCloseTo(0.5 * norms, 5);
  });

  it('regularization of the paper is the squared norm of all parameters', () => {
    const model = createLgmrec(world, { ...plain, variant: 'paper' });
    const squares = Object.values(model.parameters).map((parameter) => {
      const numbers = Array.from(parameter.dataSync());
      return dot(numbers, numbers);
    });
    expect(value(model, 'regularization')).toBeCloseTo(0.5 * squares.reduce((a, b) => a + b), 4);
  });

  it.each(['paper', 'published'] as const)(
    'embeds without noise when %s gets no rng',
    (variant) => {
      const model = createLgmrec(world, { ...plain, variant });
      const { fused } = byHand(model, 'none');
      const { users, items } = model.embed();
      const [us, is] = [matrixOf(users.dataSync(), 4), matrixOf(items.dataSync(), 4)];
      expect(dot(us[user]!, is[other]!)).toBeCloseTo(
        dot(fused('users', user), fused('items', other)),
        5,
      );
    },
  );

  it('draws noise at evaluation as published, not as in the paper', () => {
    const scoresWith = (variant: LgmrecOptions['variant'], seed?: number) => {
      const model = createLgmrec(world, { ...plain, variant });
      const { users } = model.embed(seed === undefined ? undefined : createRng(seed));
      return Array.from(users.dataSync());
    };
    expect(scoresWith('paper', 1)).toEqual(scoresWith('paper'));
    expect(scoresWith('published', 1)).not.toEqual(scoresWith('published'));
    expect(scoresWith('published', 1)).not.toEqual(scoresWith('published', 2));
    expect(scoresWith('published', 1)).toEqual(scoresWith('published', 1));
  });

  it('has no contrast with one modality or weight 0, and contrasts every pair of three', () => {
    const { visual, textual } = world.features as Record<string, (typeof world.features)[string]>;
    const one = createLgmrec({ ...world, features: { visual: visual! } }, plain);
    expect(Object.keys(one.losses(batch, rng))).toEqual(['bpr', 'regularization']);
    expect(one.embed().users.shape).toEqual([12, 4]);
    const without = createLgmrec(world, { ...plain, contrastWeight: 0 });
    expect(Object.keys(without.losses(batch, rng))).toEqual(['bpr', 'regularization']);

    // The acoustic features are the textual ones again, drawn for under another name: three pairs.
    const features = { visual: visual!, textual: textual!, acoustic: textual! };
    const three = createLgmrec({ ...world, features }, plain);
    const pairs = [
      ['visual', 'textual'],
      ['visual', 'acoustic'],
      ['textual', 'acoustic'],
    ].map((names) => {
      const pair = createLgmrec(
        {
          ...world,
          features: Object.fromEntries(names.map((name) => [name, features[name as 'visual']])),
        },
        plain,
      );
      return value(pair, 'contrast');
    });
    expect(value(three, 'contrast')).toBeCloseTo(
      pairs.reduce((a, b) => a + b),
      4,
    );
  });

  it('keeps features as they are and scales them first when asked to', () => {
    const model = createLgmrec(world, plain);
    expect(Object.keys(model.parameters)).toEqual([
      ...['users', 'items', 'visual/weight', 'visual/hyperedges'],
      ...['textual/weight', 'textual/hyperedges'],
    ]);
    const scaled = (
      factor: number,
      featureNormalization: LgmrecOptions['featureNormalization'],
    ) => {
      const { visual } = world.features as Record<string, (typeof world.features)[string]>;
      const features = { visual: { ...visual!, data: visual!.data.map((x) => factor * x) } };
      const other = createLgmrec({ ...world, features }, { ...plain, featureNormalization });
      return Array.from(other.embed().users.dataSync());
    };
    for (const how of ['row', 'standardize'] as const) {
      scaled(100, how).forEach((x, at) => expect(x).toBeCloseTo(scaled(1, how)[at]!, 4));
    }
    expect(scaled(100, 'none')).not.toEqual(scaled(1, 'none'));
  });

  it('holds as many tensors after 50 steps as after one', () => {
    const model = createLgmrec(world, { embeddingSize: 4, numHyperLayers: 2 });
    const optimizer = createAdam(model.parameters);
    const counts: number[] = [];
    for (let step = 0; step < 50; step++) {
      const { value: loss, grads } = variableGrads(
        () => addN<Scalar>(Object.values(model.losses(world.batch, rng.fork(`${step}`)))),
        Object.values(model.parameters),
      );
      const named = Object.entries(model.parameters).map(
        ([name, { name: key }]) => [name, grads[key]!] as const,
      );
      optimizer.step(Object.fromEntries(named));
      dispose([loss, grads]);
      counts.push(memory().numTensors);
    }
    expect(counts[49]).toBe(counts[0]);
  });

  it.each([
    [{ numHyperedges: 0 }, 'createLgmrec: numHyperedges must be an integer ≥ 1, got 0.'],
    [{ numHyperLayers: 0 }, 'createLgmrec: numHyperLayers must be an integer ≥ 1, got 0.'],
    [{ temperature: 0 }, 'createLgmrec: temperature must be a number > 0, got 0.'],
    [
      { contrastTemperature: -1 },
      'createLgmrec: contrastTemperature must be a number > 0, got -1.',
    ],
    [{ dropout: 1 }, 'createLgmrec: dropout must be a number ≥ 0 and < 1, got 1.'],
    [{ dropout: -0.1 }, 'createLgmrec: dropout must be a number ≥ 0 and < 1, got -0.1.'],
    [
      { featureNormalization: 'rows' as 'row' },
      "createLgmrec: featureNormalization must be one of 'none', 'row', 'standardize', got 'rows'. Did you mean 'row'?",
    ],
  ])('refuses %o', (options, message) => {
    expect(() => createLgmrec(world, options)).toThrow(new RangeError(message));
  });

  it('refuses an option that it does not know', () => {
    expect(() => createLgmrec(world, { keepRate: 0.5 } as object)).toThrow(
      new TypeError(
        "createLgmrec: unknown option 'keepRate'. Known options: embeddingSize, numLayers, numModalityLayers, numHyperLayers, numHyperedges, dropout, temperature, modalityWeight, hyperWeight, contrastWeight, contrastTemperature, regWeight, variant, featureNormalization.",
      ),
    );
  });

  it('refuses features that are missing or have other rows than items', () => {
    expect(() => createLgmrec({ ...world, features: {} })).toThrow(
      new RangeError('createLgmrec: features must hold at least one modality, got none.'),
    );
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    expect(() => createLgmrec({ ...world, features: { visual: short } })).toThrow(
      new RangeError('createLgmrec: visual features must have 20 rows, one an item, got 3.'),
    );
  });
});
