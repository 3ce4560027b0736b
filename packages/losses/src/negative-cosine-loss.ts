import { checkSameShape } from '@mmrec/core';
import { cosineOfRows, meanCosineOfRows, stopGradient } from '@mmrec/ops';
import { neg, tidy, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Negative cosine similarity of each online view to its target view, as in BYOL and SimSiam; no
 * gradient flows to the target.
 *
 * $$\ell = -\frac{p \cdot z}{\lVert p \rVert \lVert z \rVert}$$
 *
 * 0 where a row is zero. Not reduced: BYOL and SimSiam take the mean over the batch.
 *
 * @param online - Predictions, `[batch, d]`.
 * @param target - Views to be predicted, `[batch, d]`.
 * @returns Loss per row, `[batch]`, from −1 to 1.
 * @throws {RangeError} If the shapes differ.
 * @see Chen and He, Exploring simple siamese representation learning, CVPR 2021, eq. 1–3.
 * @example
 * ```ts
 * negativeCosineLoss(tf.tensor2d([[1, 0]]), tf.tensor2d([[3, 4]])) // => [-0.6]
 * ```
 */
export function negativeCosineLoss(online: Tensor2D, target: Tensor2D): Tensor1D {
  checkSameShape('negativeCosineLoss', { online, target });
  return tidy(() => neg(cosineOfRows(online, stopGradient(target))));
}

/**
 * Mean over the batch of {@link negativeCosineLoss}, as one operation forward and one backward.
 *
 * @param online - Predictions, `[batch, d]`.
 * @param target - Views to be predicted, `[batch, d]`; no gradient flows to them.
 * @returns A scalar, from −1 to 1.
 * @throws {RangeError} If the shapes differ.
 * @see Chen and He, Exploring simple siamese representation learning, CVPR 2021, eq. 1–3.
 * @example
 * ```ts
 * meanNegativeCosineLoss(tf.tensor2d([[1, 0], [1, 0]]), tf.tensor2d([[3, 4], [2, 0]])) // => -0.8
 * ```
 */
export function meanNegativeCosineLoss(online: Tensor2D, target: Tensor2D): Scalar {
  checkSameShape('meanNegativeCosineLoss', { online, target });
  return tidy(() => neg(meanCosineOfRows(online, stopGradient(target))));
}
