import { createRng } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import {
  grads,
  memory,
  sum,
  tensor1d,
  tensor2d,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bprLoss } from './bpr-loss.js';
import { cosineDistanceLoss } from './cosine-distance-loss.js';
import { infoNceAgainstAllLoss } from './info-nce-against-all-loss.js';
import { infoNceLoss } from './info-nce-loss.js';
import { negativeCosineLoss } from './negative-cosine-loss.js';
import { normRegularizer } from './norm-regularizer.js';
import { similarityPreservingRegularizer } from './similarity-preserving-regularizer.js';
import { squaredNormRegularizer } from './squared-norm-regularizer.js';

/** Normal numbers, another set for each name. */
function normals(name: string, shape: number[]): GoldenTensor {
  const stream = createRng(11).stream(name);
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, data: Array.from({ length: size }, () => stream.normal()) };
}

/** Rows of a matrix with so many columns, in float64. */
const rowsOf = (data: Float64Array, columns: number) =>
  Array.from({ length: data.length / columns }, (_, at) =>
    data.subarray(at * columns, (at + 1) * columns),
  );
const dot = (a: Float64Array, b: Float64Array) => a.reduce((all, x, at) => all + x * b[at]!, 0);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));
const cosine = (a: Float64Array, b: Float64Array) => dot(a, b) / (norm(a) * norm(b));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const logSumExp = (values: number[]) => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((all, value) => all + Math.exp(value - top), 0));
};
/** InfoNCE by its definition, in float64. */
const contrast =
  (columns: number, temperature: number) =>
  (anchors: Float64Array, positives: Float64Array, candidates: Float64Array) =>
    rowsOf(anchors, columns).map((anchor, at) => {
      const logits = rowsOf(candidates, columns).map((row) => cosine(anchor, row) / temperature);
      return logSumExp(logits) - cosine(anchor, rowsOf(positives, columns)[at]!) / temperature;
    });

const as1d = (x: Tensor) => x as Tensor1D;
const as2d = (x: Tensor) => x as Tensor2D;
/** Gradients of the sum of a function's elements, as numbers. */
const gradientsOf = (loss: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]) =>
  grads((...x: Tensor[]) => sum(loss(...x)))(inputs).map((gradient) => [...gradient.dataSync()]);

eachBackend(() => {
  describe('bprLoss', () => {
    it('is −ln σ of the gap', () => {
      const loss = bprLoss(tensor1d([2, 0, -1]), tensor1d([0, 0, 1])).dataSync();
      [0.126928, 0.693147, 2.126928].forEach((value, at) => expect(loss[at]).toBeCloseTo(value, 5));
    });

    it('has the gradients of the float64 reference', () => {
      checkGradient({
        inputs: [normals('positive', [7]), normals('negative', [7])],
        loss: (positive, negative) => bprLoss(as1d(positive), as1d(negative)),
        reference: (positive, negative) => positive.map((p, at) => softplus(negative[at]! - p)),
      });
    });

    it('is finite, with finite gradients, for scores of ±10,000', () => {
      const positive = tensor1d([1e4, -1e4]);
      const negative = tensor1d([-1e4, 1e4]);
      expect([...bprLoss(positive, negative).dataSync()]).toEqual([0, 2e4]);
      const [ofPositive, ofNegative] = gradientsOf(
        (p, n) => bprLoss(as1d(p), as1d(n)),
        [positive, negative],
      );
      expect(ofPositive!.map(Math.abs)).toEqual([0, 1]);
      expect(ofNegative).toEqual([0, 1]);
    });

    it('refuses different shapes', () => {
      expect(() => bprLoss(tensor1d([1, 2]), tensor1d([1, 2, 3]))).toThrow(
        new RangeError('bprLoss: shapes must match, got positiveScores [2], negativeScores [3].'),
      );
    });
  });

  describe('negativeCosineLoss', () => {
    it('is the cosine, negated', () => {
      const loss = negativeCosineLoss(
        tensor2d([
          [1, 0],
          [2, 2],
          [0, 3],
        ]),
        tensor2d([
          [3, 4],
          [-1, -1],
          [5, 0],
        ]),
      ).dataSync();
      [-0.6, 1, 0].forEach((value, at) => expect(loss[at]).toBeCloseTo(value, 6));
    });

    it('has the gradients of the float64 reference, none for the target', () => {
      checkGradient({
        inputs: [normals('online', [4, 3]), normals('target', [4, 3])],
        loss: (online, target) => negativeCosineLoss(as2d(online), as2d(target)),
        reference: (online, target) =>
          rowsOf(online, 3).map((row, at) => -cosine(row, rowsOf(target, 3)[at]!)),
        constant: [1],
      });
    });

    it('is 0 and finite for rows of zeros', () => {
      const zero = tensor2d([[0, 0]]);
      const one = tensor2d([[1, 2]]);
      for (const inputs of [
        [zero, one],
        [one, zero],
        [zero, zero],
      ] as const) {
        expect(Math.abs(negativeCosineLoss(...inputs).dataSync()[0]!)).toBe(0);
        const [online, target] = inputs;
        const all = gradientsOf((x) => negativeCosineLoss(as2d(x), target), [online]);
        expect(all.flat().every(Number.isFinite)).toBe(true);
      }
    });

    it('refuses different shapes', () => {
      expect(() => negativeCosineLoss(tensor2d([[1, 2]]), tensor2d([[1], [2]]))).toThrow(
        new RangeError('negativeCosineLoss: shapes must match, got online [1, 2], target [2, 1].'),
      );
    });
  });

  describe('cosineDistanceLoss', () => {
    it('is one less the cosine, 1 for rows of zeros', () => {
      const loss = cosineDistanceLoss(
        tensor2d([
          [1, 0],
          [2, 2],
          [0, 0],
        ]),
        tensor2d([
          [3, 4],
          [-1, -1],
          [5, 0],
        ]),
      ).dataSync();
      [0.4, 2, 1].forEach((value, at) => expect(loss[at]).toBeCloseTo(value, 6));
    });

    it('has the gradients of the float64 reference, for both', () => {
      checkGradient({
        inputs: [normals('a', [4, 3]), normals('b', [4, 3])],
        loss: (a, b) => cosineDistanceLoss(as2d(a), as2d(b)),
        reference: (a, b) => rowsOf(a, 3).map((row, at) => 1 - cosine(row, rowsOf(b, 3)[at]!)),
      });
    });

    it('does not depend on lengths from 10⁻³ to 10⁴', () => {
      const a = tensor2d([
        [1e4, 0],
        [1e-3, 0],
      ]);
      const b = tensor2d([
        [3e4, 4e4],
        [3e-3, 4e-3],
      ]);
      cosineDistanceLoss(a, b)
        .dataSync()
        .forEach((value) => expect(value).toBeCloseTo(0.4, 5));
    });

    it('refuses different shapes', () => {
      expect(() => cosineDistanceLoss(tensor2d([[1, 2]]), tensor2d([[1], [2]]))).toThrow(
        new RangeError('cosineDistanceLoss: shapes must match, got a [1, 2], b [2, 1].'),
      );
    });
  });

  describe('infoNceLoss', () => {
    it('is ln(1 + 1/e) for two orthogonal rows at temperature 1', () => {
      const rows = tensor2d([
        [5, 0],
        [0, 0.1],
      ]);
      for (const value of infoNceLoss(rows, rows, { temperature: 1 }).dataSync()) {
        expect(value).toBeCloseTo(Math.log1p(Math.exp(-1)), 6);
      }
    });

    it.each([
      [0.2, 2048],
      [0.2, 2],
      [0.05, 3],
    ])(
      'has the gradients of the float64 reference: temperature %d, blocks of %i',
      (temperature, blockSize) => {
        checkGradient({
          inputs: [normals('anchors', [5, 4]), normals('positives', [5, 4])],
          loss: (a, p) => infoNceLoss(as2d(a), as2d(p), { temperature, blockSize }),
          reference: (a, p) => contrast(4, temperature)(a, p, p),
        });
      },
    );

    it('is stable where logits are ±20 and ±10,000', () => {
      const anchors = tensor2d([
        [1, 0],
        [0, 1],
      ]);
      const opposite = tensor2d([
        [-1, 0],
        [0, -1],
      ]);
      const loss = (positives: Tensor2D, temperature: number) => [
        ...infoNceLoss(anchors, positives, { temperature }).dataSync(),
      ];
      // The others are orthogonal: −ln(1 / (1 + e^±20)).
      expect(loss(anchors, 0.05)[0]).toBeLessThan(1e-5);
      expect(loss(opposite, 0.05)[0]).toBeCloseTo(20, 4);
      expect(loss(anchors, 1e-4)).toEqual([0, 0]);
      expect(loss(opposite, 1e-4)[1]! / 1e4).toBeCloseTo(1, 6);
      const all = gradientsOf(
        (a, p) => infoNceLoss(as2d(a), as2d(p), { temperature: 1e-4 }),
        [anchors, opposite],
      );
      expect(all.flat().every(Number.isFinite)).toBe(true);
    });

    it('is ln of the batch for rows of zeros', () => {
      const zeros = tensor2d([
        [0, 0],
        [0, 0],
        [0, 0],
      ]);
      for (const value of infoNceLoss(zeros, zeros, { temperature: 0.05 }).dataSync()) {
        expect(value).toBeCloseTo(Math.log(3), 6);
      }
      const all = gradientsOf((a, p) => infoNceLoss(as2d(a), as2d(p)), [zeros, zeros]);
      expect(all.flat().every(Number.isFinite)).toBe(true);
    });

    it('refuses wrong shapes and options', () => {
      const two = tensor2d([[1, 2]]);
      expect(() => infoNceLoss(two, tensor2d([[1, 2, 3]]))).toThrow(
        new RangeError('infoNceLoss: shapes must match, got anchors [1, 2], positives [1, 3].'),
      );
      expect(() => infoNceLoss(two, two, { temperature: 0 })).toThrow(
        new RangeError('infoNceLoss: temperature must be a number > 0, got 0.'),
      );
      expect(() => infoNceLoss(two, two, { temperatur: 1 } as object)).toThrow(
        new TypeError("infoNceLoss: unknown option 'temperatur'. Did you mean 'temperature'?"),
      );
    });
  });

  describe('infoNceAgainstAllLoss', () => {
    it('is −ln(e / (e + 1 + 1/e)) for an equal, an orthogonal and an opposite candidate', () => {
      const candidates = tensor2d([
        [1, 0],
        [0, 1],
        [-1, 0],
      ]);
      const loss = infoNceAgainstAllLoss(
        { anchors: tensor2d([[2, 0]]), positives: tensor2d([[1, 0]]), candidates },
        { temperature: 1 },
      );
      expect(loss.dataSync()[0]).toBeCloseTo(Math.log(Math.E + 1 + 1 / Math.E) - 1, 6);
    });

    it.each([1, 3, 7, 100])(
      'has the gradients of the float64 reference: blocks of %i',
      (blockSize) => {
        checkGradient({
          inputs: [
            normals('anchors', [3, 4]),
            normals('positives', [3, 4]),
            normals('candidates', [7, 4]),
          ],
          loss: (anchors, positives, candidates) =>
            infoNceAgainstAllLoss(
              {
                anchors: as2d(anchors),
                positives: as2d(positives),
                candidates: as2d(candidates),
              },
              { temperature: 0.05, blockSize },
            ),
          reference: contrast(4, 0.05),
        });
      },
    );

    it('refuses candidates of another width', () => {
      const anchors = tensor2d([[1, 2]]);
      const candidates = tensor2d([[1], [2]]);
      expect(() => infoNceAgainstAllLoss({ anchors, positives: anchors, candidates })).toThrow(
        new RangeError('infoNceAgainstAllLoss: candidates must have shape [any, 2], got [2, 1].'),
      );
    });
  });

  describe('normRegularizer', () => {
    it('is the sum of the norms, not squared, over the count', () => {
      const loss = normRegularizer(
        [
          tensor2d([
            [3, 0],
            [0, 4],
          ]),
          tensor1d([12]),
        ],
        2,
      );
      expect(loss.dataSync()[0]).toBeCloseTo(8.5, 6);
    });

    it('has the gradients of the float64 reference', () => {
      checkGradient({
        inputs: [normals('users', [3, 4]), normals('items', [5, 4])],
        loss: (users, items) => normRegularizer([users, items], 5),
        reference: (users, items) => [(norm(users) + norm(items)) / 5],
      });
    });

    it('has no gradient at zero', () => {
      const [gradient] = gradientsOf((x) => normRegularizer([x], 1), [tensor2d([[0, 0]])]);
      expect(gradient!.map(Math.abs)).toEqual([0, 0]);
    });

    it('refuses no tensors and no count', () => {
      expect(() => normRegularizer([], 1)).toThrow(
        new RangeError('normRegularizer: tensors must hold at least one tensor, got none.'),
      );
      expect(() => normRegularizer([tensor1d([1])], 0)).toThrow(
        new RangeError('normRegularizer: count must be > 0, got 0.'),
      );
    });
  });

  describe('squaredNormRegularizer', () => {
    it('is half the sum of squares over the count', () => {
      const loss = squaredNormRegularizer([tensor1d([3, 4]), tensor2d([[1]])], 2);
      expect(loss.dataSync()[0]).toBeCloseTo(6.5, 6);
    });

    it('has the gradients of the float64 reference', () => {
      checkGradient({
        inputs: [normals('users', [3, 4]), normals('items', [3, 4])],
        loss: (users, items) => squaredNormRegularizer([users, items], 3),
        reference: (users, items) => [(dot(users, users) + dot(items, items)) / 6],
      });
    });

    it('has gradient X / n, also at zero', () => {
      const [gradient] = gradientsOf((x) => squaredNormRegularizer([x], 4), [tensor1d([2, -8])]);
      expect(gradient![0]).toBeCloseTo(0.5, 6);
      expect(gradient![1]).toBeCloseTo(-2, 6);
      const [atZero] = gradientsOf((x) => squaredNormRegularizer([x], 4), [tensor1d([0, 0])]);
      expect(atZero!.map(Math.abs)).toEqual([0, 0]);
    });

    it('refuses no tensors and no count', () => {
      expect(() => squaredNormRegularizer([], 1)).toThrow(
        new RangeError('squaredNormRegularizer: tensors must hold at least one tensor, got none.'),
      );
      expect(() => squaredNormRegularizer([tensor1d([1])], NaN)).toThrow(
        new RangeError('squaredNormRegularizer: count must be > 0, got NaN.'),
      );
    });
  });

  describe('similarityPreservingRegularizer', () => {
    const similarities = tensor2dOf([
      [1, 0.8],
      [0.8, 1],
    ]);

    it('is the distance of the similarity matrices over the batch', () => {
      const loss = similarityPreservingRegularizer(
        tensor2d([
          [1, 0],
          [0, 1],
        ]),
        similarities(),
      );
      expect(loss.dataSync()[0]).toBeCloseTo((0.8 * Math.SQRT2) / 2, 6);
    });

    it('has the gradients of the float64 reference, none for the similarities', () => {
      checkGradient({
        inputs: [normals('embeddings', [4, 3]), normals('similarities', [4, 4])],
        loss: (h, s) => similarityPreservingRegularizer(as2d(h), as2d(s)),
        reference: (h, s) => {
          const rows = rowsOf(h, 3);
          const differences = rows.flatMap((a, i) => rows.map((b, j) => dot(a, b) - s[i * 4 + j]!));
          return [norm(Float64Array.from(differences)) / 4];
        },
        constant: [1],
      });
    });

    it('has no gradient where nothing differs', () => {
      const identity = tensor2d([
        [1, 0],
        [0, 1],
      ]);
      const [gradient] = gradientsOf(
        (h) => similarityPreservingRegularizer(as2d(h), identity),
        [identity],
      );
      expect(gradient!.map(Math.abs)).toEqual([0, 0, 0, 0]);
    });

    it('refuses similarities of another batch', () => {
      expect(() => similarityPreservingRegularizer(tensor2d([[1, 2, 3]]), similarities())).toThrow(
        new RangeError(
          'similarityPreservingRegularizer: similarities must have shape [1, 1], got [2, 2].',
        ),
      );
    });
  });

  it('no loss leaves a tensor behind but its result', () => {
    const a = tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const b = tensor2d([
      [2, 1],
      [0, 4],
      [-5, 6],
    ]);
    const square = tensor2d([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const before = memory().numTensors;
    const losses: (() => Tensor)[] = [
      () => negativeCosineLoss(a, b),
      () => cosineDistanceLoss(a, b),
      () => infoNceLoss(a, b, { blockSize: 2 }),
      () => infoNceAgainstAllLoss({ anchors: a, positives: b, candidates: b }, { blockSize: 2 }),
      () => normRegularizer([a, b], 3),
      () => squaredNormRegularizer([a, b], 3),
      () => similarityPreservingRegularizer(a, square),
    ];
    losses.forEach((loss) => {
      const result = loss();
      expect(memory().numTensors).toBe(before + 1);
      result.dispose();
      grads((x: Tensor, y: Tensor) => sum(infoNceLoss(as2d(x), as2d(y), { blockSize: 2 })))([
        a,
        b,
      ]).forEach((gradient) => gradient.dispose());
      expect(memory().numTensors).toBe(before);
    });
  });
});

/** Makes a tensor when asked, once the back end is there. */
function tensor2dOf(values: number[][]): () => Tensor2D {
  return () => tensor2d(values);
}
