import { checkSameShape, checkShape, defineOptions } from '@mmrec/core';
import { l2NormalizeRows, withoutGradient } from '@mmrec/ops';
import {
  add,
  concat,
  div,
  exp,
  eye,
  log,
  matMul,
  max,
  mul,
  neg,
  squeeze,
  sub,
  sum,
  tidy,
  zeros,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** Options of {@link twoViewInfoNceLoss}. */
export interface TwoViewInfoNceOptions {
  /** What cosines are divided by, > 0. */
  temperature: number;
  /** Added to the probability before its logarithm, ≥ 0; MMSSL's code has 1e-8. */
  epsilon: number;
}

const options = defineOptions<TwoViewInfoNceOptions>({
  temperature: {
    kind: 'number',
    default: 0.5,
    above: 0,
    description: 'What cosines are divided by.',
  },
  epsilon: { kind: 'number', default: 0, min: 0, description: 'Added to the probability.' },
});

/** Takes an anchor's similarity with itself out of a sum of exponentials. */
const away = -1e9;

/**
 * InfoNCE loss of each row of one view, in nats: its counterpart in the other view against all rows of
 * both views but itself.
 *
 * $$\ell_i = -\ln \left( \frac{e^{\cos(a_i, b_i)/\tau}}
 * {\sum_j e^{\cos(a_i, b_j)/\tau} + \sum_{j \ne i} e^{\cos(a_i, a_j)/\tau}} + \epsilon \right)$$
 *
 * Log-sum-exp, stable at any temperature; a matrix of batch × 2 batch numbers is made. A row of zeros
 * has cosine 0 with everything. One direction, not reduced: MMSSL takes the mean over the batch's users.
 *
 * @param anchors - a, `[batch, d]`.
 * @param counterparts - b, `[batch, d]`; row i belongs to anchor i.
 * @param given - `temperature` (0.5) and `epsilon` (0).
 * @returns Loss per anchor, `[batch]`.
 * @throws {RangeError} If the shapes differ or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see Wei et al., Multi-modal self-supervised learning for recommendation, WWW 2023, §3.3.2.
 *   https://arxiv.org/abs/2302.10632
 * @example
 * ```ts
 * const rows = tf.tensor2d([[1, 0], [0, 1]]);
 * twoViewInfoNceLoss(rows, rows, { temperature: 1 }) // => [0.5514, 0.5514]
 * ```
 */
export function twoViewInfoNceLoss(
  anchors: Tensor2D,
  counterparts: Tensor2D,
  given: Partial<TwoViewInfoNceOptions> = {},
): Tensor1D {
  const { temperature, epsilon } = options.resolve('twoViewInfoNceLoss', given);
  checkSameShape('twoViewInfoNceLoss', { anchors, counterparts });
  checkShape('twoViewInfoNceLoss', { anchors }, [null, null]);
  return tidy((): Tensor1D => {
    const [batch] = anchors.shape;
    const a = l2NormalizeRows(anchors);
    const b = l2NormalizeRows(counterparts);
    const scaled = div<Tensor2D>(a, temperature);
    const similarities = matMul(scaled, concat([a, b]) as Tensor2D, false, true); // [batch, 2 batch]
    const self = concat([mul(eye(batch), away), zeros([batch, batch])], 1);
    const all = logSumExpOfRows(add(similarities, self));
    const own = sum<Tensor1D>(mul(scaled, b), 1);
    if (epsilon === 0) return sub(all, own);
    return neg(log(add<Tensor1D>(exp(sub(own, all)), epsilon)));
  });
}

/** Log-sum-exp of each row, whose largest number is a constant to the gradient: any shift gives the same. */
function logSumExpOfRows(x: Tensor2D): Tensor1D {
  const largest = withoutGradient(() => max<Tensor2D>(x, 1, true)); // [rows, 1]
  const shifted = log(sum<Tensor1D>(exp(sub(x, largest)), 1));
  return add(shifted, squeeze<Tensor1D>(largest, [1]));
}
