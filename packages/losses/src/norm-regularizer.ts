import { l2Norm } from '@mmrec/ops';
import { addN, div, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Sum of the Frobenius norms, not squared, of some tensors, divided by a count.
 *
 * $$\ell = \frac{1}{n} \sum_k \lVert X_k \rVert_F$$
 *
 * LightGCN and LGMRec divide the norms of a batch's rows (users, positive and negative items) by the
 * batch size; BM3 divides those of whole tables (all users, all items) by the number of items. Unlike
 * weight decay, its gradient X / (n ‖X‖) has the same length however small the numbers are. For the
 * squared form see `squaredNormRegularizer`: both are called "L2" in the literature.
 *
 * @param tensors - Any shapes, at least one.
 * @param count - Divisor n, > 0.
 * @returns A scalar. Its gradient at a zero tensor is zero.
 * @throws {RangeError} If there is no tensor or the count is not positive.
 * @example
 * ```ts
 * normRegularizer([tf.tensor1d([3, 4]), tf.tensor1d([12])], 2) // => 8.5
 * ```
 */
export function normRegularizer(tensors: readonly Tensor[], count: number): Scalar {
  checkTerms('normRegularizer', tensors, count);
  return tidy(() => div<Scalar>(addN(tensors.map((x) => l2Norm(x))), count));
}

/** @throws {RangeError} If there is no tensor or the count is not positive. */
export function checkTerms(where: string, tensors: readonly Tensor[], count: number): void {
  if (tensors.length === 0) {
    throw new RangeError(`${where}: tensors must hold at least one tensor, got none.`);
  }
  if (!(count > 0)) throw new RangeError(`${where}: count must be > 0, got ${count}.`);
}
