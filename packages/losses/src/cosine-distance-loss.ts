import { checkSameShape, checkShape } from '@mmrec/core';
import { cosineOfRows } from '@mmrec/ops';
import { scalar, sub, tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Cosine distance of each pair of rows; gradients flow to both.
 *
 * $$\ell = 1 - \frac{a \cdot b}{\lVert a \rVert \lVert b \rVert}$$
 *
 * 1 where a row is zero. Not reduced. AlignRec's user–item alignment is the mean over the batch; BM3's
 * terms are means of `cosineDistanceLoss(online, stopGradient(target))`.
 *
 * @param a - `[batch, d]`.
 * @param b - `[batch, d]`.
 * @returns Loss per row, `[batch]`, from 0 to 2.
 * @throws {RangeError} If the shapes differ or are not of rank 2.
 * @see Liu et al., AlignRec, CIKM 2024, §4.4. https://arxiv.org/abs/2403.12384
 * @example
 * ```ts
 * cosineDistanceLoss(tf.tensor2d([[1, 0]]), tf.tensor2d([[3, 4]])) // => [0.4]
 * ```
 */
export function cosineDistanceLoss(a: Tensor2D, b: Tensor2D): Tensor1D {
  checkSameShape('cosineDistanceLoss', { a, b });
  checkShape('cosineDistanceLoss', { a }, [null, null]);
  return tidy(() => sub<Tensor1D>(scalar(1), cosineOfRows(a, b)));
}
