import { createRng } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { gather, matMul, sum, grads, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { factoredInfoNceLoss } from './factored-info-nce-loss.js';
import { infoNceAgainstAllLoss } from './info-nce-against-all-loss.js';

/** Uniform numbers in (0.1, 1.1), as coefficients are. */
function numbers(name: string, rows: number, columns: number): GoldenTensor {
  const stream = createRng(4).stream(name);
  return {
    shape: [rows, columns],
    data: Array.from({ length: rows * columns }, () => stream.uniform() + 0.1),
  };
}

/** Normal numbers. */
function normals(name: string, rows: number, columns: number): GoldenTensor {
  const stream = createRng(4).stream(name);
  return {
    shape: [rows, columns],
    data: Array.from({ length: rows * columns }, () => stream.normal()),
  };
}

const positives = Int32Array.of(4, 0, 4);
/** Anchors: 3 rows of rank 2; candidates: 5 rows of rank 3; all of length 4. */
const inputs = [
  numbers('x', 3, 2),
  normals('b', 2, 4),
  numbers('y', 5, 3),
  normals('c', 3, 4),
] as const;

/** Row `row` of the product of an `[n, r]` and an `[r, 4]` matrix, in float64. */
const rowOf = (x: Float64Array, b: Float64Array, row: number) => {
  const rank = b.length / 4;
  return Array.from({ length: 4 }, (_, column) =>
    Array.from({ length: rank }, (_, k) => x[row * rank + k]! * b[k * 4 + column]!).reduce(
      (all, each) => all + each,
    ),
  );
};
const dot = (a: number[], b: number[]) => a.reduce((all, value, at) => all + value * b[at]!, 0);
const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

const tensors = () => inputs.map(({ shape, data }) => tensor2d([...data], shape as [2, 2]));
const rows = (coefficients: Tensor2D, basis: Tensor2D) => ({ coefficients, basis });

eachBackend(() => {
  describe('factoredInfoNceLoss', () => {
    it.each([
      [0.2, 2048],
      [0.2, 2],
      [0.05, 3],
    ])(
      'has the gradients of the float64 reference: temperature %d, blocks of %i',
      (temperature, blockSize) => {
        checkGradient({
          inputs,
          loss: (...[x, b, y, c]) =>
            factoredInfoNceLoss(
              {
                anchors: rows(x as Tensor2D, b as Tensor2D),
                candidates: rows(y as Tensor2D, c as Tensor2D),
                positives,
              },
              { temperature, blockSize },
            ),
          reference: (...[x, b, y, c]) =>
            Array.from(positives, (positive, at) => {
              const anchor = rowOf(x!, b!, at);
              const logits = [0, 1, 2, 3, 4].map(
                (row) => cosine(anchor, rowOf(y!, c!, row)) / temperature,
              );
              const all = logits.reduce((total, logit) => total + Math.exp(logit), 0);
              return Math.log(all) - logits[positive]!;
            }),
        });
      },
    );

    it('is infoNceAgainstAllLoss on the products', () => {
      const [x, b, y, c] = tensors() as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const products = { anchors: matMul<Tensor2D>(x, b), candidates: matMul<Tensor2D>(y, c) };
      const direct = infoNceAgainstAllLoss({
        ...products,
        positives: gather(products.candidates, [...positives]),
      });
      const factored = factoredInfoNceLoss({
        anchors: rows(x, b),
        candidates: rows(y, c),
        positives,
      });
      const expected = direct.dataSync();
      factored.dataSync().forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
    });

    it('is ln of the number of candidates, with finite gradients, where coefficients are zero', () => {
      const zeros = tensor2d([[0, 0]]);
      const [, b, y, c] = tensors() as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const loss = (...[x, basis, z, other]: Tensor2D[]) =>
        factoredInfoNceLoss({
          anchors: rows(x!, basis!),
          candidates: rows(z!, other!),
          positives: Int32Array.of(2),
        });
      expect(loss(zeros, b, y, c).dataSync()[0]).toBeCloseTo(Math.log(5), 6);
      const all = grads((...x) => sum(loss(...(x as Tensor2D[]))))([zeros, b, y, c]);
      for (const gradient of all)
        expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    });

    it('refuses shapes that do not fit and positives that are no candidates', () => {
      const [x, b, y, c] = tensors() as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const anchors = rows(x, b);
      const candidates = rows(y, c);
      const refused = (given: object) =>
        expect(() => factoredInfoNceLoss({ anchors, candidates, positives, ...given }));
      refused({ positives: Int32Array.of(1) }).toThrow(
        new RangeError(
          'factoredInfoNceLoss: anchors.coefficients must have shape [1, 2], got [3, 2].',
        ),
      );
      refused({ candidates: rows(y, b) }).toThrow(
        new RangeError(
          'factoredInfoNceLoss: candidates.coefficients must have shape [any, 2], got [5, 3].',
        ),
      );
      refused({ candidates: rows(x, x) }).toThrow(
        new RangeError(
          'factoredInfoNceLoss: candidates.basis must have shape [any, 4], got [3, 2].',
        ),
      );
      refused({ positives: Int32Array.of(1, 5, 0) }).toThrow(
        'factoredInfoNceLoss: positives must be integers from 0 to 4, got 5 at position 1.',
      );
    });
  });
});
