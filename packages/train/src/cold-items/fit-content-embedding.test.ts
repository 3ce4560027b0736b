import { createRng, drawValues, type FeatureMatrix } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { embedColdItems } from './embed-cold-items.js';
import { fitContentEmbedding } from './fit-content-embedding.js';

const [rows, d] = [120, 3];
const rng = createRng(4);
const matrix = (name: string, columns: number): FeatureMatrix => ({
  ...{ rows, columns },
  data: drawValues(rng.normal(name, [rows, columns])),
});
const features = { visual: matrix('visual', 4), textual: matrix('textual', 5) };
/** Embeddings that are a linear map of both modalities. */
const embeddings = Float32Array.from({ length: rows * d }, (_, at) => {
  const [row, column] = [Math.floor(at / d), at % d];
  const [v, t] = [features.visual, features.textual];
  return 1 + 2 * v.data[row * 4 + column]! - t.data[row * 5 + column + 1]!;
});
const warmItems = Int32Array.from({ length: 100 }, (_, item) => item);
const coldItems = Int32Array.from({ length: 20 }, (_, at) => 100 + at);

eachBackend(() => {
  describe('fitContentEmbedding', () => {
    it('finds a planted linear map, for items that it has not seen', () => {
      const before = memory().numTensors;
      const made = fitContentEmbedding({ embeddings, features, warmItems })(features, coldItems);
      made.forEach((value, at) => {
        expect(value).toBeCloseTo(embeddings[100 * d + at]!, 1);
      });
      expect(memory().numTensors).toBe(before);
    });

    it('doesn’t look at the embeddings of other items', () => {
      const spoilt = embeddings.slice().fill(NaN, 100 * d);
      const embed = (all: Float32Array) =>
        fitContentEmbedding({ embeddings: all, features, warmItems })(features, coldItems);
      expect(embed(spoilt)).toEqual(embed(embeddings));
    });

    it('neighbors: the mean of the nearest, stretched to the length of the others', () => {
      const visual = { rows: 5, columns: 1, data: Float32Array.of(-3, -2, 2, 3, 2.5) };
      const four = Float32Array.of(0, 2, 6, 8, 0);
      const embed = fitContentEmbedding(
        { embeddings: four, features: { visual }, warmItems: Int32Array.of(0, 1, 2, 3) },
        { method: 'neighbors', numNeighbors: 2 },
      );
      // Cosines in one dimension are signs. Means of 1 and 7 around 4, mean distance 3 as of the four: no stretch.
      expect([...embed({ visual }, Int32Array.of(4))]).toEqual([7]);
    });

    it('stretches what features tell in part, so that new items reach as far as others', () => {
      const noisy = embeddings.map((value, at) => {
        return value + 4 * drawValues(rng.normal('noise', [rows, d]))[at]!;
      });
      const made = fitContentEmbedding({ embeddings: noisy, features, warmItems })(
        features,
        warmItems,
      );
      const spread = (data: Float32Array) => {
        const mean = [0, 1, 2].map((c) =>
          warmItems.reduce((sum, item) => sum + data[item * d + c]! / 100, 0),
        );
        const lengths = [...warmItems].map((item) =>
          Math.hypot(...mean.map((m, c) => data[item * d + c]! - m)),
        );
        return lengths.reduce((sum, length) => sum + length / 100, 0);
      };
      expect(spread(made)).toBeCloseTo(spread(noisy), 2);
    });

    it('gives an item without any features the mean, one with some what these say', () => {
      const missing = new Uint8Array(rows);
      missing[100] = missing[101] = 1;
      const lacking = {
        visual: { ...features.visual, missing },
        textual: { ...features.textual, missing: missing.slice().fill(0, 101) },
      };
      const embed = fitContentEmbedding({ embeddings, features, warmItems });
      const [none, some, all] = [
        embed(lacking, Int32Array.of(100)),
        embed(lacking, Int32Array.of(101)),
        embed(features, Int32Array.of(101)),
      ];
      const mean = [0, 1, 2].map((c) =>
        warmItems.reduce((sum, item) => sum + embeddings[item * d + c]! / 100, 0),
      );
      none.forEach((value, c) => {
        expect(value).toBeCloseTo(mean[c]!, 4);
      });
      expect(some).not.toEqual(all);
      expect(some).not.toEqual(none);
    });

    it('embedColdItems replaces the rows of items without interactions, and no others', () => {
      const train = {
        ...{ numUsers: 1, numItems: rows },
        users: new Int32Array(100),
        items: warmItems,
      };
      const before = memory().numTensors;
      const given = { users: tensor2d([[1, 2, 3]]), items: tensor2d(embeddings, [rows, d]) };
      const made = embedColdItems({ embeddings: given, features, train });
      const [own, items] = [given.items.dataSync(), made.items.dataSync()];
      expect([...items.subarray(0, 300)]).toEqual([...own.subarray(0, 300)]);
      expect([...items.subarray(300)]).toEqual([
        ...fitContentEmbedding({ embeddings, features, warmItems })(features, coldItems),
      ]);
      expect([...made.users.dataSync()]).toEqual([1, 2, 3]);
      for (const tensor of [given.users, given.items, made.users, made.items]) tensor.dispose();
      expect(memory().numTensors).toBe(before);
    });
  });
});

it('fitContentEmbedding refuses to learn from nothing', () => {
  expect(() => fitContentEmbedding({ embeddings, features: {}, warmItems })).toThrow(
    new RangeError('fitContentEmbedding: features must hold at least one modality, got none.'),
  );
  expect(() => fitContentEmbedding({ embeddings, features, warmItems: Int32Array.of(1) })).toThrow(
    new RangeError('fitContentEmbedding: warmItems must be at least 2, got 1.'),
  );
});
