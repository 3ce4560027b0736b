import { checkGradient, eachBackend } from '@mmrec/test-utils';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { addRow, batchNorm, batchNormGradient, standardize } from './batch-norm.js';
import { normals } from './test-numbers.js';

const [rows, columns] = [5, 3];

const matrix = (name: string) => normals(name, [rows, columns]);
const row = (name: string) => normals(name, [columns]);

/** Applies a function to each column and puts the results back in row-major order. */
function byColumn(compute: (column: number) => number[]): number[] {
  const results = Array.from({ length: columns }, (_, column) => compute(column));
  return Array.from({ length: rows * columns }, (_, at) => {
    return results[at % columns]![Math.floor(at / columns)]!;
  });
}

const columnOf = (x: Float64Array, column: number) =>
  Array.from({ length: rows }, (_, at) => x[at * columns + column]!);
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

/** x̂ and 1/σ of a column. */
function normalized(x: readonly number[]) {
  const center = mean(x);
  const inverse = 1 / Math.sqrt(mean(x.map((value) => (value - center) ** 2)) + 1e-5);
  return { normal: x.map((value) => (value - center) * inverse), inverse };
}

eachBackend(() => {
  it('batchNorm has the values and gradients of its definition', () => {
    checkGradient({
      inputs: [matrix('x'), row('scale'), row('shift')],
      loss: (x, scale, shift) => {
        const own = [x as Tensor2D, scale as Tensor1D, shift as Tensor1D] as const;
        return batchNorm(own, standardize(own[0]));
      },
      reference: (x, scale, shift) =>
        byColumn((column) =>
          normalized(columnOf(x!, column)).normal.map((y) => scale![column]! * y + shift![column]!),
        ),
    });
  });

  it('batchNormGradient is what batchNorm passes on, and can be differentiated', () => {
    checkGradient({
      inputs: [matrix('x'), row('scale'), matrix('u')],
      loss: (x, scale, u) => {
        const own = [x as Tensor2D, scale as Tensor1D, u as Tensor2D] as const;
        return batchNormGradient(own, standardize(own[0]));
      },
      reference: (x, scale, u) =>
        byColumn((column) => {
          const { normal, inverse } = normalized(columnOf(x!, column));
          const gradient = columnOf(u!, column);
          const [center, along] = [mean(gradient), mean(gradient.map((g, at) => g * normal[at]!))];
          return gradient.map(
            (g, at) => scale![column]! * inverse * (g - center - normal[at]! * along),
          );
        }),
    });
  });

  it('addRow adds a row to each', () => {
    checkGradient({
      inputs: [matrix('x'), row('row')],
      loss: (x, added) => addRow(x as Tensor2D, added as Tensor1D),
      reference: (x, added) => x!.map((value, at) => value + added![at % columns]!),
    });
  });
});
