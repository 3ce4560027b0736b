import { createRng, drawValues, itemsByUser, type FeatureMatrix } from '@mmrec/core';
import { eachBackend, tinyWorld } from '@mmrec/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { itemCfTopK } from './item-cf-top-k.js';
import { zeroShotTopK } from './zero-shot-top-k.js';

type Row = readonly number[];

const { interactions } = tinyWorld(1);
const { numItems } = interactions;
const columns = 5;

/** Items of different length, item 4 without features. */
const features: FeatureMatrix = {
  rows: numItems,
  columns,
  data: Float32Array.from(
    drawValues(createRng(2).normal('features', [numItems, columns])),
    (value, at) => {
      const item = Math.floor(at / columns);
      return item === 4 ? 0 : value * (1 + item);
    },
  ),
};

const rowOf = (item: number): Row =>
  Array.from(features.data.subarray(item * columns, (item + 1) * columns));
const dot = (a: Row, b: Row) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const norm = (a: Row) => Math.sqrt(dot(a, a));
const cosine = (a: Row, b: Row) => (norm(a) * norm(b) === 0 ? 0 : dot(a, b) / (norm(a) * norm(b)));
const all = Array.from({ length: numItems }, (_, item) => item);
const lists = itemsByUser(interactions);
const historyOf = (user: number) =>
  Array.from(lists.items.subarray(lists.offsets[user], lists.offsets[user + 1]));
/** Items by score, those that a user has left out; of equal scores the lower number first. */
const ranked = (user: number, score: (item: number) => number) =>
  all
    .filter((item) => !historyOf(user).includes(item))
    .map((item) => ({ item, score: Math.fround(score(item)) }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .map(({ item }) => item);

const users = Int32Array.of(7, 0, 3, 11);
const request = { users, k: 6, exclude: lists };

eachBackend(() => {
  describe('zeroShotTopK', () => {
    it('ranks by the cosine with the mean of the directions of the user’s items', () => {
      const top = zeroShotTopK(features, interactions)(request);
      users.forEach((user, row) => {
        const directions = historyOf(user)
          .filter((item) => item !== 4)
          .map((item) => rowOf(item).map((value) => value / norm(rowOf(item))));
        const mean = directions[0]!.map((_, at) =>
          directions.reduce((sum, direction) => sum + direction[at]! / directions.length, 0),
        );
        const expected = ranked(user, (item) => cosine(mean, rowOf(item))).slice(0, 6);
        expect([...top.subarray(row * 6, (row + 1) * 6)], `user ${user}`).toEqual(expected);
      });
    });

    it('masks nothing unless told to, and leaves no tensors', () => {
      const before = memory().numTensors;
      const topK = zeroShotTopK(features, interactions);
      const [first] = topK({ users: Int32Array.of(2), k: 3 });
      expect(all).toContain(first);
      expect(memory().numTensors).toBe(before);
    });

    it('gives a user without history items by number', () => {
      const nobody = { ...interactions, users: new Int32Array(0), items: new Int32Array(0) };
      const top = zeroShotTopK(features, nobody)({ users: Int32Array.of(1), k: 3 });
      expect([...top]).toEqual([0, 1, 2]);
    });
  });

  describe('itemCfTopK', () => {
    it.each([
      [3, 0],
      [6, 0.5],
      [100, 2],
    ])('adds up the similarities with the nearest (k %i, shrinkage %f)', (k, shrinkage) => {
      const top = itemCfTopK(features, interactions, { numNeighbors: k, shrinkage })(request);
      const lengths = all.map((item) => norm(rowOf(item)));
      const present = lengths.filter((length) => length > 0);
      const mean = present.reduce((sum, length) => sum + length ** 2, 0) / present.length;
      const weight = (a: number, b: number) =>
        lengths[a]! * lengths[b]! === 0
          ? 0
          : dot(rowOf(a), rowOf(b)) / (lengths[a]! * lengths[b]! + shrinkage * mean);
      const nearest = all.map((item) =>
        all
          .filter((other) => other !== item && lengths[item]! * lengths[other]! > 0)
          .sort((a, b) => cosine(rowOf(item), rowOf(b)) - cosine(rowOf(item), rowOf(a)))
          .slice(0, k),
      );
      users.forEach((user, row) => {
        const history = historyOf(user);
        const expected = ranked(user, (item) =>
          nearest[item]!.filter((other) => history.includes(other)).reduce(
            (sum, other) => sum + weight(item, other),
            0,
          ),
        );
        expect([...top.subarray(row * 6, (row + 1) * 6)], `user ${user}`).toEqual(
          expected.slice(0, 6),
        );
      });
    });
  });
});

it('rankers refuse features of other items and options that are not allowed', () => {
  const short = { rows: 3, columns: 1, data: new Float32Array(3) };
  expect(() => zeroShotTopK(short, interactions)).toThrow(
    new RangeError('zeroShotTopK: features must have 20 rows, one an item, got 3.'),
  );
  expect(() => itemCfTopK(short, interactions)).toThrow(
    new RangeError('itemCfTopK: features must have 20 rows, one an item, got 3.'),
  );
  expect(() => itemCfTopK(features, interactions, { numNeighbors: 0 })).toThrow(
    new RangeError('itemCfTopK: numNeighbors must be an integer ≥ 1, got 0.'),
  );
});
