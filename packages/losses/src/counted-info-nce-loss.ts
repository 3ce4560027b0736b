import { checkSameShape, checkShape } from '@mmrec/core';
import { l2NormalizeRows, logSumExpOfProducts } from '@mmrec/ops';
import {
  concat,
  div,
  dot,
  mul,
  ones,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { infoNceOptions, type InfoNceOptions } from './info-nce-options.js';

/** Rows for {@link countedInfoNceLoss}. */
export interface CountedRows {
  /** The different anchors of a batch, `[n, d]`. */
  readonly anchors: Tensor2D;
  /** Row i belongs to anchor i, `[n, d]`. */
  readonly positives: Tensor2D;
  /** How often each pair occurs in the batch, whole numbers ≥ 1, `[n]`. */
  readonly counts: Float32Array;
}

/**
 * Mean in-batch InfoNCE of a batch in which rows repeat, from its different rows and their counts, in nats:
 * what the mean of `infoNceLoss` over all rows of the batch is, the repeated ones each other's negatives.
 *
 * $$\ell = -\frac{1}{\sum_i n_i} \sum_i n_i
 * \ln \frac{\exp(\cos(a_i, p_i) / \tau)}{\sum_j n_j \exp(\cos(a_i, p_j) / \tau)}$$
 *
 * Costs the square of the number of different rows; $\ln n_j$ is one more column of the product.
 *
 * @param rows - Different anchors and positives, and their counts.
 * @param options - `temperature` (0.2) and `blockSize` (2048).
 * @returns A scalar, ≥ 0.
 * @throws {RangeError} If the shapes differ, there isn't a count a row, or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see Liu et al., AlignRec, CIKM 2024, §4.3. https://arxiv.org/abs/2403.12384
 * @example
 * ```ts
 * const rows = tf.tensor2d([[1, 0], [0, 1]]);
 * const counts = Float32Array.of(2, 1);
 * countedInfoNceLoss({ anchors: rows, positives: rows, counts }, { temperature: 1 }) // => 0.7585
 * const batch = tf.tensor2d([[1, 0], [1, 0], [0, 1]]);
 * tf.mean(infoNceLoss(batch, batch, { temperature: 1 })) // => 0.7585
 * ```
 */
export function countedInfoNceLoss(
  { anchors, positives, counts }: CountedRows,
  options: Partial<InfoNceOptions> = {},
): Scalar {
  const where = 'countedInfoNceLoss';
  const { temperature, blockSize } = infoNceOptions.resolve(where, options);
  checkSameShape(where, { anchors, positives });
  checkShape(where, { anchors }, [counts.length, null]);
  const size = counts.length;
  const total = counts.reduce((all, count) => all + count, 0);
  return tidy(() => {
    const scaled = div<Tensor2D>(l2NormalizeRows(anchors), temperature);
    const rows = l2NormalizeRows(positives);
    const bias = tensor2d(counts.map(Math.log), [size, 1]);
    const all =
      total === size
        ? logSumExpOfProducts(scaled, rows, blockSize)
        : logSumExpOfProducts(
            concat([scaled, ones([size, 1])], 1),
            concat([rows, bias], 1),
            blockSize,
          );
    const losses = sub<Tensor1D>(all, sum(mul(scaled, rows), 1));
    return div<Scalar>(dot(losses, tensor1d(counts)), total);
  });
}
