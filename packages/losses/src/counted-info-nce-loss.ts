import { checkSameShape, checkShape } from '@mmrec/core';
import { l2NormalizeRows, logSumExpOfProducts, logSumExpOfWeightedProducts } from '@mmrec/ops';
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
 * Costs the square of the number of different rows, in time and, up to `blockSize` rows, in memory; above that the
 * logits are made in blocks, and again for the gradient.
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
  const total = counts.reduce((all, count) => all + count, 0);
  return tidy(() => {
    const scaled = div<Tensor2D>(l2NormalizeRows(anchors), temperature);
    const rows = l2NormalizeRows(positives);
    const all = normalizer([scaled, rows], counts, blockSize);
    const losses = sub<Tensor1D>(all, sum(mul(scaled, rows), 1));
    return div<Scalar>(dot(losses, tensor1d(counts)), total);
  });
}

/** Log-sum-exp over the batch: its shares are kept for the gradient, or made again in blocks where it is large. */
function normalizer(
  [anchors, candidates]: readonly [Tensor2D, Tensor2D],
  counts: Float32Array,
  blockSize: number,
): Tensor1D {
  const n = counts.length;
  if (n <= blockSize) return logSumExpOfWeightedProducts(anchors, candidates, counts);
  // ln n of a candidate's count is one more column of the product.
  const bias = tensor2d(counts.map(Math.log), [n, 1]);
  const wider = [
    concat<Tensor2D>([anchors, ones([n, 1])], 1),
    concat<Tensor2D>([candidates, bias], 1),
  ] as const;
  return logSumExpOfProducts(...wider, blockSize);
}
