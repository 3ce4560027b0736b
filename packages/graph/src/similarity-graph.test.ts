import { createRng, drawValues, itemsByUser } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { similarityGraph } from './similarity-graph.js';

const rng = createRng(3);
const numbers = (name: string, rows: number, columns: number) =>
  tensor2d(drawValues(rng.normal(name, [rows, columns])), [rows, columns]);

eachBackend(() => {
  it('joins each user with the k items of the largest cosines', () => {
    const [users, items] = [numbers('users', 7, 4), numbers('items', 11, 4)];
    const [u, i] = [users.arraySync(), items.arraySync()];
    const norm = (x: number[]) => Math.hypot(...x);
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);
    const expected = u.map((user) => {
      const scored = i.map((item, at) => [dot(user, item) / norm(user) / norm(item), at] as const);
      return scored
        .sort(([a], [b]) => b - a)
        .slice(0, 3)
        .map(([, at]) => at)
        .sort((a, b) => a - b);
    });
    const graph = similarityGraph({ users, items }, { k: 3 });
    expect(graph).toMatchObject({ rows: 7, columns: 11 });
    expect([...graph.indices]).toEqual(expected.flat());
    expect([...graph.offsets]).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
    expect(graph.values.every((value) => value === 1)).toBe(true);
  });

  it('joins nobody with an item whose vector is zero', () => {
    const users = tensor2d([[1, 0]]);
    const items = tensor2d([
      [0, 0],
      [1, 0],
      [-1, 0],
    ]);
    expect([...similarityGraph({ users, items }, { k: 2 }).indices]).toEqual([1]);
  });

  it('leaves out what is excluded, and places left over', () => {
    const users = tensor2d([[1], [1]]);
    const items = tensor2d([[3], [2], [-1]]);
    const exclude = itemsByUser({
      numUsers: 2,
      numItems: 3,
      users: Int32Array.of(0, 0),
      items: Int32Array.of(0, 2),
    });
    const graph = similarityGraph({ users, items }, { k: 2, exclude });
    expect([...graph.offsets]).toEqual([0, 1, 3]);
    expect([...graph.indices]).toEqual([1, 0, 1]);
  });

  it('gives a user without a vector no edges', () => {
    const users = tensor2d([[0], [1], [0]]);
    const graph = similarityGraph({ users, items: tensor2d([[1], [2]]) }, { k: 1 });
    expect([...graph.offsets]).toEqual([0, 0, 1, 1]);
  });

  it('leaves no tensors behind', () => {
    const [users, items] = [numbers('users', 7, 4), numbers('items', 11, 4)];
    const before = memory().numTensors;
    similarityGraph({ users, items }, { k: 3 });
    expect(memory().numTensors).toBe(before);
  });
});

it.each([0, 3, 1.5])('refuses k = %s for two items', (k) => {
  const vectors = { users: tensor2d([[1]]), items: tensor2d([[1], [2]]) };
  expect(() => similarityGraph(vectors, { k })).toThrow(
    new RangeError(
      `similarityGraph: k must be an integer from 1 to the number of items, 2, got ${k}.`,
    ),
  );
});
