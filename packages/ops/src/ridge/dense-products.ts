import { matMul, tensor2d } from '@tensorflow/tfjs-core';
import { valuesOf } from '../values-of.js';

/** A dense matrix in memory. */
export interface DenseRows {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `[rows · columns]`. */
  readonly data: Float32Array;
}

/** Rows multiplied at a time: sums of so many products are made in float32, sums of these in float64. */
const blockSize = 1024;

/** $A^{\top} B$ in float64, `[a.columns, b.columns]`, a block of rows at a time. */
export function transposedProduct(a: DenseRows, b: DenseRows): Float64Array {
  const sums = new Float64Array(a.columns * b.columns);
  for (let start = 0; start < a.rows; start += blockSize) {
    const product = valuesOf(() => matMul(blockOf(a, start), blockOf(b, start), true));
    for (let at = 0; at < sums.length; at++) sums[at]! += product[at]!;
  }
  return sums;
}

/** $A B^{\top}$ or, with `plain`, $A B$: `[a.rows, …]`, a block of A's rows at a time. */
export function product(a: DenseRows, b: DenseRows, { transposeB = false } = {}): Float32Array {
  const columns = transposeB ? b.rows : b.columns;
  const out = new Float32Array(a.rows * columns);
  const right = tensor2d(b.data, [b.rows, b.columns]);
  for (let start = 0; start < a.rows; start += blockSize) {
    const block = valuesOf(() => matMul(blockOf(a, start), right, false, transposeB));
    out.set(block, start * columns);
  }
  right.dispose();
  return out;
}

/** Some rows of a matrix, in the order of `rows`. */
export function pickRows({ columns, data }: DenseRows, rows: readonly number[]): DenseRows {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: rows.length, columns, data: picked };
}

function blockOf({ rows, columns, data }: DenseRows, start: number) {
  const end = Math.min(start + blockSize, rows);
  return tensor2d(data.subarray(start * columns, end * columns), [end - start, columns]);
}
