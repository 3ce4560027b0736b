import type { Interactions } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { recommend } from './recommend.js';

const pairs = (users: number[], items: number[]): Interactions => ({
  numUsers: 3,
  numItems: 4,
  users: Int32Array.from(users),
  items: Int32Array.from(items),
});

/** Scores: .9 .2 .5 .1, then .1 .8 .4 .7, then their sums. */
const embeddings = () => ({
  users: tensor2d([
    [1, 0],
    [0, 1],
    [1, 1],
  ]),
  items: tensor2d([
    [0.9, 0.1],
    [0.2, 0.8],
    [0.5, 0.4],
    [0.1, 0.7],
  ]),
});
const train = pairs([0, 1], [0, 1]);

eachBackend(() => {
  it('evaluate ranks what is not in training', async () => {
    // User 0 ranks 2, 1, 3 and looks for 1; user 1 ranks 3, 2, 0 and looks for 0 and 3.
    const heldOut = pairs([0, 1, 1], [1, 0, 3]);
    const before = embeddings();
    const tensors = memory().numTensors;
    const { mean, users } = await evaluate(before, { train, heldOut }, { ks: [1, 2] });
    expect([...users]).toEqual([0, 1]);
    const ndcg = [1 / Math.log2(3), 1 / (1 + 1 / Math.log2(3))];
    const expected = {
      'recall@1': (0 + 1 / 2) / 2,
      'recall@2': (1 + 1 / 2) / 2,
      'ndcg@1': (0 + 1) / 2,
      'ndcg@2': (ndcg[0]! + ndcg[1]!) / 2,
      'precision@1': (0 + 1) / 2,
      'precision@2': (1 / 2 + 1 / 2) / 2,
    };
    expect(Object.keys(mean).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      expect((mean as Record<string, number>)[name], name).toBeCloseTo(value, 6);
    }
    expect(memory().numTensors).toBe(tensors);
  });

  it('evaluate judges users without training as the protocol says', async () => {
    // User 2 has no training items, and ranks 0 and 1, then 2, then 3: a tie goes to the lower number.
    const heldOut = pairs([0, 2], [2, 0]);
    const inputs = { train, heldOut };
    const options = { metrics: ['recall'], ks: [1] } as const;
    expect([...(await evaluate(embeddings(), inputs, options)).users]).toEqual([0]);
    const lattice = await evaluate(embeddings(), inputs, { ...options, protocol: 'lattice' });
    expect([...lattice.users]).toEqual([0, 2]);
    expect([...lattice.perUser['recall@1']!]).toEqual([1, 1]);
  });

  it('evaluate has recall, ndcg and precision at 10 and 20 by default', async () => {
    const { mean } = await evaluate(embeddings(), { train, heldOut: pairs([0], [1]) });
    expect(mean['recall@20']).toBe(1);
    expect(mean['precision@10']).toBeCloseTo(0.1, 6);
    expect(Object.keys(mean).length).toBe(6);
  });

  it('recommend returns the best items with their scores, in the order of users asked for', () => {
    const tensors = embeddings();
    const count = memory().numTensors;
    const lists = recommend(tensors, { users: [1, 0, 1], k: 2 });
    expect(lists.map(({ user, items }) => [user, items.map(({ item }) => item)])).toEqual([
      [1, [1, 3]],
      [0, [0, 2]],
      [1, [1, 3]],
    ]);
    expect(lists[0]!.items.map(({ score }) => score)).toEqual(
      [0.8, 0.7].map((x) => expect.closeTo(x, 6)),
    );
    expect(memory().numTensors).toBe(count);
  });

  it('recommend leaves out what is excluded, and returns fewer where fewer are left', () => {
    const [first, second] = recommend(embeddings(), {
      users: [0, 1],
      k: 99,
      exclude: pairs([0, 0, 1], [0, 3, 1]),
    });
    expect(first!.items.map(({ item }) => item)).toEqual([2, 1]);
    expect(second!.items.map(({ item }) => item)).toEqual([3, 2, 0]);
    const everything = pairs([0, 0, 0, 0], [0, 1, 2, 3]);
    expect(recommend(embeddings(), { users: [0], exclude: everything })).toEqual([
      { user: 0, items: [] },
    ]);
  });

  it('recommend gives 10 items unless told otherwise', () => {
    const many = {
      users: tensor2d([[1]]),
      items: tensor2d(Array.from({ length: 30 }, (_, item) => [item])),
    };
    const [list] = recommend(many, { users: [0] });
    expect(list!.items.map(({ item }) => item)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  });

  it('recommend refuses users and lengths that do not exist', () => {
    const run = (users: number[], k?: number) => () =>
      recommend(embeddings(), { users, ...(k !== undefined && { k }) });
    expect(run([0], 0)).toThrow(new RangeError('recommend: k must be an integer ≥ 1, got 0.'));
    expect(run([0], 1.5)).toThrow(new RangeError('recommend: k must be an integer ≥ 1, got 1.5.'));
    expect(run([0, 3])).toThrow(
      new RangeError('recommend: users must be integers from 0 to 2, got 3 at position 1.'),
    );
    expect(run([1.5])).toThrow(
      new RangeError('recommend: users must be integers from 0 to 2, got 1.5 at position 0.'),
    );
  });
});
