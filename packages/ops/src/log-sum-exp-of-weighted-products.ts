import { checkShape } from '@mmrec/core';
import {
  customGrad,
  div,
  expandDims,
  exp,
  log,
  matMul,
  max,
  mul,
  squeeze,
  sub,
  add,
  tensor2d,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';
import { multiply, operand } from './wasm/multiply.js';

/** The value and, for the gradient, `exp(a_i · c_j) / Σ_k w_k exp(a_i · c_k)`, `[batch, n]`. */
const valueAndShares = defineKernel<{ weights: Float32Array }>({
  name: 'MmrecWeightedSharesOfProducts',
  outputs: ([anchors, candidates]) => [
    { shape: [anchors![0]!], dtype: 'float32' },
    { shape: [anchors![0]!, candidates![0]!], dtype: 'float32' },
  ],
  host: ({
    inputs: [a, c],
    outputs: [value, shares],
    shapes: [shape],
    attributes: { weights },
  }) => {
    const [batch, columns] = shape as [number, number];
    const n = weights.length;
    for (let i = 0; i < batch; i++) {
      const row = shares!.subarray(i * n, (i + 1) * n);
      for (let j = 0; j < n; j++) {
        let product = 0;
        for (let k = 0; k < columns; k++) product += a![i * columns + k]! * c![j * columns + k]!;
        row[j] = product;
      }
      const top = row.reduce((most, each) => Math.max(most, each), -Infinity);
      let total = 0;
      for (let j = 0; j < n; j++) {
        row[j] = Math.exp(row[j]! - top);
        total += weights[j]! * row[j]!;
      }
      for (let j = 0; j < n; j++) row[j]! /= total;
      value![i] = top + Math.log(total);
    }
  },
  compose: ([a, c], { weights }) => {
    const products = matMul(a as Tensor2D, c as Tensor2D, false, true);
    const top = max(products, 1, true);
    const exponentials = exp(sub(products, top));
    const total = matMul(exponentials as Tensor2D, tensor2d(weights, [weights.length, 1]));
    return [squeeze(add(top, log(total)), [1]), div(exponentials, total)];
  },
  wasm: ({ runtime, inputs, outputs, shapes: [shape], attributes: { weights } }) => {
    const [a, c] = inputs as [number, number];
    const [value, shares] = outputs as [number, number];
    const [batch, columns] = shape as [number, number];
    const n = weights.length;
    multiply(runtime, {
      ...{ m: batch, n, k: columns, a: operand(a, columns) },
      ...{ b: operand(c, columns, true), c: shares },
    });
    const list = runtime.upload(weights);
    // An exponential counts like some ten multiplications, four of which go in one instruction.
    runtime.parallel('weightedShares', { count: batch, cost: 3 * n }, (from, to) => [
      ...[shares + 4 * from * n, to - from, n, list.pointer, value + 4 * from],
    ]);
    list.release();
  },
});

/**
 * Log-sum-exp of each anchor's inner products with all candidates, which have weights, with gradients for both:
 * the normaliser of a softmax over the rows of a batch in which some occur more than once.
 *
 * $$\ell_i = \ln \sum_j w_j \exp(a_i \cdot c_j)$$
 *
 * Unlike {@link logSumExpOfProducts} it keeps `batch · n` numbers from the forward to the backward pass, which
 * saves making them again: for a batch's own rows, not for all rows of a table. Stable for products of any size. It
 * can be differentiated once.
 *
 * Cost: 2 · batch · n · d FLOPs and as many exponentials as products forward, twice the FLOPs backward.
 *
 * @param anchors - A, `[batch, d]`, float32.
 * @param candidates - C, `[n, d]`, n ≥ 1.
 * @param weights - w, > 0, `[n]`; no gradient flows to them.
 * @returns `[batch]`.
 * @throws {RangeError} If the shapes don't fit.
 * @example
 * ```ts
 * const candidates = tf.tensor2d([[0, 0], [1, 0]]);
 * logSumExpOfWeightedProducts(tf.tensor2d([[1, 2]]), candidates, Float32Array.of(3, 1)) // => [1.7437]
 * Math.log(3 + Math.E) // => 1.7437
 * ```
 */
export function logSumExpOfWeightedProducts(
  anchors: Tensor2D,
  candidates: Tensor2D,
  weights: Float32Array,
): Tensor1D {
  const where = 'logSumExpOfWeightedProducts';
  checkShape(where, { anchors }, [null, null]);
  checkShape(where, { candidates }, [weights.length, anchors.shape[1]]);
  const operation = customGrad((...inputs) => {
    const [a, c, save] = inputs as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const [value, shares] = valueAndShares([a, c], { weights }) as [Tensor1D, Tensor2D];
    save([a, c, shares]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        gradients(dy as Tensor1D, saved as [Tensor2D, Tensor2D, Tensor2D], weights),
    };
  });
  return operation(anchors, candidates) as Tensor1D;
}

/** With P the shares, W and G the weights and dy on a diagonal: G P W C and W Pᵀ G A. */
function gradients(
  dy: Tensor1D,
  [anchors, candidates, shares]: readonly [Tensor2D, Tensor2D, Tensor2D],
  weights: Float32Array,
): Tensor[] {
  return tidy(() => {
    const w = tensor2d(weights, [weights.length, 1]);
    const g = expandDims(dy, 1);
    return [
      mul(matMul(shares, mul<Tensor2D>(candidates, w)), g),
      mul(matMul(shares, mul<Tensor2D>(anchors, g), true), w),
    ];
  });
}
