import { itemsByUser, type FeatureMatrix } from '@mmrec/core';
import { expect, it } from 'vitest';
import { synthesize } from './synthesize.js';

// What the data is for: features, of both kinds, and other users' histories must each help, by
// rankers that need no training. Scores of one user for all items:
type Ranker = (history: Int32Array) => Float64Array;

const shop = synthesize({ seed: 1 });
const { train, test } = shop.splits;
const { numItems, numUsers } = train;
const histories = itemsByUser(train);
const wanted = itemsByUser(test);

const popularity = new Float64Array(numItems);
for (const item of train.items) popularity[item]!++;

/** Centred rows of length 1. */
function unitRows({ rows, columns, data }: FeatureMatrix): Float64Array[] {
  const mean = new Float64Array(columns);
  data.forEach((value, at) => (mean[at % columns]! += value / rows));
  return Array.from({ length: rows }, (_, row) => {
    const centred = Float64Array.from(mean, (m, column) => data[row * columns + column]! - m);
    const norm = Math.hypot(...centred);
    return centred.map((value) => value / norm);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Likeness to the history's mean, weighted against popularity. */
function byFeatures(...features: FeatureMatrix[]): Ranker {
  const matrices = features.map(unitRows);
  return (history) => {
    const likeness = new Float64Array(numItems);
    for (const rows of matrices) {
      const profile = new Float64Array(rows[0]!.length);
      for (const item of history) rows[item]!.forEach((value, at) => (profile[at]! += value));
      for (let item = 0; item < numItems; item++) likeness[item]! += dot(rows[item]!, profile);
    }
    return likeness.map(
      (sum, item) => Math.exp((5 * sum) / history.length) * (popularity[item]! + 1) ** 0.6,
    );
  };
}

/** Items bought together with the history's, normalised by popularity. */
const byHistories: Ranker = (() => {
  const together = new Float64Array(numItems * numItems);
  for (let user = 0; user < numUsers; user++) {
    const own = histories.items.subarray(histories.offsets[user], histories.offsets[user + 1]);
    for (const a of own) for (const b of own) if (a !== b) together[a * numItems + b]!++;
  }
  return (history) => {
    const scores = Float64Array.from(popularity, (count) => count * 1e-6);
    for (const a of history) {
      for (let b = 0; b < numItems; b++) {
        const count = together[a * numItems + b]!;
        if (count > 0) scores[b]! += count / Math.sqrt(popularity[a]! * popularity[b]!);
      }
    }
    return scores;
  };
})();

const byAll = byFeatures(shop.features.visual, shop.features.textual);
const both: Ranker = (history) => {
  const content = byAll(history);
  return byHistories(history).map((score, item) => content[item]! * (1 + 3 * score));
};

/** Mean recall@20 on test over every fourth user. */
function recall(rank: Ranker): number {
  let sum = 0;
  let evaluated = 0;
  for (let user = 0; user < numUsers; user += 4) {
    const history = histories.items.subarray(histories.offsets[user], histories.offsets[user + 1]);
    const relevant = wanted.items.subarray(wanted.offsets[user], wanted.offsets[user + 1]);
    const scores = rank(history);
    for (const item of history) scores[item] = -Infinity;
    const hits = relevant.filter(
      (item) => scores.reduce((above, score) => above + Number(score > scores[item]!), 0) < 20,
    );
    sum += hits.length / relevant.length;
    evaluated++;
  }
  return sum / evaluated;
}

it('rewards features over popularity, both kinds over one, and histories with features over either', () => {
  const popular = recall(() => popularity.slice());
  const visual = recall(byFeatures(shop.features.visual));
  const textual = recall(byFeatures(shop.features.textual));
  const content = recall(byAll);
  const collaborative = recall(byHistories);
  const hybrid = recall(both);
  expect(popular).toBeGreaterThan((3 * 20) / numItems);
  expect(collaborative).toBeGreaterThan(1.2 * popular);
  expect(content).toBeGreaterThan(1.2 * Math.max(visual, textual));
  expect(content).toBeGreaterThan(3 * popular);
  expect(content).toBeGreaterThan(1.4 * collaborative);
  expect(hybrid).toBeGreaterThan(1.3 * collaborative);
  expect(hybrid).toBeGreaterThan(1.05 * content);
});
