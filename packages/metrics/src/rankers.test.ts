import { createRng, type ItemLists } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { innerProductTopK } from './inner-product-top-k.js';
import { mostPopularTopK } from './most-popular-top-k.js';
import { randomTopK } from './random-top-k.js';
import { selectTopK } from './select-top-k.js';

const lists = (...each: number[][]): ItemLists => ({
  offsets: Int32Array.from([0, ...each.map((_, at) => each.slice(0, at + 1).flat().length)]),
  items: Int32Array.from(each.flat()),
});
const upTo = (n: number) => Int32Array.from({ length: n }, (_, at) => at);
const normals = (name: string, length: number) => {
  const stream = createRng(5).stream(name);
  return Float32Array.from({ length }, () => stream.normal());
};

describe('innerProductTopK', () => {
  it.each([
    [7, 21, 3],
    [33, 50, 64],
    [16, 301, 100],
    [5, 9, 5000],
  ])('agrees with scores one by one: %i users, %i items, dimension %i', (numUsers, numItems, d) => {
    const users = normals('users', numUsers * d);
    const items = normals('items', numItems * d);
    const ranked = innerProductTopK({ users, items, dimension: d })({
      users: upTo(numUsers),
      k: 5,
    });
    for (let user = 0; user < numUsers; user++) {
      const scores = Float32Array.from({ length: numItems }, (_, item) => {
        let sum = 0;
        for (let at = 0; at < d; at++) sum += users[user * d + at]! * items[item * d + at]!;
        return sum;
      });
      expect([...ranked.subarray(user * 5, user * 5 + 5)]).toEqual([...selectTopK(scores, 5)]);
    }
  });

  it('ranks any users in any order, each as if alone', () => {
    const topK = innerProductTopK({
      users: normals('users', 80),
      items: normals('items', 60),
      dimension: 4,
    });
    const users = new Int32Array([19, 3, 3, 0, 11]);
    const together = topK({ users, k: 4 });
    users.forEach((user, at) => {
      const alone = topK({ users: new Int32Array([user]), k: 4 });
      expect(together.slice(at * 4, at * 4 + 4)).toEqual(alone);
    });
  });

  it('puts items of equal embeddings in the order of their indices, wherever they are', () => {
    const d = 37;
    const one = normals('one', d);
    const items = new Float32Array(501 * d);
    for (let item = 0; item < 501; item++) items.set(one, item * d);
    const [first, second] = [0, 1].map((user) =>
      innerProductTopK({ users: normals('users', 2 * d), items, dimension: d })({
        users: new Int32Array([user]),
        k: 501,
      }),
    );
    expect(first).toEqual(upTo(501));
    expect(second).toEqual(upTo(501));
  });

  it('never returns excluded items and pads with −1', () => {
    const topK = innerProductTopK({
      users: new Float32Array([1, 1]),
      items: new Float32Array([3, 2, 1]),
      dimension: 1,
    });
    const exclude = lists([0, 2], [0, 1, 2]);
    expect([...topK({ users: new Int32Array([0, 1]), k: 2, exclude })]).toEqual([1, -1, -1, -1]);
    // The mask of one request does not stay for the next.
    expect([...topK({ users: new Int32Array([0, 1]), k: 2 })]).toEqual([0, 1, 0, 1]);
  });

  it('refuses what it can not rank', () => {
    const items = new Float32Array([1, 2]);
    const make = (users: number[], dimension = 2) =>
      innerProductTopK({ users: Float32Array.from(users), items, dimension });
    expect(() => make([1, 2, 3])).toThrow(
      new RangeError('innerProductTopK: users must hold whole rows of 2 numbers, got 3 numbers.'),
    );
    expect(() => make([1, 2, 3, NaN])).toThrow(
      new RangeError('innerProductTopK: users must be finite, got NaN in row 1.'),
    );
    expect(() => make([1, 2], 0)).toThrow(
      new RangeError('innerProductTopK: dimension must be an integer ≥ 1, got 0.'),
    );
    expect(() => make([1, 2])({ users: new Int32Array([1]), k: 1 })).toThrow(
      new RangeError('innerProductTopK: users must be integers from 0 to 0, got 1 at position 0.'),
    );
    expect(() => make([1, 2])({ users: new Int32Array([0]), k: 0 })).toThrow(
      new RangeError('innerProductTopK: k must be an integer ≥ 1, got 0.'),
    );
    expect(() => make([1, 2, 3, 4])({ users: upTo(2), k: 1, exclude: lists([0]) })).toThrow(
      new RangeError(
        'innerProductTopK: exclude must hold a list for every user, got 1 lists and user 1.',
      ),
    );
  });
});

describe('mostPopularTopK', () => {
  const train = lists([3, 1], [3, 1], [3], [0]);

  it('ranks by training users, then by index', () => {
    expect([...mostPopularTopK(train, 5)({ users: new Int32Array([2]), k: 6 })]).toEqual([
      3, 1, 0, 2, 4, -1,
    ]);
  });

  it('leaves out each user’s own items', () => {
    const ranked = mostPopularTopK(
      train,
      5,
    )({ users: new Int32Array([0, 3]), k: 3, exclude: train });
    expect([...ranked]).toEqual([0, 2, 4, 3, 1, 2]);
  });

  it('refuses items outside the catalogue', () => {
    expect(() => mostPopularTopK(train, 3)).toThrow(
      new RangeError('mostPopularTopK: items must be integers from 0 to 2, got 3 at position 0.'),
    );
  });
});

describe('randomTopK', () => {
  const topK = randomTopK(createRng(9), 6);

  it('gives every item once, then −1', () => {
    const ranked = topK({ users: new Int32Array([4]), k: 8 });
    expect([...ranked.subarray(0, 6)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...ranked.subarray(6)]).toEqual([-1, -1]);
  });

  it('depends on the source and the user only', () => {
    const both = topK({ users: new Int32Array([1, 4]), k: 6 });
    const again = randomTopK(createRng(9), 6)({ users: new Int32Array([4]), k: 6 });
    expect(both.slice(6)).toEqual(again);
    expect(both.slice(0, 6)).not.toEqual(again);
    expect(randomTopK(createRng(10), 6)({ users: new Int32Array([4]), k: 6 })).not.toEqual(again);
  });

  it('begins a long list with the short one, and keeps the order when items are excluded', () => {
    const long = topK({ users: new Int32Array([4]), k: 6 });
    expect(topK({ users: new Int32Array([4]), k: 3 })).toEqual(long.slice(0, 3));
    const exclude = lists([], [], [], [], [1, 5]);
    expect([...topK({ users: new Int32Array([4]), k: 4, exclude })]).toEqual(
      [...long].filter((item) => item !== 1 && item !== 5),
    );
  });

  it('puts every item first for about as many users', () => {
    const first = topK({ users: upTo(6000), k: 1 });
    for (let item = 0; item < 6; item++) {
      const times = first.filter((each) => each === item).length;
      expect(times).toBeGreaterThan(850);
      expect(times).toBeLessThan(1150);
    }
  });
});
