import { checkShape, defineOptions, drawValues, type Draw } from '@mmrec/core';
import { add, div, softmax, tensor, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/** Options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** What the noisy logits are divided by, > 0: the lower, the nearer a row is to one-hot. */
  readonly temperature: number;
  /**
   * `rng.gumbel(name, shape)`: standard Gumbel noise, added to the logits. `rng.uniform(name, shape)`: logistic
   * noise, log δ − log(1 − δ), the difference of two Gumbel numbers. Absent: none, a plain softmax.
   */
  readonly noise?: Draw | undefined;
}

const options = defineOptions<{ temperature: number }>({
  temperature: {
    kind: 'number',
    default: 1,
    above: 0,
    description: 'What the noisy logits are divided by.',
  },
});

/**
 * Gumbel-softmax over the columns of each row: a differentiable sample of one column, softened.
 *
 * $$y_{ij} = \frac{\exp((h_{ij} + g_{ij}) / \tau)}{\sum_k \exp((h_{ik} + g_{ik}) / \tau)}$$
 *
 * Stable at any size of logits and any temperature. The gradient flows to the logits, not to the noise.
 *
 * @param logits - h, `[n, k]`, float32.
 * @param given - Temperature τ and noise g.
 * @returns `[n, k]`, rows that sum to 1.
 * @throws {RangeError} If the temperature is not positive, or the noise has another shape or distribution.
 * @see Jang et al., Categorical reparameterization with Gumbel-softmax, ICLR 2017.
 *   https://arxiv.org/abs/1611.01144
 * @example
 * ```ts
 * const noise = createRng(1).gumbel('step/1', [1, 2]);
 * gumbelSoftmax(tf.tensor2d([[0, 100]]), { temperature: 0.5, noise }) // => [[0, 1]]
 * gumbelSoftmax(tf.tensor2d([[0, 1]]), { temperature: 0.5 }) // => [[0.1192, 0.8808]]
 * ```
 */
export function gumbelSoftmax(
  logits: Tensor2D,
  { temperature: given, noise }: GumbelSoftmaxOptions,
): Tensor2D {
  const { temperature } = options.resolve('gumbelSoftmax', { temperature: given });
  checkShape('gumbelSoftmax', { logits }, [null, null]);
  if (noise) checkShape('gumbelSoftmax', { noise }, logits.shape);
  return tidy(() => {
    const noisy = noise ? add(logits, noiseOf(noise)) : logits;
    return softmax(div<Tensor2D>(noisy, temperature));
  });
}

function noiseOf(draw: Draw): Tensor {
  const values = drawValues(draw);
  const { kind } = draw.distribution;
  if (kind === 'gumbel') return tensor(values, [...draw.shape]);
  if (kind === 'uniform') return tensor(values.map(logit), [...draw.shape]);
  throw new RangeError(
    `gumbelSoftmax: noise must be drawn by rng.gumbel or rng.uniform, got '${kind}'.`,
  );
}

/** log δ − log(1 − δ). A δ of 0, which a multiple of 2⁻²⁴ may be, stands for half a multiple. */
function logit(delta: number): number {
  const inside = Math.max(delta, 2 ** -25);
  return Math.log(inside) - Math.log(1 - inside);
}
