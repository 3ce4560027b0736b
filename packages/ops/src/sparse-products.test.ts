import { createRng } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import {
  memory,
  square,
  tensor1d,
  tensor2d,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { sampledProducts, sparseProduct } from './sparse-products.js';

// Row 1 and column 2 are empty; row 0 is full of what is left.
const pattern = {
  rows: 4,
  columns: 5,
  offsets: Int32Array.of(0, 4, 4, 5, 7),
  indices: Int32Array.of(0, 1, 3, 4, 3, 0, 3),
};
const rowOf = [0, 0, 0, 0, 2, 3, 3];

function normals(name: string, shape: number[]): GoldenTensor {
  const stream = createRng(5).stream(name);
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, data: Array.from({ length: size }, () => stream.normal()) };
}

// Widths on both sides of what a kernel takes at a time.
eachBackend(() => {
  describe.each([1, 3, 37])('of width %i', (d) => {
    it('sparseProduct adds up the weighted rows of each row’s entries', () => {
      checkGradient({
        inputs: [normals('values', [7]), normals('x', [5, d])],
        loss: (values, x) => sparseProduct(pattern, values as Tensor1D, x as Tensor2D),
        reference: (values, x) => {
          const out = new Float64Array(4 * d);
          rowOf.forEach((row, entry) => {
            for (let c = 0; c < d; c++)
              out[row * d + c]! += values![entry]! * x![pattern.indices[entry]! * d + c]!;
          });
          return out;
        },
      });
    });

    it('sampledProducts are the products of the rows and columns of the entries', () => {
      checkGradient({
        inputs: [normals('a', [4, d]), normals('b', [5, d])],
        loss: (a, b) => sampledProducts(pattern, a as Tensor2D, b as Tensor2D),
        reference: (a, b) =>
          rowOf.map((row, entry) => {
            let sum = 0;
            for (let c = 0; c < d; c++)
              sum += a![row * d + c]! * b![pattern.indices[entry]! * d + c]!;
            return sum;
          }),
      });
    });

    it('compose', () => {
      checkGradient({
        inputs: [normals('a', [4, d]), normals('b', [5, d])],
        loss: (a, b) =>
          sparseProduct(
            pattern,
            square(sampledProducts(pattern, a as Tensor2D, b as Tensor2D)),
            b as Tensor2D,
          ),
        reference: (a, b) => {
          const out = new Float64Array(4 * d);
          rowOf.forEach((row, entry) => {
            const column = pattern.indices[entry]!;
            let sum = 0;
            for (let c = 0; c < d; c++) sum += a![row * d + c]! * b![column * d + c]!;
            for (let c = 0; c < d; c++) out[row * d + c]! += sum ** 2 * b![column * d + c]!;
          });
          return out;
        },
      });
    });
  });

  it('take a pattern without entries', () => {
    const none = { rows: 2, columns: 3, offsets: new Int32Array(3), indices: new Int32Array(0) };
    const x = tensor2d([1, 2, 3], [3, 1]);
    expect([...sparseProduct(none, tensor1d([]), x).dataSync()]).toEqual([0, 0]);
    expect([...sampledProducts(none, tensor2d([1, 2], [2, 1]), x).dataSync()]).toEqual([]);
  });

  it('leave no tensors behind', () => {
    const [values, x] = [tensor1d([1, 2, 3, 4, 5, 6, 7]), tensor2d([1, 2, 3, 4, 5], [5, 1])];
    const before = memory().numTensors;
    sparseProduct(pattern, values, x).dispose();
    sampledProducts(pattern, tensor2d([1, 2, 3, 4], [4, 1]), x).dispose();
    expect(memory().numTensors).toBe(before + 1);
  });
});

it('refuse shapes that don’t fit and malformed patterns', () => {
  const x = tensor2d([1, 2, 3, 4, 5], [5, 1]);
  expect(() => sparseProduct(pattern, tensor1d([1]), x)).toThrow(
    new RangeError('sparseProduct: values must have shape [7], got [1].'),
  );
  expect(() => sampledProducts(pattern, x, x)).toThrow(
    new RangeError('sampledProducts: a must have shape [4, any], got [5, 1].'),
  );
  const broken = { ...pattern, indices: Int32Array.of(0, 1, 3, 5, 3, 0, 3) };
  expect(() => sampledProducts(broken, x, x)).toThrow(
    new RangeError(
      "sampledProducts: the sparse matrix's indices must be from 0 to 4, got 5 at position 3.",
    ),
  );
});
