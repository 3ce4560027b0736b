import { checkSameShape } from '@mmrec/core';
import { neg, softplus, sub, tidy, type Tensor1D } from '@tensorflow/tfjs-core';

/**
 * Bayesian Personalized Ranking (BPR) loss of each triple, in nats.
 *
 * $$\ell = -\ln \sigma(s^{+} - s^{-})$$
 *
 * Computed as `softplus(s⁻ − s⁺)`: finite for any gap. Not reduced: models take the mean over the batch.
 *
 * @param positiveScores - Scores of observed items, `[batch]`.
 * @param negativeScores - Scores of sampled unobserved items, `[batch]`.
 * @returns Loss per triple, `[batch]`.
 * @throws {RangeError} If the shapes differ.
 * @see Rendle et al., BPR, UAI 2009, §4.1. https://arxiv.org/abs/1205.2618
 * @example
 * ```ts
 * bprLoss(tf.tensor1d([2, 0]), tf.tensor1d([0, 0])) // => [0.1269, 0.6931]
 * ```
 */
export function bprLoss(positiveScores: Tensor1D, negativeScores: Tensor1D): Tensor1D {
  checkSameShape('bprLoss', { positiveScores, negativeScores });
  return tidy(() => softplus(sub<Tensor1D>(negativeScores, positiveScores)));
}

/**
 * {@link bprLoss} from the gaps between the two scores, $s^{+} - s^{-}$, as `tripletGaps` of `@mmrec/ops` gives
 * them without copying a batch's rows.
 *
 * @param gaps - `[batch]`.
 * @returns Loss per triple, `[batch]`.
 * @see Rendle et al., BPR, UAI 2009, §4.1. https://arxiv.org/abs/1205.2618
 * @example
 * ```ts
 * bprLossOfGaps(tf.tensor1d([2, 0])) // => [0.1269, 0.6931]
 * ```
 */
export function bprLossOfGaps(gaps: Tensor1D): Tensor1D {
  return tidy(() => softplus(neg(gaps)));
}
