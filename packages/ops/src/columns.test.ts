import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  tensor,
  tensor1d,
  tensor2d,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { columnSums, combineColumns, type ColumnTerms } from './columns.js';

const rng = createRng(3);
const normal = (name: string, ...shape: number[]) =>
  tensor(drawValues(rng.normal(name, shape)), shape);

function expectClose(actual: Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  // Hundreds of thousands of numbers: one that differs says enough.
  const far = expected.findIndex((value, at) => !(Math.abs(values[at]! - value) < 5e-5));
  expect(values[far], `number ${far}`).toBe(expected[far]);
}

/** Shapes with whole vectors, with remainders, wider and taller than a thread's share. */
const shapes: [number, number][] = [
  [1, 1],
  [3, 5],
  [7, 16],
  [40, 35],
  [300, 131],
];

eachBackend(() => {
  describe.each(shapes)('columns of %i × %i', (rows, columns) => {
    const at = (matrix: Float32Array, r: number, c: number) => matrix[r * columns + c]!;

    it('are summed, alone and as products', () => {
      const x = normal('x', rows, columns) as Tensor2D;
      const y = normal('y', rows, columns) as Tensor2D;
      const [a, b] = [x.dataSync() as Float32Array, y.dataSync() as Float32Array];
      const sums = (value: (r: number, c: number) => number) =>
        Array.from({ length: columns }, (_, c) =>
          Array.from({ length: rows }, (__, r) => value(r, c)).reduce((p, q) => p + q, 0),
        );
      expectClose(
        columnSums(x),
        sums((r, c) => at(a, r, c)),
      );
      expectClose(
        columnSums(x, y),
        sums((r, c) => at(a, r, c) * at(b, r, c)),
      );
    });

    it('are combined, with any of the terms', () => {
      const x = normal('x', rows, columns) as Tensor2D;
      const y = normal('y', rows, columns) as Tensor2D;
      const row = (name: string) => normal(name, columns) as Tensor1D;
      const [center, scale, factor, shift] = ['m', 's', 'f', 'b'].map(row) as [
        ...[Tensor1D, Tensor1D, Tensor1D, Tensor1D],
      ];
      // Read once: each reading copies the tensor.
      const numbers = (tensor: Tensor) => tensor.dataSync() as Float32Array;
      const values = numbers(x);
      const others = numbers(y);
      const [centers, scales, factors, shifts] = [center, scale, factor, shift].map(numbers) as [
        ...[Float32Array, Float32Array, Float32Array, Float32Array],
      ];
      for (let choice = 0; choice < 16; choice++) {
        const [m, s, f, b] = [1, 2, 4, 8].map((bit) => (choice & bit) !== 0);
        const terms: ColumnTerms = {
          ...(m && { center }),
          ...(s && { scale }),
          ...(f && { plus: { y, factor } }),
          ...(b && { shift }),
        };
        const expected = Array.from(values, (value, place) => {
          const c = place % columns;
          const own = (value - (m ? centers[c]! : 0)) * (s ? scales[c]! : 1);
          const other = f ? others[place]! * factors[c]! : 0;
          return own + other + (b ? shifts[c]! : 0);
        });
        expectClose(combineColumns(x, terms), expected);
      }
    });
  });

  it('refuse shapes that don’t fit', () => {
    const x = tensor2d([[1, 2]]);
    expect(() => columnSums(x, tensor2d([[1], [2]]))).toThrow(RangeError);
    expect(() => combineColumns(x, { shift: tensor1d([1, 2, 3]) })).toThrow(/shift/);
    const plus = { y: tensor2d([[1], [2]]), factor: tensor1d([1, 2]) };
    expect(() => combineColumns(x, { plus })).toThrow(RangeError);
  });
});
