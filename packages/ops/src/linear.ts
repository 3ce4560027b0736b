import { checkIndices, checkShape } from '@mmrec/core';
import {
  add,
  gather,
  keep,
  matMul,
  tensor1d,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { columnSums } from './columns.js';
import { defineKernel, type HostCall } from './define-kernel.js';
import { distinctRows, recordRowUse, trackedParameter } from './gradients.js';
import { gatherRows, segmentSum } from './gather-rows.js';
import { stopGradient } from './stop-gradient.js';
import { multiply, operand } from './wasm/multiply.js';

const affine = defineKernel<object>({
  name: 'MmrecLinear',
  outputs: ([x, weight]) => [{ shape: [x![0]!, weight![1]!], dtype: 'float32' }],
  host: (call) => {
    multiplyRows(call);
  },
  compose: ([x, weight, bias]) => add(matMul(x as Tensor2D, weight as Tensor2D), bias!),
  wasm: ({ runtime, inputs, outputs: [out], shapes: [x, weight] }) => {
    const [a, b, bias] = inputs as [number, number, number];
    const [[m, k], n] = [x as [number, number], weight![1]!];
    multiply(runtime, { m, n, k, a: operand(a, k), b: operand(b, n), c: out!, bias });
  },
  saves: [0, 1],
  gradient: ([dy], [x, weight]) => [
    () => timesTransposed(dy!, weight!),
    () => transposedTimes(x!, dy!),
    () => columnSums(dy as Tensor2D),
  ],
});

/** Products of which one operand is transposed, for gradients: on every thread, beside libtensorflow too. */
const product = defineKernel<{ transposeA: boolean; transposeB: boolean }>({
  name: 'MmrecMatMul',
  outputs: ([a, b], { transposeA, transposeB }) => [
    { shape: [a![transposeA ? 1 : 0]!, b![transposeB ? 0 : 1]!], dtype: 'float32' },
  ],
  host: ({ inputs: [a, b], outputs: [out], shapes, attributes: { transposeA, transposeB } }) => {
    const [[aRows, aColumns], [, bColumns]] = shapes as [[number, number], [number, number]];
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const n = out!.length / Math.max(m, 1);
    for (let i = 0; i < m; i++) {
      for (let d = 0; d < k; d++) {
        const value = a![transposeA ? d * aColumns + i : i * aColumns + d]!;
        for (let j = 0; j < n; j++) {
          out![i * n + j]! += value * b![transposeB ? j * bColumns + d : d * bColumns + j]!;
        }
      }
    }
  },
  compose: ([a, b], { transposeA, transposeB }) =>
    matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
  wasm: ({ runtime, inputs: [a, b], outputs: [c], shapes, attributes }) => {
    const { transposeA, transposeB } = attributes;
    const [[aRows, aColumns], [bRows, bColumns]] = shapes as [[number, number], [number, number]];
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    multiply(runtime, {
      ...{ m, k, n: transposeB ? bRows : bColumns, c: c! },
      a: operand(a!, aColumns, transposeA),
      b: operand(b!, bColumns, transposeB),
    });
  },
});

const timesTransposed = (a: Tensor, b: Tensor) =>
  product([a, b], { transposeA: false, transposeB: true })[0] as Tensor2D;
const transposedTimes = (a: Tensor, b: Tensor) =>
  product([a, b], { transposeA: true, transposeB: false })[0] as Tensor2D;

interface ListedRows {
  readonly rows: Int32Array;
}

const project = defineKernel<ListedRows>({
  name: 'MmrecProjectRows',
  outputs: ([, weight], { rows }) => [{ shape: [rows.length, weight![1]!], dtype: 'float32' }],
  host: (call) => {
    multiplyRows(call, call.attributes.rows);
  },
  compose: ([table, weight, bias], { rows }) =>
    add(matMul(rowsOf(table!, rows), weight as Tensor2D), bias!),
  wasm: ({ runtime, inputs, outputs: [out], shapes: [table, weight], attributes: { rows } }) => {
    const [a, b, bias] = inputs as [number, number, number];
    const [k, n] = [table![1]!, weight![1]!];
    const list = runtime.upload(rows);
    multiply(runtime, {
      ...{ m: rows.length, n, k, a: operand(a, k), b: operand(b, n) },
      ...{ c: out!, bias, aRows: { pointer: list.pointer, list: rows } },
    });
    list.release();
  },
  saves: [0, 1],
  gradient: ([dy], [table, weight], { rows }) => [
    () => {
      return segmentSum(timesTransposed(dy!, weight!), rows, table!.shape[0]!);
    },
    () => projectGradient([table!, dy!], { rows })[0]!,
    () => columnSums(dy as Tensor2D),
  ],
});

const rowsOf = (table: Tensor, rows: Int32Array) =>
  gather(table, tensor1d(rows, 'int32')) as Tensor2D;

/** `table[rows]ᵀ dy`. */
const projectGradient = defineKernel<ListedRows>({
  name: 'MmrecProjectRowsGradient',
  outputs: ([table, dy]) => [{ shape: [table![1]!, dy![1]!], dtype: 'float32' }],
  host: ({ inputs: [table, dy], outputs: [out], shapes, attributes: { rows } }) => {
    const [[, columns], [, n]] = shapes as [[number, number], [number, number]];
    rows.forEach((row, at) => {
      for (let c = 0; c < columns; c++) {
        const value = table![row * columns + c]!;
        for (let j = 0; j < n; j++) out![c * n + j]! += value * dy![at * n + j]!;
      }
    });
  },
  compose: ([table, dy], { rows }) => matMul(rowsOf(table!, rows), dy as Tensor2D, true),
  wasm: ({ runtime, inputs, outputs: [out], shapes, attributes: { rows } }) => {
    const [table, dy] = inputs as [number, number];
    const [[, columns], [, n]] = shapes as [[number, number], [number, number]];
    const list = runtime.upload(rows);
    multiply(runtime, {
      ...{ m: columns, n, k: rows.length, a: operand(table, columns, true), b: operand(dy, n) },
      ...{ c: out!, aColumns: { pointer: list.pointer, list: rows } },
    });
    list.release();
  },
});

/** The plain product of some rows, or all, with a weight, and the bias added. */
function multiplyRows(
  { inputs: [x, weight, bias], outputs: [out], shapes }: HostCall<object>,
  rows?: Int32Array,
): void {
  const [[count, depth], [, n]] = shapes as [[number, number], [number, number]];
  for (let at = 0; at < (rows?.length ?? count); at++) {
    const start = (rows ? rows[at]! : at) * depth;
    const target = out!.subarray(at * n, (at + 1) * n);
    target.set(bias!);
    for (let d = 0; d < depth; d++) {
      const value = x![start + d]!;
      for (let j = 0; j < n; j++) target[j]! += value * weight![d * n + j]!;
    }
  }
}

/**
 * A linear layer, `x W + b`, as one operation forward.
 *
 * @param x - `[n, in]`, float32.
 * @param weight - `[in, out]`.
 * @param bias - `[out]`.
 * @returns `[n, out]`.
 * @throws {RangeError} If the shapes don't fit.
 * @example
 * ```ts
 * linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[1, 0], [0, 1]]), tf.tensor1d([10, 20])) // => [[11, 22]]
 * ```
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  checkLayer('linear', { x }, { weight, bias });
  return affine([x, weight, bias], {})[0] as Tensor2D;
}

/**
 * A linear layer of some rows of a table, `table[rows] W + b`, without copying the rows first.
 *
 * Cost: `2 · n · in · out` FLOPs with n different rows, and the same again for the gradient of each of weight and
 * table that is wanted. Within {@link valueAndGradients} a table that is a parameter gets the gradient of the different rows
 * listed only: `in` numbers for each.
 *
 * @param table - `[tableRows, in]`, float32; no gradient is made for it unless something depends on it.
 * @param rows - Row numbers, `0 … tableRows − 1`, in any order, repeated or not, `[n]`.
 * @param layer - `weight` `[in, out]` and `bias` `[out]`.
 * @returns `[n, out]`.
 * @throws {RangeError} If the shapes don't fit or a row number is out of range.
 * @example
 * ```ts
 * const layer = { weight: tf.tensor2d([[1], [10]]), bias: tf.tensor1d([0.5]) };
 * projectRows(tf.tensor2d([[1, 2], [3, 4]]), Int32Array.of(1, 0, 1), layer) // => [[43.5], [21.5], [43.5]]
 * ```
 */
export function projectRows(
  table: Tensor2D,
  rows: Int32Array,
  { weight, bias }: { readonly weight: Tensor2D; readonly bias: Tensor1D },
): Tensor2D {
  const where = 'projectRows';
  checkLayer(where, { table }, { weight, bias });
  checkIndices(where, { rows }, table.shape[0]);
  // A row that is listed twice is multiplied once, and its gradients add up first.
  const { rows: distinct, places } = distinctRows(rows, table.shape[0]);
  return tidy(() => gatherRows(projectDistinct(table, distinct, [weight, bias]), places));
}

/** `table[rows] W + b` of different rows. */
function projectDistinct(
  table: Tensor2D,
  rows: Int32Array,
  layer: readonly [weight: Tensor2D, bias: Tensor1D],
): Tensor2D {
  const parameter = trackedParameter(table);
  if (parameter === undefined) return project([table, ...layer], { rows })[0] as Tensor2D;
  const output = project([stopGradient(table), ...layer], { rows })[0] as Tensor2D;
  // Until the backward pass: the weight may be an intermediate result.
  const weight = keep(stopGradient(layer[0]));
  recordRowUse({
    ...{ parameter, output },
    gradient: (dy) => {
      const values = dy && timesTransposed(dy, weight);
      weight.dispose();
      return values && { rows, values };
    },
  });
  return output;
}

function checkLayer(
  where: string,
  x: Readonly<Record<string, Tensor2D>>,
  { weight, bias }: { readonly weight: Tensor2D; readonly bias: Tensor1D },
): void {
  checkShape(where, { weight }, [null, null]);
  checkShape(where, x, [null, weight.shape[0]]);
  checkShape(where, { bias }, [weight.shape[1]]);
}
