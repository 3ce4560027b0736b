import { checkSameShape, checkShape } from '@mmrec/core';
import {
  add,
  mul,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

const sums = defineKernel<object>({
  name: 'MmrecColumnSums',
  outputs: ([shape]) => [{ shape: [shape![1]!], dtype: 'float32' }],
  host: ({ inputs: [x, y], outputs: [out], shapes: [shape] }) => {
    const columns = shape![1]!;
    x!.forEach((value, at) => (out![at % columns]! += value * (y?.[at] ?? 1)));
  },
  wasm: ({ runtime, inputs: [x, y = 0], outputs: [out], shapes: [shape] }) => {
    const [rows, columns] = shape as [number, number];
    runtime.parallel('columnSums', { count: columns, cost: rows, multipleOf: 16 }, (from, to) => [
      ...[x!, y, rows, columns, from, to, out!],
    ]);
  },
  compose: ([x, y]) => sum(y ? mul(x!, y) : x!, 0),
});

/**
 * Sums of a matrix's columns, or of the products of two matrices, number by number.
 *
 * $$s_c = \sum_r x_{rc} \; (\cdot\, y_{rc})$$
 *
 * One pass over the memory, on all threads. No gradient: for gradients that are written out.
 *
 * @param x - `[rows, columns]`, float32.
 * @param y - Of the same shape; absent: 1.
 * @returns `[columns]`.
 * @throws {RangeError} If the shapes differ.
 * @example
 * ```ts
 * columnSums(tf.tensor2d([[1, 2], [3, 4]])) // => [4, 6]
 * ```
 */
export function columnSums(x: Tensor2D, y?: Tensor2D): Tensor1D {
  checkShape('columnSums', { x }, [null, null]);
  if (y) checkSameShape('columnSums', { x, y });
  return sums(y ? [x, y] : [x], {})[0] as Tensor1D;
}

/** A number a column, `[columns]`, each: what is absent is left out. */
export interface ColumnTerms {
  /** Taken from each row of x. */
  readonly center?: Tensor1D;
  /** What the difference is multiplied by. */
  readonly scale?: Tensor1D;
  /** A second matrix `[rows, columns]`, and what its columns are multiplied by. */
  readonly plus?: { readonly y: Tensor2D; readonly factor: Tensor1D };
  /** Added to each row at last. */
  readonly shift?: Tensor1D;
}

const parts = ['scale', 'center', 'y', 'factor', 'shift'] as const;

/** Which of {@link parts} follow x among the inputs. */
interface Present {
  readonly present: readonly string[];
}

const combine = defineKernel<Present>({
  name: 'MmrecCombineColumns',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs, outputs: [out], shapes: [shape], attributes }) => {
    const columns = shape![1]!;
    const { scale, center, y, factor, shift } = byName(inputs.slice(1), attributes);
    inputs[0]!.forEach((value, at) => {
      const c = at % columns;
      const own = (value - (center?.[c] ?? 0)) * (scale?.[c] ?? 1);
      out![at] = own + (y ? y[at]! * factor![c]! : 0) + (shift?.[c] ?? 0);
    });
  },
  wasm: ({ runtime, inputs: [x, ...rest], outputs: [out], shapes: [shape], attributes }) => {
    const [count, columns] = shape as [number, number];
    const given = byName(rest, attributes);
    const { scale = 0, center = 0, y = 0, factor = 0, shift = 0 } = given;
    runtime.parallel('combineColumns', { count, cost: columns }, (from, to) => {
      const start = 4 * from * columns;
      return [
        ...[x! + start, scale, center, y && y + start, factor, shift, to - from, columns],
        out! + start,
      ];
    });
  },
  compose: ([x, ...rest], attributes) => {
    const { scale, center, y, factor, shift } = byName(rest, attributes);
    let value: Tensor = x!;
    if (center) value = sub(value, center);
    if (scale) value = mul(value, scale);
    if (y) value = add(value, mul(y, factor!));
    return shift ? add(value, shift) : value;
  },
});

function byName<Value>(
  inputs: readonly Value[],
  { present }: Present,
): Partial<Record<(typeof parts)[number], Value>> {
  return Object.fromEntries(present.map((name, at) => [name, inputs[at]!]));
}

/**
 * Arithmetic of a matrix's columns in one pass over the memory, on all threads:
 *
 * $$o_{rc} = s_c (x_{rc} - m_c) + f_c\, y_{rc} + b_c$$
 *
 * with the scale s, the center m, the factor f and the shift b. No gradient: for gradients that are written out.
 *
 * @param x - `[rows, columns]`, float32.
 * @param terms - Any of them.
 * @returns `[rows, columns]`.
 * @throws {RangeError} If a shape doesn't fit.
 * @example
 * ```ts
 * combineColumns(tf.tensor2d([[1, 2], [3, 4]]), { scale: tf.tensor1d([2, 1]), shift: tf.tensor1d([0, 5]) }) // => [[2, 7], [6, 9]]
 * ```
 */
export function combineColumns(x: Tensor2D, { center, scale, plus, shift }: ColumnTerms): Tensor2D {
  checkShape('combineColumns', { x }, [null, null]);
  const columns = x.shape[1];
  const rows: Record<string, Tensor1D | undefined> = { center, scale, factor: plus?.factor, shift };
  for (const [name, row] of Object.entries(rows)) {
    if (row) checkShape('combineColumns', { [name]: row }, [columns]);
  }
  if (plus) checkSameShape('combineColumns', { x, y: plus.y });
  const given: Record<string, Tensor | undefined> = { ...rows, y: plus?.y };
  const present = parts.filter((name) => given[name]);
  return combine([x, ...present.map((name) => given[name]!)], { present })[0] as Tensor2D;
}
