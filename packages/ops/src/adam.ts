import { checkSameShape, defineOptions } from '@mmrec/core';
import { dispose, keep, Tensor, zerosLike, type Variable } from '@tensorflow/tfjs-core';
import { takeStep, type Moments, type Step } from './adam-step.js';
import type { Gradient } from './gradients.js';

/** Options of {@link createAdam}. */
export interface AdamOptions {
  /** Step size. Default 1e-3. */
  learningRate: number;
  /** Decay of the running mean of gradients, `[0, 1)`. Default 0.9. */
  beta1: number;
  /** Decay of the running mean of squared gradients, `[0, 1)`. Default 0.999. */
  beta2: number;
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon: number;
  /** Weight decay, `≥ 0`. Default 0. */
  weightDecay: number;
  /**
   * Whether weight decay shrinks the parameter itself (AdamW) or is added to the gradient (Adam with L2).
   * Default true; without weight decay there is no difference.
   */
  decoupled: boolean;
  /**
   * What happens to the rows of a table that a batch doesn't touch, where the gradient is given by rows.
   * `false` (the default): the same as with a dense gradient, bit for bit; they move on by their running means.
   * `true`: they and their moments stay as they are until a batch touches them again (`LazyAdam`), which saves
   * the memory traffic of the whole table; bias corrections go by the number of all steps.
   */
  lazy: boolean;
}

/** Rules and defaults of {@link AdamOptions}. */
export const adamOptions = defineOptions<AdamOptions>({
  learningRate: { kind: 'number', default: 1e-3, above: 0, description: 'Step size.' },
  beta1: {
    kind: 'number',
    default: 0.9,
    min: 0,
    below: 1,
    description: 'Decay of the mean gradient.',
  },
  beta2: {
    kind: 'number',
    default: 0.999,
    min: 0,
    below: 1,
    description: 'Decay of the mean square.',
  },
  epsilon: { kind: 'number', default: 1e-8, above: 0, description: 'Added to the denominator.' },
  weightDecay: { kind: 'number', default: 0, min: 0, description: 'Weight decay.' },
  decoupled: {
    kind: 'boolean',
    default: true,
    description: 'AdamW rather than L2 in the gradient.',
  },
  lazy: {
    kind: 'boolean',
    default: false,
    description: 'Rows without a gradient stay as they are.',
  },
});

/** An optimiser with its state. */
export interface Optimizer {
  /** Step size of the next step; schedules set it. */
  learningRate: number;
  /**
   * Changes parameters by one step. A parameter without a gradient stays as it is, its state too.
   *
   * @param gradients - By the parameters' names; the caller disposes them.
   */
  step(gradients: Readonly<Record<string, Tensor | Gradient>>): void;
  /** Steps taken. */
  readonly steps: number;
  /** First and second moments by parameter: the optimiser's own tensors, to be saved. */
  readonly state: OptimizerState;
  /**
   * Goes on where another optimiser of the same parameters stood, which was saved.
   *
   * @param from - Steps taken and moments; the tensors become this optimiser's own.
   * @throws {RangeError} If a parameter has no moments, or moments of another shape.
   */
  restore(from: { readonly steps: number; readonly state: OptimizerState }): void;
  dispose(): void;
}

/** First and second moments by parameter. */
type OptimizerState = Readonly<Record<string, { readonly m: Tensor; readonly v: Tensor }>>;

/**
 * Adam, or AdamW with `weightDecay`, over named parameters.
 *
 * $$m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
 * p \leftarrow p - \eta\, \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \epsilon}$$
 *
 * Gradients may be dense or given by rows ({@link valueAndGradients}); the result is the same: a row that a
 * batch didn't touch still moves by its running mean, unless `lazy` is set. On `wasm` and `cpu` a step is one
 * pass over each parameter's memory, 24 bytes a number, and allocates nothing of the parameter's size.
 *
 * @param parameters - Variables by name; they are changed in place.
 * @throws {TypeError | RangeError} For options out of range.
 * @see Kingma and Ba, Adam, ICLR 2015, §2. https://arxiv.org/abs/1412.6980
 * @see Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2.
 */
export function createAdam(
  parameters: Readonly<Record<string, Variable>>,
  options: Partial<AdamOptions> = {},
): Optimizer {
  const resolved = adamOptions.resolve('createAdam', options);
  const { beta1, beta2, epsilon, weightDecay, decoupled, learningRate, lazy } = resolved;
  const state: Record<string, Moments> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    state[name] = { m: keep(zerosLike(parameter)), v: keep(zerosLike(parameter)) };
  }
  let steps = 0;
  const optimizer: Optimizer = {
    learningRate,
    state,
    get steps() {
      return steps;
    },
    step: (gradients) => {
      steps++;
      const step: Step = {
        ...{ beta1, beta2, epsilon, lazy },
        rate: optimizer.learningRate / (1 - beta1 ** steps),
        correction: 1 / Math.sqrt(1 - beta2 ** steps),
        decay: decoupled ? 1 - optimizer.learningRate * weightDecay : 1,
        penalty: decoupled ? 0 : weightDecay,
      };
      for (const [name, parameter] of Object.entries(parameters)) {
        const gradient = gradients[name];
        if (!gradient) continue;
        const given = gradient instanceof Tensor ? { dense: gradient } : gradient;
        state[name] = takeStep(parameter, given, { ...state[name]!, step });
      }
    },
    restore: (from) => {
      for (const [name, parameter] of Object.entries(parameters)) {
        const given = from.state[name];
        if (!given) throw new RangeError(`restore: ${name} must have moments, got none.`);
        checkSameShape('restore', { [name]: parameter, m: given.m, v: given.v });
      }
      for (const name of Object.keys(parameters)) {
        dispose([state[name]!.m, state[name]!.v]);
        const { m, v } = from.state[name]!;
        state[name] = { m: keep(m), v: keep(v) };
      }
      steps = from.steps;
    },
    dispose: () => {
      for (const { m, v } of Object.values(state)) dispose([m, v]);
    },
  };
  return optimizer;
}
