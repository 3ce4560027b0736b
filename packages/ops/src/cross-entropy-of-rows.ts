import { checkIndices, checkShape } from '@mmrec/core';
import {
  logSumExp,
  mul,
  oneHot,
  softmax,
  sub,
  sum,
  tensor1d,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

interface Attributes {
  readonly targets: Int32Array;
}

const forward = defineKernel<Attributes>({
  name: 'MmrecCrossEntropyOfRows',
  outputs: ([shape]) => [{ shape: [shape![0]!], dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out], shapes: [shape], attributes: { targets } }) => {
    forEachRow(x!, shape![1]!, (row, at) => {
      const top = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
      out![at] = top - row[targets[at]!]! + Math.log(total);
    });
  },
  compose: ([x], { targets }) => sub(logSumExp(x!, 1), sum(mul(x!, oneHotOf(x!, targets)), 1)),
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes: { targets } }) => {
    const [count, columns] = shape as [number, number];
    const list = runtime.upload(targets);
    runtime.parallel('crossEntropyRows', { count, cost: 8 * columns }, (from, to) => [
      ...[x! + 4 * from * columns, list.pointer + 4 * from, to - from, columns, out! + 4 * from],
    ]);
    list.release();
  },
  saves: [0],
  gradient: ([dy], [x], attributes) => [() => backward([x!, dy!], attributes)[0]!],
});

const backward = defineKernel<Attributes>({
  name: 'MmrecCrossEntropyOfRowsGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out], shapes: [shape], attributes: { targets } }) => {
    const columns = shape![1]!;
    forEachRow(x!, columns, (row, at) => {
      const top = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
      row.forEach((value, c) => {
        const share = Math.exp(value - top) / total - (c === targets[at] ? 1 : 0);
        out![at * columns + c] = dy![at]! * share;
      });
    });
  },
  compose: ([x, dy], { targets }) =>
    mul(dy!.expandDims(1), sub(softmax(x!), oneHotOf(x!, targets))),
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape], attributes }) => {
    const [count, columns] = shape as [number, number];
    const list = runtime.upload(attributes.targets);
    runtime.parallel('crossEntropyRowsGradient', { count, cost: 16 * columns }, (from, to) => [
      ...[x! + 4 * from * columns, list.pointer + 4 * from, dy! + 4 * from],
      ...[to - from, columns, out! + 4 * from * columns],
    ]);
    list.release();
  },
});

/**
 * Cross-entropy of each row's softmax at its target class, in nats, as one operation forward and one backward.
 *
 * $$\ell_r = \ln \sum_c \exp(x_{rc}) - x_{r t_r}$$
 *
 * Finite for logits of any size. Not reduced.
 *
 * @param logits - x, `[n, classes]`, float32.
 * @param targets - Class of each row, `0 … classes − 1`, `[n]`.
 * @returns `[n]`, ≥ 0.
 * @throws {RangeError} If a target is out of range or their number is not `n`.
 * @example
 * ```ts
 * crossEntropyOfRows(tf.tensor2d([[0, 0], [100, 0]]), Int32Array.of(1, 0)) // => [0.6931, 0]
 * ```
 */
export function crossEntropyOfRows(logits: Tensor2D, targets: Int32Array): Tensor1D {
  checkShape('crossEntropyOfRows', { logits }, [targets.length, null]);
  checkIndices('crossEntropyOfRows', { targets }, logits.shape[1]);
  return forward([logits], { targets })[0] as Tensor1D;
}

const oneHotOf = (x: Tensor, targets: Int32Array) =>
  oneHot(tensor1d(targets, 'int32'), x.shape[1]!, 1, 0, 'float32');

function forEachRow(
  x: Float32Array,
  columns: number,
  visit: (row: Float32Array, at: number) => void,
): void {
  for (let at = 0; at * columns < x.length; at++) {
    visit(x.subarray(at * columns, (at + 1) * columns), at);
  }
}
