import { checkShape } from '@mmrec/core';
import {
  add,
  div,
  mean,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

const forward = defineKernel<{ epsilon: number }>({
  name: 'MmrecStandardizeRows',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    forEachRow([x!, out!], shape![1]!, ([row, result]) => {
      const { center, deviation } = momentsOf(row!, epsilon);
      for (let c = 0; c < row!.length; c++) result![c] = (row![c]! - center) / deviation;
    });
  },
  compose: ([x], { epsilon }) => {
    const { centered, deviation } = composedMoments(x!, epsilon);
    return div(centered, deviation);
  },
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('standardizeRows', { count, cost: 2 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [x! + skip, to - from, columns, epsilon, out! + skip];
    });
  },
  saves: [0],
  gradient: ([dy], [x], attributes) => [() => backward([x!, dy!], attributes)[0]!],
});

const backward = defineKernel<{ epsilon: number }>({
  name: 'MmrecStandardizeRowsGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    const columns = shape![1]!;
    forEachRow([x!, dy!, out!], columns, ([row, slope, result]) => {
      const { center, deviation } = momentsOf(row!, epsilon);
      const y = row!.map((value) => (value - center) / deviation);
      const average = slope!.reduce((sum, value) => sum + value, 0) / columns;
      const along = slope!.reduce((sum, value, c) => sum + value * y[c]!, 0) / columns;
      for (let c = 0; c < columns; c++) {
        result![c] = (slope![c]! - average - y[c]! * along) / deviation;
      }
    });
  },
  compose: ([x, dy], { epsilon }) => {
    const { centered, deviation } = composedMoments(x!, epsilon);
    const y = div(centered, deviation);
    const along = mul(y, mean(mul(dy!, y), 1, true));
    return div(sub(sub(dy!, mean(dy!, 1, true)), along), deviation);
  },
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape], attributes }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('standardizeRowsGradient', { count, cost: 4 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [x! + skip, dy! + skip, to - from, columns, attributes.epsilon, out! + skip];
    });
  },
});

/**
 * Rows shifted to mean 0 and scaled to variance 1: layer normalisation without its gain and bias, which a linear
 * layer behind it holds as well.
 *
 * $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$$
 *
 * @param x - `[n, d]`, float32.
 * @param epsilon - Added to the variance; 1e-5 by default.
 * @returns `[n, d]`.
 * @throws {RangeError} If `x` is not of rank 2.
 * @see Ba et al., Layer normalization, 2016, §3.1. https://arxiv.org/abs/1607.06450
 * @example
 * ```ts
 * standardizeRows(tf.tensor2d([[1, 3], [5, 5]])) // => [[-1, 1], [0, 0]]
 * ```
 */
export function standardizeRows(x: Tensor2D, epsilon = 1e-5): Tensor2D {
  checkShape('standardizeRows', { x }, [null, null]);
  return forward([x], { epsilon })[0] as Tensor2D;
}

function momentsOf(row: Float32Array, epsilon: number) {
  const center = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - center) ** 2, 0) / row.length;
  return { center, deviation: Math.sqrt(variance + epsilon) };
}

function composedMoments(x: Tensor, epsilon: number) {
  const centered = sub(x, mean(x, 1, true));
  return { centered, deviation: sqrt(add(mean(square(centered), 1, true), epsilon)) };
}

/** Visits equal rows of several matrices. */
function forEachRow(
  matrices: readonly Float32Array[],
  columns: number,
  visit: (rows: readonly Float32Array[]) => void,
): void {
  for (let start = 0; start < matrices[0]!.length; start += columns) {
    visit(matrices.map((matrix) => matrix.subarray(start, start + columns)));
  }
}
