import {
  add,
  addN,
  div,
  exp,
  matMul,
  maximum,
  mul,
  sub,
  tensor2d,
  tidy,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { withoutGradient } from '@mmrec/ops';

/** Parameters of {@link crossModalAttention}, `[d, d]` each; a head has d / heads columns of each. */
export interface AttentionWeights {
  readonly query: Tensor2D;
  readonly key: Tensor2D;
  readonly output: Tensor2D;
}

/**
 * Multi-head attention between the modalities' views of each node, then their mean, projected.
 *
 * $$\hat e^m = \Vert_h \sum_{m'} \operatorname{softmax}_{m'}\!\left(
 * \frac{(e^m W_h^Q) \cdot (e^{m'} W_h^K)}{\sqrt{d / H}} \right) e^{m'}_{[h]}, \qquad
 * \bar e = \tfrac{1}{|M|} \textstyle\sum_m \hat e^m W$$
 *
 * where $e_{[h]}$ are the columns of head h.
 *
 * @param views - One matrix a modality, `[n, d]` each, at least one.
 * @param numHeads - H, divides d.
 * @returns `[n, d]`.
 */
export function crossModalAttention(
  views: readonly Tensor2D[],
  { query, key, output }: AttentionWeights,
  numHeads: number,
): Tensor2D {
  return tidy(() => {
    const d = query.shape[0];
    const heads = headsOfColumns(d, numHeads); // [d, H]
    const scaled = div<Tensor2D>(query, Math.sqrt(d / numHeads));
    const queries = views.map((view): Tensor2D => matMul(view, scaled));
    const keys = views.map((view): Tensor2D => matMul(view, key));
    const attended = queries.flatMap((from) => {
      const logits = keys.map((to): Tensor2D => matMul(mul<Tensor2D>(from, to), heads)); // [n, H] each
      return softmaxAcross(logits).map((share, other) =>
        mul<Tensor2D>(views[other]!, matMul(share, heads, false, true)),
      );
    });
    return matMul(div<Tensor2D>(addN(attended), views.length), output);
  });
}

/** 1 where a column belongs to a head, `[d, H]`: sums over heads and spreading to columns are products with it. */
function headsOfColumns(d: number, numHeads: number): Tensor2D {
  const values = new Float32Array(d * numHeads);
  for (let column = 0; column < d; column++) {
    values[column * numHeads + Math.floor((column * numHeads) / d)] = 1;
  }
  return tensor2d(values, [d, numHeads]);
}

/** Softmax over a list of matrices, element by element. */
function softmaxAcross(logits: readonly Tensor2D[]): Tensor2D[] {
  // Any shift gives the same shares: the largest logit is a constant to the gradient.
  const largest = withoutGradient(() => logits.reduce((a, b) => maximum<Tensor2D>(a, b)));
  const powers = logits.map((logit) => exp(sub<Tensor2D>(logit, largest)));
  const total = powers.reduce((a, b) => add<Tensor2D>(a, b));
  return powers.map((power) => div<Tensor2D>(power, total));
}
