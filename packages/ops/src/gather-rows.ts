import { checkIndices, checkShape } from '@mmrec/core';
import {
  gather as tfGather,
  tensor1d,
  unsortedSegmentSum,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';
import { distinctRows, recordRowUse, trackedParameter } from './gradients.js';
import { stopGradient } from './stop-gradient.js';
import { gatherInto, sumInto } from './wasm/rows.js';

const gather = defineKernel<{ rows: Int32Array; tableRows: number }>({
  name: 'MmrecGatherRows',
  outputs: ([shape], { rows }) => [{ shape: [rows.length, shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [table], outputs: [out], shapes: [shape], attributes: { rows } }) => {
    const columns = shape![1]!;
    rows.forEach((row, at) => {
      out!.set(table!.subarray(row * columns, (row + 1) * columns), at * columns);
    });
  },
  compose: ([table], { rows }) => tfGather(table!, tensor1d(rows, 'int32')),
  wasm: ({ runtime, inputs: [table], outputs: [out], shapes: [shape], attributes: { rows } }) => {
    const indices = runtime.upload(rows);
    const columns = shape![1]!;
    gatherInto(runtime, {
      ...{ table: table!, list: indices.pointer, count: rows.length, columns, rows: out! },
    });
    indices.release();
  },
  gradient: ([dy], _saved, { rows, tableRows }) => [
    () => segmentSum(dy as Tensor2D, rows, tableRows),
  ],
});

const sumSegments = defineKernel<{ segments: Int32Array; numSegments: number }>({
  name: 'MmrecSegmentSum',
  outputs: ([shape], { numSegments }) => [{ shape: [numSegments, shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [rows], outputs: [out], shapes: [shape], attributes: { segments } }) => {
    const columns = shape![1]!;
    segments.forEach((segment, at) => {
      for (let c = 0; c < columns; c++) out![segment * columns + c]! += rows![at * columns + c]!;
    });
  },
  compose: ([rows], { segments, numSegments }) =>
    unsortedSegmentSum(rows!, tensor1d(segments, 'int32'), numSegments),
  wasm: ({ runtime, inputs: [rows], outputs: [out], shapes: [shape], attributes }) => {
    const { segments, numSegments } = attributes;
    const [count, columns] = shape as [number, number];
    const indices = runtime.upload(segments);
    sumInto(runtime, {
      ...{
        table: out!,
        list: indices.pointer,
        count,
        columns,
        rows: rows!,
        tableRows: numSegments,
      },
    });
    indices.release();
  },
  gradient: ([dy], _saved, { segments }) => [() => gatherRows(dy as Tensor2D, segments)],
});

/**
 * Rows of a table by their numbers: an embedding lookup. Its gradient adds up the rows that were
 * looked up more than once; within {@link valueAndGradients} a parameter gets it for these rows only.
 *
 * @param table - `[tableRows, d]`, float32.
 * @param rows - Row numbers, `0 … tableRows − 1`, in any order, repeated or not.
 * @returns `[rows.length, d]`.
 * @throws {RangeError} If a row number is out of range.
 * @example
 * ```ts
 * gatherRows(tf.tensor2d([[1, 2], [3, 4]]), Int32Array.of(1, 1)) // => [[3, 4], [3, 4]]
 * ```
 */
export function gatherRows(table: Tensor2D, rows: Int32Array): Tensor2D {
  checkShape('gatherRows', { table }, [null, null]);
  checkIndices('gatherRows', { rows }, table.shape[0]);
  const tableRows = table.shape[0];
  const parameter = trackedParameter(table);
  if (parameter === undefined) return gather([table], { rows, tableRows })[0] as Tensor2D;
  const output = gather([stopGradient(table)], { rows, tableRows })[0] as Tensor2D;
  recordRowUse({
    ...{ parameter, output },
    gradient: (dy) => {
      if (!dy) return undefined;
      const { rows: distinct, places } = distinctRows(rows, tableRows);
      return { rows: distinct, values: segmentSum(dy as Tensor2D, places, distinct.length) };
    },
  });
  return output;
}

/**
 * Sums of the rows of each segment; zero for a segment without rows.
 *
 * @param rows - `[n, d]`, float32.
 * @param segments - Segment of each row, `0 … numSegments − 1`, in any order, `[n]`.
 * @returns `[numSegments, d]`.
 * @throws {RangeError} If a segment is out of range or their number is not `n`.
 * @example
 * ```ts
 * segmentSum(tf.tensor2d([[1, 2], [3, 4], [5, 6]]), Int32Array.of(2, 0, 2), 3) // => [[3, 4], [0, 0], [6, 8]]
 * ```
 */
export function segmentSum(rows: Tensor2D, segments: Int32Array, numSegments: number): Tensor2D {
  checkShape('segmentSum', { rows }, [segments.length, null]);
  checkIndices('segmentSum', { segments }, numSegments);
  return sumSegments([rows], { segments, numSegments })[0] as Tensor2D;
}
