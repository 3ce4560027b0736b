import { checkShape, defineOptions, drawValues, type Draw } from '@mmrec/core';
import {
  add,
  customGrad,
  div,
  engine,
  mul,
  softmax,
  sub,
  sum,
  tensor,
  tidy,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { tensorMemory } from './tensor-memory.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

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
 * Stable at any size of logits and any temperature. The gradient flows to the logits, not to the noise. It can be
 * differentiated once.
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
  if (noise) checkNoise(noise, logits.shape);
  const operation = customGrad((...inputs) => {
    const [h, save] = inputs as [Tensor2D, (tensors: Tensor[]) => void];
    const memory = tensorMemory();
    const y = memory
      ? valueInKernels(memory, h, { temperature, noise })
      : tidy(() => softmax(div<Tensor2D>(noise ? add(h, valuesOf(noise)) : h, temperature)));
    save([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        memory
          ? gradientInKernels(memory, [saved[0]!, dy], temperature)
          : composedGradient([saved[0]!, dy], temperature),
    };
  });
  return operation(logits) as Tensor2D;
}

function valueInKernels(
  memory: TensorMemory,
  logits: Tensor2D,
  { temperature, noise }: GumbelSoftmaxOptions,
): Tensor2D {
  const { runtime } = memory;
  const [count, columns] = logits.shape;
  const x = memory.read(logits);
  const { tensor: result, pointer } = memory.create(logits.shape, 'float32');
  // Gumbel noise is made where it is used, any other beforehand.
  const key = noise?.distribution.kind === 'gumbel' && 'key' in noise.source && noise.source.key;
  const block = noise && !key ? runtime.upload(numbersOf(noise)) : undefined;
  runtime.parallel('gumbelSoftmaxRows', { count, cost: 20 * columns }, (from, to) => [
    ...[x + 4 * from * columns, from, to - from, columns, Number(Boolean(key))],
    ...[block ? block.pointer + 4 * from * columns : 0, ...(key || [0, 0])],
    ...[temperature, pointer + 4 * from * columns],
  ]);
  block?.release();
  return engine().makeTensorFromTensorInfo(result) as Tensor2D;
}

/** `y (dy − y · dy) / temperature`, row by row. */
function gradientInKernels(
  memory: TensorMemory,
  [y, dy]: readonly [Tensor, Tensor],
  temperature: number,
): Tensor {
  const [count, columns] = y.shape as [number, number];
  const [from, along] = [memory.read(y), memory.read(dy)];
  const { tensor: result, pointer } = memory.create(y.shape, 'float32');
  memory.runtime.parallel('softmaxRowsGradient', { count, cost: 2 * columns }, (start, end) => {
    const offset = 4 * start * columns;
    return [from + offset, along + offset, end - start, columns, temperature, pointer + offset];
  });
  return engine().makeTensorFromTensorInfo(result);
}

function composedGradient([y, dy]: readonly [Tensor, Tensor], temperature: number): Tensor {
  return tidy(() => {
    const along = sum(mul(y, dy), 1, true);
    return div(mul(y, sub(dy, along)), temperature);
  });
}

function checkNoise(noise: Draw, shape: readonly number[]): void {
  checkShape('gumbelSoftmax', { noise }, shape);
  const { kind } = noise.distribution;
  if (kind === 'gumbel' || kind === 'uniform') return;
  throw new RangeError(
    `gumbelSoftmax: noise must be drawn by rng.gumbel or rng.uniform, got '${kind}'.`,
  );
}

const valuesOf = (noise: Draw) => tensor(numbersOf(noise), [...noise.shape]);

function numbersOf(noise: Draw): Float32Array {
  const values = drawValues(noise);
  return noise.distribution.kind === 'uniform' ? values.map(logit) : values;
}

/** log δ − log(1 − δ). A δ of 0, which a multiple of 2⁻²⁴ may be, stands for half a multiple. */
function logit(delta: number): number {
  const inside = Math.max(delta, 2 ** -25);
  return Math.log(inside) - Math.log(1 - inside);
}
