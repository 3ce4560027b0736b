import { checkShape, drawRows, drawValues, dropoutThreshold, type Draw } from '@mmrec/core';
import { mul, tensor, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

interface Attributes {
  readonly mask: Draw;
  /** Rows of the mask, one for each row of the input; absent: all, in order. */
  readonly rows?: Int32Array;
}

const maskRows: (inputs: readonly Tensor[], attributes: Attributes) => Tensor[] =
  defineKernel<Attributes>({
    name: 'MmrecDropout',
    outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
    host: ({ inputs: [x], outputs: [out], attributes }) => {
      const factors = maskValues(attributes);
      for (let at = 0; at < out!.length; at++) out![at] = x![at]! * factors[at]!;
    },
    compose: ([x], attributes) => mul(x!, tensor(maskValues(attributes), x!.shape)),
    wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes }) => {
      const { mask, rows } = attributes;
      const [count, columns] = shape as [number, number];
      const { key } = mask.source as { key: readonly [number, number] };
      const { rate } = mask.distribution as { rate: number };
      const indices = rows && runtime.upload(rows);
      // A random number costs some ten multiplications.
      runtime.parallel('dropoutRows', { count, cost: 10 * columns }, (from, to) => [
        ...[x! + 4 * from * columns, indices ? indices.pointer + 4 * from : 0, from, to - from],
        ...[columns, key[0], key[1], dropoutThreshold(rate), 1 / (1 - rate)],
        out! + 4 * from * columns,
      ]);
      indices?.release();
    },
    gradient: ([dy], _saved, attributes) => [() => maskRows([dy!], attributes)[0]!],
  });

const maskValues = ({ mask, rows }: Attributes) => (rows ? drawRows(mask, rows) : drawValues(mask));

/**
 * Dropout with a named mask: each number becomes 0 with probability `rate`, the others are scaled by
 * `1 / (1 − rate)`.
 *
 * The mask may belong to a larger table, of which `x` holds some rows: a row that occurs twice then
 * has one mask, as if the whole table had been masked first. Only the rows asked for are drawn.
 *
 * @param x - `[n, d]`, float32.
 * @param mask - From `rng.dropoutMask(name, [tableRows, d], rate)`.
 * @param rows - The table's row that each row of `x` is; absent: `x` is the whole table.
 * @returns `[n, d]`.
 * @throws {RangeError} If the mask's shape doesn't fit.
 */
export function dropout(x: Tensor2D, mask: Draw, rows?: Int32Array): Tensor2D {
  checkShape('dropout', { mask }, [rows ? null : x.shape[0], x.shape[1]]);
  if (rows) checkShape('dropout', { x }, [rows.length, null]);
  if ('values' in mask.source) {
    const values = maskValues(rows ? { mask, rows } : { mask });
    return tidy(() => mul(x, tensor(values, x.shape)));
  }
  if (mask.distribution.kind === 'dropout' && mask.distribution.rate === 0) return x.clone();
  return maskRows([x], rows ? { mask, rows } : { mask })[0] as Tensor2D;
}
