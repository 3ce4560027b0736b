import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createInteractionGraph } from './create-interaction-graph.js';
import { lightGcn, type LayerCombination } from './light-gcn.js';
import { spmm } from './index.js';

const [numUsers, numItems, size] = [5, 7, 3];
const numNodes = numUsers + numItems;
// User 4 and item 6 are isolated; (0, 1) occurs twice.
const interactions = {
  numUsers,
  numItems,
  users: Int32Array.of(0, 0, 0, 1, 1, 2, 3, 3, 3, 3),
  items: Int32Array.of(1, 1, 4, 0, 1, 2, 5, 3, 4, 1),
};
const graph = createInteractionGraph(interactions);
const random = (name: string, rows: number) => drawValues(createRng(2).normal(name, [rows, size]));
const layer0 = { users: random('users', numUsers), items: random('items', numItems) };
const upstream = { users: random('up/users', numUsers), items: random('up/items', numItems) };

/** The normalised adjacency of users and items together, from the definition. */
function denseAdjacency(): number[][] {
  const adjacency = Array.from({ length: numNodes }, () => new Array<number>(numNodes).fill(0));
  interactions.users.forEach((user, at) => {
    const item = numUsers + interactions.items[at]!;
    adjacency[user]![item] = adjacency[item]![user] = 1;
  });
  const degrees = adjacency.map((row) => row.reduce((sum, value) => sum + value, 0));
  return adjacency.map((row, a) =>
    row.map((value, b) => (value ? value / Math.sqrt(degrees[a]! * degrees[b]!) : 0)),
  );
}

/** `Σ_l w_l Â^l E` in float64, users and items stacked; its own gradient, as Â is symmetric. */
function reference(weights: number[], { users, items }: typeof layer0): number[] {
  const adjacency = denseAdjacency();
  let layer: number[] = [...users, ...items];
  const sum = layer.map((value) => weights[0]! * value);
  for (const weight of weights.slice(1)) {
    layer = layer.map((_, at) => {
      const column = at % size;
      const row = adjacency[(at - column) / size]!;
      return row.reduce((total, edge, node) => total + edge * layer[node * size + column]!, 0);
    });
    layer.forEach((value, at) => (sum[at]! += weight * value));
  }
  return sum;
}

const tensors = ({ users, items }: typeof layer0) => ({
  users: tf.tensor2d(users, [numUsers, size]),
  items: tf.tensor2d(items, [numItems, size]),
});

function expectStacked(users: tf.Tensor, items: tf.Tensor, expected: number[]): void {
  const got = [...users.dataSync(), ...items.dataSync()];
  expect(got.length).toBe(expected.length);
  expected.forEach((value, at) => expect(got[at]).toBeCloseTo(value, 5));
}

const cases: { numLayers: number; combine: LayerCombination; weights: number[] }[] = [
  { numLayers: 0, combine: 'mean', weights: [1] },
  { numLayers: 1, combine: 'mean', weights: [1 / 2, 1 / 2] },
  { numLayers: 3, combine: 'mean', weights: [1 / 4, 1 / 4, 1 / 4, 1 / 4] },
  { numLayers: 2, combine: 'last', weights: [0, 0, 1] },
  { numLayers: 2, combine: 'sum', weights: [1, 1, 1] },
  { numLayers: 2, combine: [0.5, -1, 2], weights: [0.5, -1, 2] },
];

describe('lightGcn', () => {
  eachBackend(() => {
    for (const { numLayers, combine, weights } of cases) {
      const options = { numLayers, combine };
      const name = `${numLayers} layers, combine ${JSON.stringify(combine)}`;

      it(`equals the dense definition: ${name}`, () => {
        const { users, items } = lightGcn(graph, tensors(layer0), options);
        expectStacked(users, items, reference(weights, layer0));
      });

      it(`has the dense definition's gradient: ${name}`, () => {
        const up = tensors(upstream);
        const objective = (users: tf.Tensor, items: tf.Tensor) => {
          const inputs = { users: users as tf.Tensor2D, items: items as tf.Tensor2D };
          const out = lightGcn(graph, inputs, options);
          return tf.add(tf.sum(tf.mul(out.users, up.users)), tf.sum(tf.mul(out.items, up.items)));
        };
        const { users, items } = tensors(layer0);
        const [toUsers, toItems] = tf.grads(objective)([users, items]);
        expectStacked(toUsers!, toItems!, reference(weights, upstream));
      });
    }

    it('takes the mean of the layers by default', () => {
      const { users, items } = lightGcn(graph, tensors(layer0), { numLayers: 2 });
      expectStacked(users, items, reference([1 / 3, 1 / 3, 1 / 3], layer0));
    });

    it('leaks no tensors', () => {
      const inputs = tensors(layer0);
      const before = tf.memory().numTensors;
      tf.dispose({ ...lightGcn(graph, inputs, { numLayers: 2 }) });
      expect(tf.memory().numTensors).toBe(before);
    });

    it('multiplies a rectangular block by spmm', () => {
      const items = tensors(layer0).items;
      const expected = tf.matMul(
        tf.tensor2d(
          denseAdjacency()
            .slice(0, numUsers)
            .map((row) => row.slice(numUsers)),
        ),
        items,
      );
      const got = spmm(graph.userItem, items);
      expect(got.shape).toEqual([numUsers, size]);
      const values = got.dataSync();
      expected.dataSync().forEach((value, at) => expect(values[at]).toBeCloseTo(value, 5));
    });

    it('refuses shapes that do not fit the graph', () => {
      const { users, items } = tensors(layer0);
      expect(() => lightGcn(graph, { users: items, items: users }, { numLayers: 1 })).toThrow(
        'propagateBipartite: users must have shape [5, any], got [7, 3].',
      );
    });
  });

  it('refuses numbers of layers and combinations that make no sense', () => {
    const call = (options: object) => () =>
      lightGcn(graph, {} as never, options as { numLayers: number });
    expect(call({ numLayers: -1 })).toThrow('lightGcn: numLayers must be an integer ≥ 0, got -1.');
    expect(call({ numLayers: 1, combine: 'means' })).toThrow(
      "lightGcn: combine must be 'mean', 'last', 'sum' or an array of weights, got 'means'. Did you mean 'mean'?",
    );
    expect(call({ numLayers: 1, combine: [1] })).toThrow(
      'lightGcn: combine must hold 2 finite weights, one for each of layers 0 to 1, got [1].',
    );
  });
});
