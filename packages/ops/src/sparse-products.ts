import { checkShape } from '@mmrec/core';
import {
  expandDims,
  gather,
  mul,
  sum,
  tensor1d,
  unsortedSegmentSum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { checkCsr, multiplyCsr } from './csr.js';
import { defineKernel } from './define-kernel.js';
import { rowsOfEntries, transposePattern, type SparsityPattern } from './sparsity-pattern.js';

interface Attributes {
  readonly pattern: SparsityPattern;
  /** The value of entry `e` is `values[order[e]]`; absent: `values[e]`. */
  readonly order?: Int32Array;
}

/** Where only a matrix's pattern is asked for. */
const noValues = new Float32Array(0);

type Operation = (inputs: readonly Tensor[], attributes: Attributes) => Tensor[];

const multiplyValues: Operation = defineKernel<Attributes>({
  name: 'MmrecSparseValuesMultiply',
  outputs: ([, shape], { pattern }) => [{ shape: [pattern.rows, shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [values, x], outputs: [out], attributes: { pattern, order } }) => {
    const matrix = { ...pattern, values: inOrder(values!, order) };
    multiplyCsr(matrix, { alpha: 1, y: x!, scale: 0, x: x! }, out!);
  },
  compose: ([values, x], { pattern, order }) => {
    const { rows, indices } = entriesAsTensors(pattern);
    const own = order ? gather(values!, tensor1d(order, 'int32')) : values!;
    return unsortedSegmentSum(mul(gather(x!, indices), expandDims(own, 1)), rows, pattern.rows);
  },
  wasm: ({ runtime, inputs: [values, x], outputs: [out], shapes: [, shape], attributes }) => {
    const { pattern, order } = attributes;
    const blocks = [runtime.upload(pattern.offsets), runtime.upload(pattern.indices)];
    let start = values!;
    if (order) {
      const numbers = runtime.floats().subarray(start / 4, start / 4 + order.length);
      blocks.push(runtime.upload(inOrder(numbers, order)));
      start = blocks[2]!.pointer;
    }
    const [offsets, indices] = [blocks[0]!.pointer, blocks[1]!.pointer];
    const columns = shape![1]!;
    const ranges = runtime.rangesOf({ ...pattern, values: noValues }, columns);
    runtime.each('sparseMultiply', ranges, ([from, to]) => [
      ...[offsets, indices, start, from, to, columns],
      ...[1, x!, 0, 0, out!],
    ]);
    for (const block of blocks) block.release();
  },
  saves: [0, 1],
  // Only ever differentiated in the order of the pattern itself.
  gradient: ([dy], [values, x], { pattern }) => [
    () => sampleProducts([dy!, x!], { pattern })[0]!,
    () => multiplyValues([values!, dy!], transposePattern(pattern))[0]!,
  ],
});

const sampleProducts: Operation = defineKernel<Attributes>({
  name: 'MmrecSampledProducts',
  outputs: (_shapes, { pattern }) => [{ shape: [pattern.indices.length], dtype: 'float32' }],
  host: ({ inputs: [a, b], outputs: [out], shapes: [shape], attributes: { pattern } }) => {
    sample(pattern, { a: a!, b: b!, width: shape![1]!, out: out! });
  },
  compose: ([a, b], { pattern }) => {
    const { rows, indices } = entriesAsTensors(pattern);
    return sum(mul(gather(a!, rows), gather(b!, indices)), 1);
  },
  wasm: ({ runtime, inputs: [a, b], outputs: [out], shapes: [shape], attributes: { pattern } }) => {
    const blocks = [runtime.upload(pattern.offsets), runtime.upload(pattern.indices)];
    const [offsets, indices] = [blocks[0]!.pointer, blocks[1]!.pointer];
    const columns = shape![1]!;
    const ranges = runtime.rangesOf({ ...pattern, values: noValues }, columns);
    runtime.each('sampledProducts', ranges, ([from, to]) => [
      ...[offsets, indices, from, to, columns, a!, b!, out!],
    ]);
    for (const block of blocks) block.release();
  },
  saves: [0, 1],
  gradient: ([dy], [a, b], { pattern }) => [
    () => multiplyValues([dy!, b!], { pattern })[0]!,
    () => multiplyValues([dy!, a!], transposePattern(pattern))[0]!,
  ],
});

/**
 * Sparse matrix times dense matrix, where the sparse matrix's values are a tensor, with gradients for
 * the values as well as for the dense matrix. For constant values, `spmm` is faster.
 *
 * $$Y_r = \sum_{e \in \text{row } r} v_e\, X_{c(e)}$$
 *
 * @param pattern - Where the entries lie, `[rows, columns]`; must not be changed afterwards.
 * @param values - Value of each entry, `[entries]`, float32.
 * @param x - `[columns, d]`, float32.
 * @returns `[rows, d]`.
 * @throws {RangeError} If the shapes don't fit or the pattern is malformed.
 * @example
 * ```ts
 * const pattern = { rows: 2, columns: 3, offsets: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1) };
 * sparseProduct(pattern, tf.tensor1d([1, 2, 3]), tf.tensor2d([[1, 0], [0, 1], [1, 1]])) // => [[3, 2], [0, 3]]
 * ```
 */
export function sparseProduct(pattern: SparsityPattern, values: Tensor1D, x: Tensor2D): Tensor2D {
  checkPattern('sparseProduct', pattern);
  checkShape('sparseProduct', { values }, [pattern.indices.length]);
  checkShape('sparseProduct', { x }, [pattern.columns, null]);
  return multiplyValues([values, x], { pattern })[0] as Tensor2D;
}

/**
 * The entries of a product of dense matrices that lie on a sparsity pattern; the others are not made.
 *
 * $$v_e = A_{r(e)} \cdot B_{c(e)}$$
 *
 * @param pattern - Where the entries lie, `[rows, columns]`; must not be changed afterwards.
 * @param a - `[rows, d]`, float32.
 * @param b - `[columns, d]`, float32.
 * @returns `[entries]`, in the pattern's order.
 * @throws {RangeError} If the shapes don't fit or the pattern is malformed.
 * @example
 * ```ts
 * const pattern = { rows: 2, columns: 3, offsets: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1) };
 * sampledProducts(pattern, tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1, 1], [1, 0], [0, 2]])) // => [3, 4, 3]
 * ```
 */
export function sampledProducts(pattern: SparsityPattern, a: Tensor2D, b: Tensor2D): Tensor1D {
  checkPattern('sampledProducts', pattern);
  checkShape('sampledProducts', { a }, [pattern.rows, null]);
  checkShape('sampledProducts', { b }, [pattern.columns, a.shape[1]]);
  return sampleProducts([a, b], { pattern })[0] as Tensor1D;
}

const checked = new WeakSet<SparsityPattern>();

function checkPattern(where: string, pattern: SparsityPattern): void {
  if (checked.has(pattern)) return;
  checkCsr(where, { ...pattern, values: new Float32Array(pattern.indices.length) });
  checked.add(pattern);
}

function entriesAsTensors(pattern: SparsityPattern): Record<'rows' | 'indices', Tensor1D> {
  return {
    rows: tensor1d(rowsOfEntries(pattern), 'int32'),
    indices: tensor1d(pattern.indices, 'int32'),
  };
}

function inOrder(values: Float32Array, order: Int32Array | undefined): Float32Array {
  return order ? Float32Array.from(order, (entry) => values[entry]!) : values;
}

interface SampleInputs {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Columns of both. */
  readonly width: number;
  readonly out: Float32Array;
}

function sample(pattern: SparsityPattern, { a, b, width, out }: SampleInputs): void {
  const { rows, offsets, indices } = pattern;
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      let sum = 0;
      let at = row * width;
      for (let other = indices[entry]! * width, end = at + width; at < end; at++, other++) {
        sum += a[at]! * b[other]!;
      }
      out[entry] = sum;
    }
  }
}
