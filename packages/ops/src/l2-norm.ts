import { checkIndices, checkShape } from '@mmrec/core';
import {
  divNoNan,
  gather,
  mul,
  sqrt,
  square,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  util,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';
import { segmentSum } from './gather-rows.js';
import { distinctRows, recordRowUse, trackedParameter, type RowGradient } from './gradients.js';
import { stopGradient } from './stop-gradient.js';
import type { Pointer } from './wasm/heap.js';
import type { KernelRuntime } from './wasm/runtime.js';

const norm = defineKernel<object>({
  name: 'MmrecL2Norm',
  outputs: () => [{ shape: [], dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out] }) => {
    out![0] = Math.sqrt(x!.reduce((sum, value) => sum + value * value, 0));
  },
  compose: ([x]) => sqrt(sum(square(x!))),
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape] }) => {
    const value = Math.sqrt(sumOfSquares(runtime, x!, util.sizeFromShape([...shape!])));
    runtime.floats()[out! / 4] = value;
  },
  saves: [0],
  gradient: ([dy], [x]) => [() => normGradient([x!, dy!], {})[0]!],
});

const normGradient = defineKernel<object>({
  name: 'MmrecL2NormGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out] }) => {
    const length = Math.sqrt(x!.reduce((sum, value) => sum + value * value, 0));
    const scale = length === 0 ? 0 : dy![0]! / length;
    for (let at = 0; at < out!.length; at++) out![at] = scale * x![at]!;
  },
  compose: ([x, dy]) => mul(x!, divNoNan(dy!, sqrt(sum(square(x!))))),
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape] }) => {
    const size = util.sizeFromShape([...shape!]);
    const length = Math.sqrt(sumOfSquares(runtime, x!, size));
    const scale = length === 0 ? 0 : runtime.floats()[dy! / 4]! / length;
    runtime.parallel('scale', { count: size, cost: 2 }, (from, to) => [
      ...[x! + 4 * from, to - from, scale, out! + 4 * from],
    ]);
  },
});

/**
 * Euclidean norm of all of a tensor's numbers (of a matrix: the Frobenius norm), in one pass forward
 * and two backward. Its gradient at zero is zero.
 *
 * @param x - Any shape, float32.
 * @returns A scalar.
 * @example
 * ```ts
 * l2Norm(tf.tensor2d([[3, 0], [0, 4]])) // => 5
 * ```
 */
export function l2Norm(x: Tensor): Scalar {
  return norm([x], {})[0] as Scalar;
}

const rowsNorm = defineKernel<{ rows: Int32Array }>({
  name: 'MmrecL2NormOfRows',
  outputs: () => [{ shape: [], dtype: 'float32' }],
  host: ({ inputs: [table], outputs: [out], shapes: [shape], attributes: { rows } }) => {
    const columns = shape![1]!;
    let total = 0;
    for (const row of rows) {
      for (let at = row * columns; at < (row + 1) * columns; at++) total += table![at]! ** 2;
    }
    out![0] = Math.sqrt(total);
  },
  compose: ([table], { rows }) => sqrt(sum(square(gather(table!, tensor1d(rows, 'int32'))))),
  wasm: ({ runtime, inputs: [table], outputs: [out], shapes: [shape], attributes: { rows } }) => {
    const columns = shape![1]!;
    const list = runtime.upload(rows);
    const runs = Math.ceil(rows.length / rowRun);
    const sums = runtime.allocate(2 * runs);
    const cost = rowRun * columns;
    runtime.parallel('sumOfSquaresOfRows', { count: runs, cost }, (from, to) => [
      ...[table!, list.pointer + 4 * from * rowRun],
      ...[Math.min(to * rowRun, rows.length) - from * rowRun, columns, rowRun],
      sums.pointer + 8 * from,
    ]);
    runtime.floats()[out! / 4] = Math.sqrt(total(runtime, sums.pointer, runs));
    for (const block of [list, sums]) block.release();
  },
  saves: [0],
  gradient: ([dy], [table], { rows }) => [
    () => {
      const { rows: distinct, values } = gradientOfRows(table as Tensor2D, rows, dy as Scalar);
      return segmentSum(values, distinct, table!.shape[0]!);
    },
  ],
});

/** `counts[r] · dy / ‖table[list]‖ · table[rows[r]]`. */
const scaledRows = defineKernel<{ rows: Int32Array; counts: Float32Array }>({
  name: 'MmrecScaledRows',
  outputs: ([shape], { rows }) => [{ shape: [rows.length, shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [table, factor], outputs: [out], shapes: [shape], attributes }) => {
    const columns = shape![1]!;
    attributes.rows.forEach((row, at) => {
      const scale = attributes.counts[at]! * factor![0]!;
      for (let c = 0; c < columns; c++) {
        out![at * columns + c] = scale * table![row * columns + c]!;
      }
    });
  },
  compose: ([table, factor], { rows, counts }) =>
    mul(
      gather(table!, tensor1d(rows, 'int32')),
      mul(tensor2d(counts, [counts.length, 1]), factor!),
    ),
  wasm: ({ runtime, inputs: [table, factor], outputs: [out], shapes: [shape], attributes }) => {
    const columns = shape![1]!;
    const [list, counts] = [runtime.upload(attributes.rows), runtime.upload(attributes.counts)];
    const scale = runtime.floats()[factor! / 4]!;
    const count = attributes.rows.length;
    runtime.parallel('scaledRows', { count, cost: 2 * columns }, (from, to) => [
      ...[table!, list.pointer + 4 * from, counts.pointer + 4 * from, scale],
      ...[to - from, columns, out! + 4 * from * columns],
    ]);
    for (const block of [list, counts]) block.release();
  },
});

function gradientOfRows(table: Tensor2D, list: Int32Array, dy: Scalar): RowGradient {
  const { rows, places } = distinctRows(list, table.shape[0]);
  const counts = new Float32Array(rows.length);
  for (const place of places) counts[place]!++;
  const values = tidy(() => {
    const length = rowsNorm([table], { rows: list })[0]!;
    const factor = divNoNan(dy, length);
    return scaledRows([table, factor], { rows, counts })[0] as Tensor2D;
  });
  return { rows, values };
}

/**
 * Euclidean norm of all numbers in some rows of a table, a row that is listed twice counted twice: what
 * `l2Norm(gatherRows(table, rows))` is, without copying the rows. Its gradient at zero is zero; within
 * {@link valueAndGradients} a parameter gets it for these rows only.
 *
 * @param table - `[tableRows, d]`, float32.
 * @param rows - Row numbers, `0 … tableRows − 1`, `[n]`.
 * @returns A scalar.
 * @throws {RangeError} If a row number is out of range.
 * @example
 * ```ts
 * l2NormOfRows(tf.tensor2d([[3, 0], [9, 9], [0, 4]]), Int32Array.of(2, 0)) // => 5
 * ```
 */
export function l2NormOfRows(table: Tensor2D, rows: Int32Array): Scalar {
  checkShape('l2NormOfRows', { table }, [null, null]);
  checkIndices('l2NormOfRows', { rows }, table.shape[0]);
  const parameter = trackedParameter(table);
  if (parameter === undefined) return rowsNorm([table], { rows })[0] as Scalar;
  // The norm, as a leaf of the tape that a gradient is wanted for.
  const output = rowsNorm([stopGradient(table)], { rows })[0] as Scalar;
  recordRowUse({
    ...{ parameter, output },
    gradient: (dy) => dy && gradientOfRows(table, rows, dy as Scalar),
  });
  return output;
}

/** Rows whose squares are added up at a time: fixed, like {@link run}. */
const rowRun = 1024;

/** Numbers that are added up at a time: fixed, so that the sum is the same on any number of threads. */
const run = 65_536;

function sumOfSquares(runtime: KernelRuntime, x: Pointer, size: number): number {
  const runs = Math.ceil(size / run);
  const sums = runtime.allocate(2 * runs);
  runtime.parallel('sumOfSquares', { count: runs, cost: run }, (from, to) => [
    ...[x + 4 * from * run, Math.min(to * run, size) - from * run, run, sums.pointer + 8 * from],
  ]);
  const sum = total(runtime, sums.pointer, runs);
  sums.release();
  return sum;
}

function total(runtime: KernelRuntime, parts: Pointer, count: number): number {
  const values = new Float64Array(runtime.heap.memory.buffer, parts, count);
  return values.reduce((sum, part) => sum + part, 0);
}
