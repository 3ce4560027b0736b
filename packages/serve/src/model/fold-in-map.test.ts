import { createRng, drawValues, itemsByUser } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHistorySummary, fitFoldIn, mapSummary, weightsOfScore } from './fold-in-map.js';
import { dot } from './vectors.js';

beforeAll(async () => {
  await useBackend('wasm');
});

const d = 4;
const [numUsers, numItems] = [300, 50];
const rng = createRng(3);
const itemEmbeddings = drawValues(rng.normal('items', [numItems, d]));
const stream = rng.stream('pairs');
const users = Int32Array.from({ length: 5 * numUsers }, (_, at) => Math.floor(at / 5));
const histories = itemsByUser({
  ...{ numUsers, numItems, users },
  items: Int32Array.from(users, () => stream.integer(numItems)),
});
const historyOf = (user: number) =>
  histories.items.subarray(histories.offsets[user], histories.offsets[user + 1]);

describe('fitFoldIn', () => {
  it('finds what the users were made by: the mean and what a graph passes on', () => {
    // u = 2 mean + 3 passed on + 1, by hand.
    const degrees = new Float32Array(numItems);
    for (const item of histories.items) degrees[item]!++;
    const userEmbeddings = new Float32Array(numUsers * d);
    for (let user = 0; user < numUsers; user++) {
      const history = historyOf(user);
      for (let c = 0; c < d; c++) {
        let [mean, passed] = [0, 0];
        for (const item of history) {
          mean += itemEmbeddings[item * d + c]! / history.length;
          passed += itemEmbeddings[item * d + c]! / Math.sqrt(degrees[item]! * history.length);
        }
        userEmbeddings[user * d + c] = 2 * mean + 3 * passed + 1;
      }
    }
    const examples = { userEmbeddings, itemEmbeddings, embeddingSize: d, histories };
    const map = fitFoldIn(examples);
    expect(map.error).toBeLessThan(1e-3);
    const summarize = createHistorySummary(examples);
    for (const user of [0, 17, 299]) {
      const made = mapSummary(map, summarize(historyOf(user)));
      made.forEach((value, c) => expect(value).toBeCloseTo(userEmbeddings[user * d + c]!, 1));
    }
  });

  it('takes the mean where no user has a history to learn from', () => {
    const none = itemsByUser({
      numUsers: 3,
      numItems,
      users: new Int32Array(0),
      items: new Int32Array(0),
    });
    const examples = {
      ...{ userEmbeddings: new Float32Array(3 * d), itemEmbeddings, embeddingSize: d },
      histories: none,
    };
    const made = mapSummary(
      fitFoldIn(examples),
      createHistorySummary(examples)(Int32Array.of(4, 6)),
    );
    made.forEach((value, c) => {
      expect(value).toBeCloseTo((itemEmbeddings[4 * d + c]! + itemEmbeddings[6 * d + c]!) / 2, 5);
    });
  });
});

describe('weightsOfScore', () => {
  it('gives scores as sums over the items of a history', () => {
    const userEmbeddings = drawValues(rng.normal('users', [numUsers, d]));
    const examples = { userEmbeddings, itemEmbeddings, embeddingSize: d, histories };
    const map = fitFoldIn(examples);
    const summarize = createHistorySummary(examples);
    const history = Int32Array.of(3, 8, 21);
    const item = itemEmbeddings.subarray(9 * d, 10 * d);
    const score = dot(mapSummary(map, summarize(history)), item);
    const weights = weightsOfScore(map, item);
    const parts = Array.from(history, (one) => dot(weights, summarize(Int32Array.of(one), 3)));
    const sum = parts.reduce((total, part) => total + part, dot(map.intercept, item));
    expect(sum).toBeCloseTo(score, 5);
    expect(new Set(parts.map((part) => part.toFixed(6))).size).toBe(3);
  });
});
