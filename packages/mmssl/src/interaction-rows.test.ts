import { createRng, drawValues, itemsByUser, type Embeddings } from '@mmrec/core';
import { checkGradient, eachBackend, expectNear, type GoldenTensor } from '@mmrec/test-utils';
import { concat, eye, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { observedEntries, timesWeight, type InteractionRows } from './interaction-rows.js';
import { noisyRealRows, publishedRealRows, quietRealRows, realRows } from './real-rows.js';
import { cosineRows, scoreRows } from './score-rows.js';
import { dot, multiply, normals, rowsOf, unit, type Matrix } from './test-numbers.js';

const [numItems, d, n] = [9, 3, 4];
// User 1 of the data has nothing; the batch has a user twice.
const lists = itemsByUser({
  numUsers: 4,
  numItems,
  users: Int32Array.of(0, 0, 2, 3, 3, 3),
  items: Int32Array.of(1, 8, 0, 2, 3, 5),
});
const batch = Int32Array.of(3, 0, 2, 3);
const observed = observedEntries(lists, batch, numItems);
const own = [[2, 3, 5], [1, 8], [0], [2, 3, 5]];
const [users, items, weight] = [
  normals('users', [batch.length, d]),
  normals('items', [numItems, d]),
  normals('weight', [numItems, n]),
];

// —— The same in plain float64
const scores = (u: Matrix, i: Matrix) => u.map((user) => i.map((item) => dot(user, item)));
const hide = (rows: Matrix) =>
  rows.map((row, at) => row.map((value, item) => (own[at]!.includes(item) ? 0 : value)));
const softmax = (x: readonly number[]) => {
  const powers = x.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
};

/** A kind of rows as one function of users, items and weight, times the weight. */
type Make = (vectors: Embeddings) => InteractionRows;
const product = (make: Make) => (u: unknown, i: unknown, w: unknown) =>
  timesWeight([make({ users: u as Tensor2D, items: i as Tensor2D })], w as Tensor2D)[0]!;
const asRows =
  (make: (u: Matrix, i: Matrix) => Matrix) =>
  (...x: Float64Array[]) =>
    multiply(make(rowsOf(x[0]!, d), rowsOf(x[1]!, d)), rowsOf(x[2]!, n)).flat();

/** All of the rows, by multiplying with the identity matrix. */
const made = (make: Make) =>
  tidy(() => {
    const vectors = {
      users: tensor2d([...users.data], [batch.length, d]),
      items: tensor2d([...items.data], [numItems, d]),
    };
    return timesWeight([make(vectors)], eye(numItems) as Tensor2D)[0]!;
  }).dataSync() as Float32Array;

const expected = (make: (u: Matrix, i: Matrix) => Matrix): GoldenTensor => {
  const rows = make(rowsOf(users.data, d), rowsOf(items.data, d));
  return { shape: [batch.length, numItems], data: rows.flat() };
};

it('observedEntries are the items of the batch’s users', () => {
  expect([...observed.offsets]).toEqual([0, 3, 5, 6, 9]);
  expect([...observed.indices]).toEqual([2, 3, 5, 1, 8, 0, 2, 3, 5]);
});

eachBackend(() => {
  describe('scoreRows', () => {
    it('are the masked inner products over their norm, with gradients', () => {
      checkGradient({
        inputs: [users, items, weight],
        loss: product((vectors) => scoreRows(vectors, observed)),
        reference: asRows((u, i) => hide(scores(u, i)).map(unit)),
      });
    });

    it('without a mask are all inner products over their norm, with gradients', () => {
      checkGradient({
        inputs: [users, items, weight],
        loss: product((vectors) => scoreRows(vectors)),
        reference: asRows((u, i) => scores(u, i).map(unit)),
      });
    });

    it('stay finite when everything is masked', () => {
      const all = {
        rows: 1,
        columns: 2,
        offsets: Int32Array.of(0, 2),
        indices: Int32Array.of(0, 1),
      };
      const vectors = {
        users: tensor2d([[1, 2]]),
        items: tensor2d([
          [0.3, 1],
          [2, -1],
        ]),
      };
      const [rows] = timesWeight([scoreRows(vectors, all)], eye(2) as Tensor2D);
      for (const value of rows!.dataSync()) expect(Math.abs(value)).toBeLessThan(1e-3);
    });
  });

  it('cosineRows are the cosines over their norm, with gradients', () => {
    checkGradient({
      inputs: [users, items, weight],
      loss: product(cosineRows),
      reference: asRows((u, i) => scores(u.map(unit), i.map(unit)).map(unit)),
    });
  });

  it('realRows are shares of the observed entries plus scores, over the norm', () => {
    const options = { rowTemperature: 0.7, noiseWeight: 0.9, scoreWeight: 1.5 };
    const draw = createRng(8);
    const noise = drawValues(draw.gumbel('rows', [observed.indices.length]));
    let entry = 0;
    const shares = own.map((list) => {
      const logits = list.map(() => (1 + 0.9 * noise[entry++]!) / 0.7);
      const row = new Array<number>(numItems).fill(0);
      softmax(logits).forEach((share, at) => (row[list[at]!] = share));
      return row;
    });
    const reference = expected((u, i) => {
      const cosines = scores(u.map(unit), i.map(unit)).map(unit);
      return shares.map((row, at) => unit(row.map((x, item) => x + 1.5 * cosines[at]![item]!)));
    });
    const rows = made((vectors) => realRows(vectors, { observed, draw, options }));
    expectNear(rows, reference, { relative: 1e-5, what: 'rows' });
  });

  it('publishedRealRows are a noisy softmax plus scores, over the norm', () => {
    const options = { rowTemperature: 0.5, noiseWeight: 0.2, scoreWeight: 3 };
    const draw = createRng(8);
    const noise = rowsOf(drawValues(draw.uniform('rows', [batch.length, numItems])), numItems);
    const reference = expected((u, i) => {
      const hidden = hide(scores(u, i)).map(unit);
      return hidden.map((row, at) => {
        const logits = noise[at]!.map((x, item) => {
          const gumbel = Math.log(-Math.log(x + 1e-8) + 1e-8);
          return Number(own[at]!.includes(item)) - (0.2 * gumbel) / 0.5;
        });
        return unit(softmax(logits).map((x, item) => x + 3 * row[item]!));
      });
    });
    const rows = made((vectors) => publishedRealRows(vectors, { observed, draw, options }));
    expectNear(rows, reference, { relative: 1e-5, what: 'rows' });
  });

  it('publishedRealRows whose noise is lost in rounding are low rank plus sparse, and the same', () => {
    const options = { rowTemperature: 0.5, noiseWeight: 1e-6, scoreWeight: 3 };
    const inputs = { observed, draw: createRng(8), options };
    const reference = made((vectors) => noisyRealRows(vectors, inputs));
    const rows = made((vectors) => {
      const made = publishedRealRows(vectors, inputs);
      expect('dense' in made).toBe(false);
      return made;
    });
    const shape = [batch.length, numItems];
    expectNear(rows, { shape, data: [...reference] }, { relative: 2e-6, what: 'rows' });
    const loud = { ...inputs, options: { ...options, noiseWeight: 1e-4 } };
    made((vectors) => {
      const made = publishedRealRows(vectors, loud);
      expect('dense' in made).toBe(true);
      return made;
    });
  });

  it('timesWeight multiplies batches of all kinds at once', () => {
    const vectors = {
      users: tensor2d([...users.data], [batch.length, d]),
      items: tensor2d([...items.data], [numItems, d]),
    };
    const options = { rowTemperature: 0.5, noiseWeight: 1, scoreWeight: 3 };
    const inputs = { observed, draw: createRng(8), options };
    const batches = [
      scoreRows(vectors, observed),
      cosineRows(vectors),
      noisyRealRows(vectors, inputs),
      quietRealRows(vectors, inputs),
    ];
    const w = tensor2d([...weight.data], [numItems, n]);
    const together = concat(timesWeight(batches, w)).dataSync();
    const apart = concat(batches.flatMap((rows) => timesWeight([rows], w))).dataSync();
    const shape = [4 * batch.length, n];
    expectNear(together, { shape, data: [...apart] }, { relative: 1e-6, what: 'products' });
  });
});
