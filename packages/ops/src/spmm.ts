import { checkShape, type CsrMatrix } from '@mmrec/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkCsr, multiplyCsr, transposeCsr } from './csr.js';
import { defineKernel } from './define-kernel.js';
import { multiplyNatively } from './multiply-natively.js';

const sparseMultiply = defineKernel<{ matrix: CsrMatrix }>({
  name: 'MmrecSparseMultiply',
  outputs: ([shape], { matrix }) => [{ shape: [matrix.rows, shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out], attributes: { matrix } }) => {
    multiplyCsr(matrix, { alpha: 1, y: x!, scale: 0, x: x! }, out!);
  },
  compose: ([x], { matrix }) => multiplyNatively(matrix, x as Tensor2D),
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes: { matrix } }) => {
    const { offsets, indices, values } = runtime.csr(matrix);
    const columns = shape![1]!;
    runtime.each('sparseMultiply', runtime.rangesOf(matrix, columns), ([from, to]) => [
      ...[offsets, indices, values, from, to, columns],
      ...[1, x!, 0, 0, out!],
    ]);
  },
  gradient: ([dy], _saved, { matrix }) => [() => spmm(transposeCsr(matrix), dy as Tensor2D)],
});

/**
 * Sparse matrix times dense matrix.
 *
 * Cost: 2 · entries · d FLOPs. The gradient flows to `x` (through the transposed matrix, which is
 * made once and kept), not to the matrix.
 *
 * @param matrix - `[rows, columns]` in compressed sparse rows; must not be changed afterwards.
 * @param x - `[columns, d]`, float32.
 * @returns `[rows, d]`, float32.
 * @throws {RangeError} If the shapes don't fit or the matrix is malformed.
 * @example
 * ```ts
 * const matrix = {
 *   rows: 2, columns: 3,
 *   offsets: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float32Array.of(1, 2, 3),
 * };
 * spmm(matrix, tf.tensor2d([[1, 0], [0, 1], [1, 1]])) // => [[3, 2], [0, 3]]
 * ```
 */
export function spmm(matrix: CsrMatrix, x: Tensor2D): Tensor2D {
  checkShape('spmm', { x }, [matrix.columns, null]);
  checkCsr('spmm', matrix);
  return sparseMultiply([x], { matrix })[0] as Tensor2D;
}
