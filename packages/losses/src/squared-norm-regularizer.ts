import { l2Norm } from '@mmrec/ops';
import { addN, div, square, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { checkTerms } from './norm-regularizer.js';

/**
 * Half the sum of the squares of all numbers in some tensors, divided by a count: weight decay on
 * what a batch touches.
 *
 * $$\ell = \frac{1}{2n} \sum_k \lVert X_k \rVert_F^2$$
 *
 * AlignRec and MMSSL divide the rows of a batch (users, positive and negative items) by the batch
 * size; MMSSL also whole tables of modality features by the number of items. Its gradient is X/n. For
 * the norms themselves, not squared, see `normRegularizer`: both are called "L2" in the literature.
 *
 * @param tensors - Any shapes, at least one.
 * @param count - Divisor n, > 0.
 * @returns A scalar.
 * @throws {RangeError} If there is no tensor or the count is not positive.
 * @example
 * ```ts
 * squaredNormRegularizer([tf.tensor1d([3, 4]), tf.tensor1d([1])], 2) // => 6.5
 * ```
 */
export function squaredNormRegularizer(tensors: readonly Tensor[], count: number): Scalar {
  checkTerms('squaredNormRegularizer', tensors, count);
  return tidy(() => div<Scalar>(addN(tensors.map((x) => square(l2Norm(x)))), 2 * count));
}
