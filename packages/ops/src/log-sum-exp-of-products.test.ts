import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { grads, memory, sum, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { logSumExpOfProducts } from './log-sum-exp-of-products.js';

const rng = createRng(9);
const normals = (name: string, rows: number, columns: number): GoldenTensor => ({
  shape: [rows, columns],
  data: [...drawValues(rng.normal(name, [rows, columns]))],
});

/** The definition, in float64. */
const reference = (columns: number) => (a: Float64Array, c: Float64Array) =>
  Array.from({ length: a.length / columns }, (_, row) => {
    const products = Array.from({ length: c.length / columns }, (__, at) => {
      let product = 0;
      for (let k = 0; k < columns; k++) product += a[row * columns + k]! * c[at * columns + k]!;
      return product;
    });
    const top = products.reduce((most, each) => Math.max(most, each));
    return top + Math.log(products.reduce((all, each) => all + Math.exp(each - top), 0));
  });
const operation =
  (blockSize?: number) =>
  (...[a, c]: unknown[]) =>
    logSumExpOfProducts(a as Tensor2D, c as Tensor2D, blockSize);

eachBackend(() => {
  describe('logSumExpOfProducts', () => {
    it.each([
      [1, 5, 2048],
      [2, 7, 3],
      [3, 8, 2048],
      [4, 9, 4],
      [5, 6, 2048],
      [9, 7, 3],
    ])(
      'has the gradients of the float64 reference: width %i, %i candidates, blocks of %i',
      (d, n, block) => {
        checkGradient({
          inputs: [normals('a', 3, d), normals('c', n, d)],
          loss: operation(block),
          reference: reference(d),
        });
      },
    );

    it.each([1, 4, 6])(
      'is right for many rows of width %i, with large products among them',
      (d) => {
        const [a, c] = [normals('a', 600, d), normals('c', 1301, d)];
        // Products of ± some 100 need a shift, of ± 5 none.
        a.data.forEach((value, at) => {
          if (Math.floor(at / d) % 2) (a.data as number[])[at] = 20 * value;
        });
        const asTensor = ({ shape, data }: GoldenTensor) =>
          tensor2d([...data], shape as [number, number]);
        const [ta, tc] = [asTensor(a), asTensor(c)];
        const [fa, fc] = [ta, tc].map((x) => Float64Array.from(x.dataSync())) as [
          Float64Array,
          Float64Array,
        ];
        const values = logSumExpOfProducts(ta, tc).dataSync();
        const expected = reference(d)(fa, fc);
        const far = Math.max(
          ...expected.map((value, at) => Math.abs(value - values[at]!) / Math.abs(value)),
        );
        expect(far).toBeLessThan(1e-5);

        const [ga, gc] = grads((x, y) => sum(operation()(x, y)))([ta, tc]).map((x) => x.dataSync());
        const [ofAnchors, ofCandidates] = [
          new Float64Array(fa.length),
          new Float64Array(fc.length),
        ];
        expected.forEach((value, row) => {
          for (let at = 0; at < 1301; at++) {
            let product = 0;
            for (let k = 0; k < d; k++) product += fa[row * d + k]! * fc[at * d + k]!;
            const share = Math.exp(product - value);
            for (let k = 0; k < d; k++) {
              ofAnchors[row * d + k]! += share * fc[at * d + k]!;
              ofCandidates[at * d + k]! += share * fa[row * d + k]!;
            }
          }
        });
        const distance = (x: ArrayLike<number>, y: Float64Array) =>
          Math.sqrt(
            y.reduce((all, value, at) => all + (value - x[at]!) ** 2, 0) /
              y.reduce((all, value) => all + value * value, 0),
          );
        expect(distance(ga!, ofAnchors)).toBeLessThan(3e-5);
        expect(distance(gc!, ofCandidates)).toBeLessThan(3e-5);
      },
    );

    it.each([3, 5])('is finite for products of ±10,000, width %i', (d) => {
      const row = (value: number) => Array.from({ length: d }, () => value);
      const a = tensor2d([row(100), row(-100)]);
      const c = tensor2d([row(100 / d), row(-100 / d)]);
      const values = logSumExpOfProducts(a, c).dataSync();
      for (const value of values) expect(value / 1e4).toBeCloseTo(1, 5);
      for (const gradient of grads((x, y) => sum(operation()(x, y)))([a, c]))
        expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    });

    it('leaves no tensors behind', () => {
      const before = memory().numTensors;
      tidy(() => {
        const [a, c] = [tensor2d([[1, 2]]), tensor2d([[3, 4]])];
        grads((x, y) => sum(operation()(x, y)))([a, c]);
      });
      expect(memory().numTensors).toBe(before);
    });

    it('refuses candidates of another width', () => {
      expect(() => logSumExpOfProducts(tensor2d([[1, 2]]), tensor2d([[1]]))).toThrow(
        new RangeError('logSumExpOfProducts: candidates must have shape [any, 2], got [1, 1].'),
      );
    });
  });
});
