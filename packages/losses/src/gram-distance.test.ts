import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import {
  grad,
  memory,
  ones,
  tensor2d,
  zeros,
  type Rank,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gramDistance } from './gram-distance.js';

const normals = (name: string, shape: readonly number[]): GoldenTensor => ({
  shape,
  data: [...drawValues(createRng(3).normal(name, shape))],
});

/** By its definition, in float64: all products of rows. */
const reference = (rows: number) => (h: Float64Array, x: Float64Array) => {
  const product = (m: Float64Array, i: number, j: number) => {
    const columns = m.length / rows;
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += m[i * columns + c]! * m[j * columns + c]!;
    return sum;
  };
  let square = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) square += (product(h, i, j) - product(x, i, j)) ** 2;
  }
  return [Math.sqrt(square)];
};

eachBackend(() => {
  describe('gramDistance', () => {
    it.each([
      ['more rows than columns', { n: 6, d: 2, c: 4 }],
      ['more columns than rows', { n: 3, d: 2, c: 7 }],
      ['one row', { n: 1, d: 3, c: 2 }],
    ])('has the value and gradients of its definition, none for features: %s', (_, { n, d, c }) => {
      checkGradient({
        inputs: [normals('h', [n, d]), normals('x', [n, c])],
        loss: (h, x) => gramDistance(h as Tensor2D, x as Tensor2D),
        reference: reference(n),
        constant: [1],
      });
    });

    it('is finite, and its gradient zero, where nothing differs and where all is zero', () => {
      for (const x of [
        tensor2d([
          [1, 0],
          [0, 1],
        ]),
        zeros<Rank.R2>([2, 2]),
      ]) {
        const value = gramDistance(x, x).dataSync()[0]!;
        expect(value).toBeLessThan(0.003);
        const gradient = grad((h) => gramDistance(h as Tensor2D, x))(x).dataSync();
        expect([...gradient].map(Math.abs)).toEqual([0, 0, 0, 0]);
      }
    });

    it('leaves nothing behind but its result', () => {
      const [h, x] = [ones<Rank.R2>([3, 2]), ones<Rank.R2>([3, 4])];
      const before = memory().numTensors;
      gramDistance(h, x).dispose();
      grad((y) => gramDistance(y as Tensor2D, x))(h).dispose();
      expect(memory().numTensors).toBe(before);
    });
  });
});

it('refuses features of another number of rows', () => {
  expect(() => gramDistance(ones([2, 3]), ones([3, 3]))).toThrow(
    new RangeError('gramDistance: features must have shape [2, any], got [3, 3].'),
  );
});
