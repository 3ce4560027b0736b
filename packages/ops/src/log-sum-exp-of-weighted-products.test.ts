import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { grads, memory, ones, sum, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { logSumExpOfProducts } from './log-sum-exp-of-products.js';
import { logSumExpOfWeightedProducts } from './log-sum-exp-of-weighted-products.js';

const rng = createRng(4);
const normals = (name: string, rows: number, columns: number): GoldenTensor => ({
  shape: [rows, columns],
  data: [...drawValues(rng.normal(name, [rows, columns]))],
});
const weightsOf = (n: number) => Float32Array.from({ length: n }, (_, at) => 1 + (at % 3));

/** The definition, in float64. */
const reference = (d: number) => (a: Float64Array, c: Float64Array) =>
  Array.from({ length: a.length / d }, (_, row) => {
    const weights = weightsOf(c.length / d);
    const terms = Array.from(weights, (weight, at) => {
      let product = 0;
      for (let k = 0; k < d; k++) product += a[row * d + k]! * c[at * d + k]!;
      return weight * Math.exp(product);
    });
    return Math.log(terms.reduce((all, term) => all + term, 0));
  });

eachBackend(() => {
  describe('logSumExpOfWeightedProducts', () => {
    it.each([
      [1, 3, 1],
      [2, 5, 3],
      [3, 1, 4],
      [5, 7, 8],
      [8, 2, 9],
    ])('has the gradients of the float64 reference: width %i, %i × %i', (d, batch, n) => {
      checkGradient({
        inputs: [normals('a', batch, d), normals('c', n, d)],
        loss: (a, c) => logSumExpOfWeightedProducts(a as Tensor2D, c as Tensor2D, weightsOf(n)),
        reference: reference(d),
      });
    });

    it('agrees with the unweighted one on many rows', () => {
      const asTensor = ({ shape, data }: GoldenTensor) =>
        tensor2d([...data], shape as [number, number]);
      const [a, c] = [asTensor(normals('a', 300, 6)), asTensor(normals('c', 401, 6))];
      const weights = new Float32Array(401).fill(1);
      const weighted = grads((x, y) =>
        sum(logSumExpOfWeightedProducts(x as Tensor2D, y as Tensor2D, weights)),
      )([a, c]);
      const plain = grads((x, y) => sum(logSumExpOfProducts(x as Tensor2D, y as Tensor2D)))([a, c]);
      plain.forEach((gradient, input) => {
        const expected = gradient.dataSync();
        weighted[input]!.dataSync().forEach((value, at) => {
          expect(Math.abs(value - expected[at]!)).toBeLessThan(
            1e-5 * (1 + Math.abs(expected[at]!)),
          );
        });
      });
    });

    it('is finite for products of ±10,000', () => {
      const a = tensor2d([
        [100, 100],
        [-100, -100],
      ]);
      const c = tensor2d([
        [50, 50],
        [-50, -50],
      ]);
      const weights = Float32Array.of(2, 5);
      const values = logSumExpOfWeightedProducts(a, c, weights).dataSync();
      for (const value of values) expect(value / 1e4).toBeCloseTo(1, 3);
      for (const gradient of grads((x, y) =>
        sum(logSumExpOfWeightedProducts(x as Tensor2D, y as Tensor2D, weights)),
      )([a, c]))
        expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    });

    it('leaves no tensors behind, with a gradient or without', () => {
      const [a, c]: Tensor2D[] = [ones([3, 2]), ones([4, 2])];
      const before = memory().numTensors;
      logSumExpOfWeightedProducts(a!, c!, weightsOf(4)).dispose();
      expect(memory().numTensors).toBe(before);
      tidy(() => {
        grads((x, y) =>
          sum(logSumExpOfWeightedProducts(x as Tensor2D, y as Tensor2D, weightsOf(4))),
        )([a!, c!]);
      });
      expect(memory().numTensors).toBe(before);
    });
  });
});

it('refuses a weight too few and candidates of another width', () => {
  const rows: Tensor2D = ones([2, 3]);
  expect(() => logSumExpOfWeightedProducts(rows, rows, Float32Array.of(1))).toThrow(
    new RangeError('logSumExpOfWeightedProducts: candidates must have shape [1, 3], got [2, 3].'),
  );
  expect(() => logSumExpOfWeightedProducts(rows, ones([2, 2]), Float32Array.of(1, 1))).toThrow(
    new RangeError('logSumExpOfWeightedProducts: candidates must have shape [2, 3], got [2, 2].'),
  );
});
