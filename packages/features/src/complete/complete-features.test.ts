import { createRng, drawValues, type FeatureMatrix } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { completeFeatures } from './complete-features.js';
import { completionMethods } from './completion-options.js';

const column = (...values: number[]): FeatureMatrix => ({
  ...{ rows: values.length, columns: 1 },
  data: Float32Array.from(values),
});
const lacking = (matrix: FeatureMatrix, ...items: number[]): FeatureMatrix => {
  const missing = new Uint8Array(matrix.rows);
  for (const item of items) missing[item] = 1;
  return { ...matrix, missing };
};
const rowOf = ({ columns, data }: FeatureMatrix, row: number) => [
  ...data.subarray(row * columns, (row + 1) * columns),
];

/** Each user has two items: a chain 0 – 1 – 2 – 3, and nobody has item 4. */
const chain = {
  numUsers: 3,
  numItems: 5,
  users: Int32Array.of(0, 0, 1, 1, 2, 2),
  items: Int32Array.of(0, 1, 1, 2, 2, 3),
};

eachBackend(() => {
  describe('completeFeatures', () => {
    it('mean: the mean of the items that have the modality', async () => {
      const visual = lacking(column(1, 99, 4, 99), 1, 3);
      const { features, counts } = await completeFeatures(
        { features: { visual } },
        { method: 'mean' },
      );
      expect([...features['visual']!.data]).toEqual([1, 2.5, 4, 2.5]);
      expect(features['visual']!.missing).toBeUndefined();
      expect(counts).toEqual({ visual: { completed: 2, byMean: 2 } });
    });

    it('neighbors: the mean of the nearest in what the item has', async () => {
      // Three directions on a circle around the mean, two items each; 6 and 7 are like 0 and 4.
      const angles = [0, 0.1, 2.1, 2.2, 4.2, 4.3, 0.05, 4.25];
      const textual = {
        ...{ rows: 8, columns: 2 },
        data: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
      };
      const visual = lacking(column(10, 20, 30, 40, 50, 60, 0, 0), 6, 7);
      const { features, counts } = await completeFeatures(
        { features: { visual, textual } },
        { method: 'neighbors', numNeighbors: 2 },
      );
      expect(rowOf(features['visual']!, 6)).toEqual([15]);
      expect(rowOf(features['visual']!, 7)).toEqual([55]);
      expect(features['textual']).toBe(textual);
      expect(counts).toEqual({ visual: { completed: 2, byMean: 0 } });
    });

    it('propagation: the harmonic solution over the item graph, the mean where no path leads', async () => {
      const visual = lacking(column(2, 0, 0, 10, 0), 1, 2, 4);
      const { features, counts } = await completeFeatures(
        { features: { visual }, interactions: chain },
        { method: 'propagation', numIterations: 200 },
      );
      // cos(0, 1) = cos(2, 3) = 1/√2, cos(1, 2) = 1/2: x₁ = (2/√2 + x₂/2) / s, x₂ = (x₁/2 + 10/√2) / s.
      const [outer, inner] = [Math.SQRT1_2, 0.5];
      const [a, b] = [outer / (outer + inner), inner / (outer + inner)];
      const x1 = (2 * a + 10 * a * b) / (1 - b * b);
      const x2 = (10 * a + 2 * a * b) / (1 - b * b);
      const [first, second, alone] = [1, 2, 4].map((item) => features['visual']!.data[item]!);
      expect(first).toBeCloseTo(x1, 4);
      expect(second).toBeCloseTo(x2, 4);
      expect(alone).toBe(6);
      expect(counts).toEqual({ visual: { completed: 3, byMean: 1 } });
    });

    it('propagation: one step is the mean of the neighbours, deviations of those that lack it being 0', async () => {
      const visual = lacking(column(2, 0, 0, 10, 0), 1, 2, 4);
      const { features } = await completeFeatures(
        { features: { visual }, interactions: chain },
        { method: 'propagation', numIterations: 1 },
      );
      const share = Math.SQRT1_2 / (Math.SQRT1_2 + 0.5);
      expect(features['visual']!.data[1]).toBeCloseTo(6 - 4 * share, 5);
      expect(features['visual']!.data[2]).toBeCloseTo(6 + 4 * share, 5);
    });

    it('learned: a planted linear map, by what each item has', async () => {
      const rng = createRng(3);
      const [rows, columns] = [200, 3];
      const normal = (name: string) => drawValues(rng.normal(name, [rows, columns]));
      const [textual, acoustic] = [normal('textual'), normal('acoustic')];
      const visual = Float32Array.from({ length: rows * 2 }, (_, at) => {
        const start = Math.floor(at / 2) * columns;
        return at % 2 === 0
          ? 7 + 2 * textual[start]! - textual[start + 1]!
          : 3 * acoustic[start + 2]! + textual[start]!;
      });
      const features = {
        visual: lacking({ rows, columns: 2, data: visual }, 0, 1, 2),
        textual: lacking({ rows, columns, data: textual }, 2),
        // Item 1 lacks it: the second column can only be told as far as the text goes.
        // Others lack it too: they are no examples for item 0, in whose row zeros mean zeros.
        acoustic: lacking(
          { rows, columns, data: acoustic },
          1,
          2,
          ...Array.from({ length: 40 }, (_, n) => n + 9),
        ),
      };
      const { features: completed, counts } = await completeFeatures(
        { features },
        { method: 'learned' },
      );
      const [zero, one, two] = [0, 1, 2].map((row) => rowOf(completed['visual']!, row));
      expect(zero![0]).toBeCloseTo(visual[0]!, 1);
      expect(zero![1]).toBeCloseTo(visual[1]!, 1);
      expect(one![0]).toBeCloseTo(visual[2]!, 1);
      const mean = (column: number) =>
        visual.filter((_, at) => at > 5 && at % 2 === column).reduce((sum, v) => sum + v / 197, 0);
      expect(two![0]).toBeCloseTo(mean(0), 4);
      expect(counts['visual']).toEqual({ completed: 3, byMean: 1 });
      expect(counts['textual']).toEqual({ completed: 1, byMean: 1 });
    });

    it.each(completionMethods)(
      '%s: leaves what is known, looks at nothing that is missing, leaves no tensors',
      async (method) => {
        const rng = createRng(9);
        const normal = (name: string, columns: number) => ({
          ...{ rows: 30, columns },
          data: drawValues(rng.normal(name, [30, columns])),
        });
        const complete = async (content: number) => {
          const spoilt = (matrix: FeatureMatrix, ...items: number[]) => {
            const data = matrix.data.slice();
            for (const item of items)
              data.fill(content, item * matrix.columns, (item + 1) * matrix.columns);
            return lacking({ ...matrix, data }, ...items);
          };
          const features = {
            visual: spoilt(normal('visual', 4), 0, 1, 2),
            textual: spoilt(normal('textual', 3), 2, 3, 4),
          };
          return (await completeFeatures({ features }, { method })).features;
        };
        const before = memory().numTensors;
        const [zeros, noise] = [await complete(0), await complete(1e6)];
        expect(noise).toEqual(zeros);
        expect(memory().numTensors).toBe(before);
        const known = normal('visual', 4).data;
        expect([...zeros['visual']!.data.subarray(12)]).toEqual([...known.subarray(12)]);
        expect(zeros['visual']!.data.every(Number.isFinite)).toBe(true);
      },
    );
  });
});

describe('completeFeatures', () => {
  it('returns what has no gaps as it is', async () => {
    const visual = column(1, 2);
    const completed = await completeFeatures({ features: { visual } });
    expect(completed).toEqual({ features: { visual }, counts: {} });
    expect(completed.features['visual']).toBe(visual);
  });

  it('refuses what can’t be completed', async () => {
    await expect(
      completeFeatures({ features: { visual: lacking(column(1, 2), 0, 1) } }),
    ).rejects.toThrow(
      new RangeError(
        'completeFeatures: visual features must be there for at least one item, got none.',
      ),
    );
    await expect(
      completeFeatures({ features: { visual: column(1, 2), textual: column(1) } }),
    ).rejects.toThrow(
      new RangeError('completeFeatures: textual features must have 2 rows, one an item, got 1.'),
    );
    await expect(
      completeFeatures({ features: { visual: column(1, 2) }, interactions: chain }),
    ).rejects.toThrow(
      new RangeError('completeFeatures: visual features must have 5 rows, one an item, got 2.'),
    );
    await expect(
      completeFeatures({ features: {} }, { method: 'neighbours' as 'neighbors' }),
    ).rejects.toThrow(
      "completeFeatures: method must be one of 'mean', 'neighbors', 'propagation', 'learned', got 'neighbours'. Did you mean 'neighbors'?",
    );
  });
});
