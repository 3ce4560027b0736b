import { checkShape } from '@mmrec/core';
import { l2Norm, stopGradient } from '@mmrec/ops';
import { div, matMul, sub, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Keeps the similarities between a batch's embeddings close to given ones, so that training does not
 * collapse what the item features say about each other.
 *
 * $$\ell = \frac{1}{B} \lVert H H^{\top} - S \rVert_F$$
 *
 * The norm is not squared. No gradient flows to S; where H Hᵀ = S exactly, the gradient is zero.
 *
 * **Deviations** AlignRec's paper compares cosines, its published code inner products, which is what
 * this does; for the paper's form give rows of length 1 (`l2NormalizeRows` of `@mmrec/ops`).
 *
 * @param embeddings - H, `[batch, d]`.
 * @param similarities - S, `[batch, batch]`: in AlignRec, cosines of the raw item features.
 * @returns A scalar.
 * @throws {RangeError} If the shapes don't fit.
 * @see Liu et al., AlignRec, CIKM 2024, §4.4. https://arxiv.org/abs/2403.12384
 * @example
 * ```ts
 * const similarities = tf.tensor2d([[1, 0.8], [0.8, 1]]);
 * similarityPreservingRegularizer(tf.tensor2d([[1, 0], [0, 1]]), similarities) // => 0.5657
 * ```
 */
export function similarityPreservingRegularizer(
  embeddings: Tensor2D,
  similarities: Tensor2D,
): Scalar {
  checkShape('similarityPreservingRegularizer', { embeddings }, [null, null]);
  const [batch] = embeddings.shape;
  checkShape('similarityPreservingRegularizer', { similarities }, [batch, batch]);
  return tidy(() => {
    const own = matMul(embeddings, embeddings, false, true); // [batch, batch]
    return div<Scalar>(l2Norm(sub(own, stopGradient(similarities))), batch);
  });
}
