import {
  add,
  div,
  dispose,
  engine,
  keep,
  mul,
  sqrt,
  square,
  sub,
  tidy,
  zerosLike,
  type NamedTensorMap,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { defineOptions } from '@mmrec/core';
import { wasmRuntime } from './wasm-runtime.js';

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
  step(gradients: NamedTensorMap): void;
  /** Steps taken. */
  readonly steps: number;
  /** First and second moments by parameter: the optimiser's own tensors, to be saved. */
  readonly state: Readonly<Record<string, { readonly m: Tensor; readonly v: Tensor }>>;
  dispose(): void;
}

interface Moments {
  readonly m: Tensor;
  readonly v: Tensor;
}

interface Step {
  readonly beta1: number;
  readonly beta2: number;
  /** Learning rate over the first moment's bias correction. */
  readonly rate: number;
  /** One over the root of the second moment's bias correction. */
  readonly correction: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly penalty: number;
}

/**
 * Adam, or AdamW with `weightDecay`, over named parameters.
 *
 * $$m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
 * p \leftarrow p - \eta\, \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \epsilon}$$
 *
 * Gradients are dense: a row that a batch didn't touch still moves by its running mean. On `wasm` and
 * `cpu` a step is one pass over each parameter's memory and allocates nothing.
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
  const { beta1, beta2, epsilon, weightDecay, decoupled, learningRate } = adamOptions.resolve(
    'createAdam',
    options,
  );
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
        beta1,
        beta2,
        epsilon,
        rate: optimizer.learningRate / (1 - beta1 ** steps),
        correction: 1 / Math.sqrt(1 - beta2 ** steps),
        decay: decoupled ? 1 - optimizer.learningRate * weightDecay : 1,
        penalty: decoupled ? 0 : weightDecay,
      };
      for (const [name, parameter] of Object.entries(parameters)) {
        const gradient = gradients[name];
        if (gradient) state[name] = stepOne(parameter, gradient, { ...state[name]!, step });
      }
    },
    dispose: () => {
      for (const { m, v } of Object.values(state)) dispose([m, v]);
    },
  };
  return optimizer;
}

/** Moves one parameter, in place where the back end's memory can be reached. */
function stepOne(
  parameter: Variable,
  gradient: Tensor,
  { m, v, step }: Moments & { step: Step },
): Moments {
  const { backendName, backend } = engine();
  if (backendName !== 'wasm' && backendName !== 'cpu')
    return stepWithTensors(parameter, gradient, { m, v, step });
  unshare(parameter);
  const { beta1, beta2, rate, correction, epsilon, decay, penalty } = step;
  if (backendName === 'wasm') {
    const runtime = wasmRuntime(backend as BackendWasm);
    runtime.kernels.adam(
      parameter.size,
      ...[gradient, parameter, m, v].map(({ dataId }) => runtime.pointer(dataId)),
      ...[beta1, 1 - beta1, beta2, 1 - beta2, rate, correction, epsilon, decay, penalty],
    );
  } else {
    const [p, g, means, squares] = [parameter, gradient, m, v].map(
      ({ dataId }) => backend.readSync(dataId) as Float32Array,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (let at = 0; at < p.length; at++) {
      const slope = g[at]! + penalty * p[at]!;
      const mean = beta1 * means[at]! + (1 - beta1) * slope;
      const meanSquare = beta2 * squares[at]! + (1 - beta2) * slope * slope;
      means[at] = mean;
      squares[at] = meanSquare;
      p[at] = decay * p[at]! - (rate * mean) / (Math.sqrt(meanSquare) * correction + epsilon);
    }
  }
  return { m, v };
}

/** Gives a parameter data of its own when another tensor looks at it, so that changing it changes no other. */
function unshare(parameter: Variable): void {
  const { backend } = engine();
  if (backend.refCount(parameter.dataId) <= 1) return;
  const values = backend.readSync(parameter.dataId).slice() as Float32Array;
  const copy = engine().makeTensor(values, parameter.shape, 'float32');
  parameter.assign(copy);
  copy.dispose();
}

/** The same step with the back end's own operations. */
function stepWithTensors(
  parameter: Variable,
  gradient: Tensor,
  { m, v, step }: Moments & { step: Step },
): Moments {
  const { beta1, beta2, rate, correction, epsilon, decay, penalty } = step;
  return tidy(() => {
    const slope = penalty === 0 ? gradient : add(gradient, mul(parameter, penalty));
    const mean = keep(add(mul(m, beta1), mul(slope, 1 - beta1)));
    const meanSquare = keep(add(mul(v, beta2), mul(square(slope), 1 - beta2)));
    const move = div(mul(mean, rate), add(mul(sqrt(meanSquare), correction), epsilon));
    parameter.assign(sub(decay === 1 ? parameter : mul(parameter, decay), move));
    dispose([m, v]);
    return { m: mean, v: meanSquare };
  });
}
