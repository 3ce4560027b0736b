import { checkSameShape, checkShape } from '@mmrec/core';
import { l2NormalizeRows } from '@mmrec/ops';
import { tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { contrast } from './contrast.js';
import { infoNceOptions, type InfoNceOptions } from './info-nce-options.js';

/**
 * In-batch InfoNCE loss of each anchor, in nats: its own row among the positives against all others.
 *
 * $$\ell_i = -\ln \frac{\exp(\cos(a_i, p_i) / \tau)}{\sum_j \exp(\cos(a_i, p_j) / \tau)}$$
 *
 * Log-sum-exp, stable at any temperature; the logits are made and made again for the gradient in
 * blocks. Rows that occur twice in a batch are each other's negatives. One direction: for the
 * symmetric loss add the one with the arguments exchanged. Not reduced: AlignRec takes the mean over
 * the batch, LGMRec the sum.
 *
 * @param anchors - `[batch, d]`.
 * @param positives - `[batch, d]`; row i belongs to anchor i.
 * @param options - `temperature` (0.2) and `blockSize` (2048).
 * @returns Loss per anchor, `[batch]`, ≥ 0.
 * @throws {RangeError} If the shapes differ or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see van den Oord et al., Representation learning with contrastive predictive coding, 2018, eq. 4.
 * https://arxiv.org/abs/1807.03748
 * @example
 * ```ts
 * const rows = tf.tensor2d([[1, 0], [0, 1]]);
 * infoNceLoss(rows, rows, { temperature: 1 }) // => [0.3133, 0.3133]
 * ```
 */
export function infoNceLoss(
  anchors: Tensor2D,
  positives: Tensor2D,
  options: Partial<InfoNceOptions> = {},
): Tensor1D {
  const resolved = infoNceOptions.resolve('infoNceLoss', options);
  checkSameShape('infoNceLoss', { anchors, positives });
  checkShape('infoNceLoss', { anchors }, [null, null]);
  return tidy(() => {
    const rows = l2NormalizeRows(positives);
    return contrast({ anchors, positives: rows, candidates: rows }, resolved);
  });
}
