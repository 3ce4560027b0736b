import { checkSameShape, checkShape } from '@mmrec/core';
import { l2NormalizeRows } from '@mmrec/ops';
import { tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { contrast } from './contrast.js';
import { infoNceOptions, type InfoNceOptions } from './info-nce-options.js';

/** Rows for {@link infoNceAgainstAllLoss}. */
export interface InfoNceRows {
  /** `[batch, d]` */
  readonly anchors: Tensor2D;
  /** Row i belongs to anchor i, `[batch, d]`. */
  readonly positives: Tensor2D;
  /** What the positives compete with, `[candidates, d]`: all rows of a table, the positives included. */
  readonly candidates: Tensor2D;
}

/**
 * InfoNCE loss of each anchor against all candidates, in nats.
 *
 * $$\ell_i = -\ln \frac{\exp(\cos(a_i, p_i) / \tau)}{\sum_{c} \exp(\cos(a_i, c) / \tau)}$$
 *
 * The sum is over `candidates` alone: for a probability they must include the positives. Log-sum-exp,
 * stable at any temperature, over blocks of candidates: `batch × candidates` numbers are never held,
 * forwards or backwards. Not reduced: LGMRec, whose visual anchors meet all textual rows, takes the
 * sum over the batch.
 *
 * @param rows - Anchors, their positives, and all candidates.
 * @param options - `temperature` (0.2) and `blockSize` (2048).
 * @returns Loss per anchor, `[batch]`.
 * @throws {RangeError} If the shapes don't fit or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see Guo et al., LGMRec, AAAI 2024, eq. 13. https://arxiv.org/abs/2312.16400
 * @example
 * ```ts
 * const candidates = tf.tensor2d([[1, 0], [0, 1], [-1, 0]]);
 * const anchors = tf.tensor2d([[2, 0]]);
 * const positives = tf.tensor2d([[1, 0]]);
 * infoNceAgainstAllLoss({ anchors, positives, candidates }, { temperature: 1 }) // => [0.4076]
 * ```
 */
export function infoNceAgainstAllLoss(
  { anchors, positives, candidates }: InfoNceRows,
  options: Partial<InfoNceOptions> = {},
): Tensor1D {
  const resolved = infoNceOptions.resolve('infoNceAgainstAllLoss', options);
  checkSameShape('infoNceAgainstAllLoss', { anchors, positives });
  checkShape('infoNceAgainstAllLoss', { anchors }, [null, null]);
  checkShape('infoNceAgainstAllLoss', { candidates }, [null, anchors.shape[1]]);
  return tidy(() =>
    contrast(
      {
        anchors,
        positives: l2NormalizeRows(positives),
        candidates: l2NormalizeRows(candidates),
      },
      resolved,
    ),
  );
}
