import type { Draw, Rng } from '@mmrec/core';
import {
  dropout,
  squaredNormsOfProduct,
  uniformBias,
  withoutGradient,
  xavierUniform,
  zerosVariable,
} from '@mmrec/ops';
import {
  add,
  leakyRelu,
  matMul,
  mul,
  sigmoid,
  square,
  step,
  sub,
  tensor1d,
  variable,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import {
  addRow,
  batchNorm,
  batchNormGradient,
  standardize,
  type Standardized,
} from './batch-norm.js';

/** What a critic is made of. */
export interface CriticInputs {
  readonly numItems: number;
  /** Widths of its two layers. */
  readonly widths: readonly [number, number];
  /** Dropout of its two layers. */
  readonly dropout: readonly [number, number];
  /** Slope of the LeakyReLU below 0. */
  readonly slope: number;
  /** What the sigmoid is multiplied by. */
  readonly scale: number;
  readonly rng: Rng;
}

/** A layer's pass, as its gradient needs it. */
interface LayerPass {
  readonly output: Tensor2D;
  /** What batch norm was applied to. */
  readonly activation: Tensor2D;
  readonly statistics: Standardized;
  /** Slope of the LeakyReLU at each number; absent: 1 everywhere. */
  readonly slopes: Tensor2D | undefined;
  readonly mask: Draw | undefined;
}

/** A pass of the critic over a batch of rows. */
export interface CriticPass {
  /** D, `[rows, 1]` */
  readonly scores: Tensor2D;
  readonly layers: readonly [LayerPass, LayerPass];
  readonly probability: Tensor2D;
}

/** The discriminator over users' rows of the interaction matrix. */
export interface Critic {
  readonly parameters: Readonly<Record<string, Variable>>;
  /** W of the first layer, `[numItems, width]`: what rows are multiplied by. */
  readonly firstWeight: Tensor2D;
  /**
   * Judges rows that have been multiplied by {@link firstWeight}. Batch norm is in training mode: the
   * rows of a batch are judged together.
   */
  judge(products: Tensor2D, draw: Rng): CriticPass;
  /**
   * Squared norms of the gradient of all rows' scores for each input row, `[rows]`, from forward
   * operations alone, so that they can be differentiated.
   */
  squaredInputGradients(pass: CriticPass): Tensor1D;
}

/** Makes a critic, $D(a) = s\,\sigma(FC(\Gamma(\Gamma(a))))$ with $\Gamma = Drop \circ BN \circ LeakyReLU \circ Linear$. */
export function createCritic({
  numItems,
  widths,
  dropout: rates,
  slope,
  scale,
  rng,
}: CriticInputs): Critic {
  const layer = (index: 0 | 1) => {
    const rows = index === 0 ? numItems : widths[0];
    const columns = widths[index];
    const source = rng.fork(`critic/${index}`);
    return {
      weight: xavierUniform({ rows, columns, rng: source.fork('weight') }),
      bias: uniformBias(rows, columns, source.fork('bias')),
      scale: onesVariable(columns),
      shift: zerosVariable([columns]),
    };
  };
  const layers = [layer(0), layer(1)] as const;
  const output = {
    weight: xavierUniform({ rows: widths[1], columns: 1, rng: rng.fork('critic/output/weight') }),
    bias: uniformBias(widths[1], 1, rng.fork('critic/output/bias')),
  };

  function pass(index: 0 | 1, products: Tensor2D, draw: Rng): LayerPass {
    const { bias, scale: gamma, shift } = layers[index];
    const rate = rates[index];
    const linear = addRow(products, bias as Tensor1D);
    const activation = slope === 1 ? linear : leakyRelu(linear, slope);
    const statistics = standardize(activation);
    const normed = batchNorm([activation, gamma as Tensor1D, shift as Tensor1D], statistics);
    const mask = rate > 0 ? draw.dropoutMask(`critic/${index}`, normed.shape, rate) : undefined;
    return {
      output: mask ? dropout(normed, mask) : normed,
      ...{ activation, statistics, mask },
      slopes: slope === 1 ? undefined : withoutGradient(() => step(linear, slope)),
    };
  }

  /** Gradient for a layer's products from that of its output. */
  function back(index: 0 | 1, made: LayerPass, gradient: Tensor2D): Tensor2D {
    const { activation, statistics, slopes, mask } = made;
    const ofNormed = mask ? dropout(gradient, mask) : gradient;
    const gamma = layers[index].scale as Tensor1D;
    const ofActivation = batchNormGradient([activation, gamma, ofNormed], statistics);
    return slopes ? mul<Tensor2D>(ofActivation, slopes) : ofActivation;
  }

  const weightOf = (index: 0 | 1) => layers[index].weight as Tensor2D;
  return {
    parameters: Object.fromEntries([
      ...layers.flatMap((each, index) =>
        Object.entries(each).map(([name, parameter]) => [`critic/${index}/${name}`, parameter]),
      ),
      ...Object.entries(output).map(([name, parameter]) => [`critic/output/${name}`, parameter]),
    ]) as Record<string, Variable>,
    firstWeight: weightOf(0),
    judge: (products, draw) => {
      const first = pass(0, products, draw);
      const second = pass(1, matMul(first.output, weightOf(1)), draw);
      const logits = add<Tensor2D>(
        matMul(second.output, output.weight as Tensor2D),
        output.bias as Tensor1D,
      );
      const probability = sigmoid(logits);
      return { scores: mul(probability, scale), layers: [first, second], probability };
    },
    squaredInputGradients: ({ layers: [first, second], probability }) => {
      const ofLogits = mul<Tensor2D>(sub(probability, square(probability)), scale); // [rows, 1]
      const ofSecond = matMul(ofLogits, output.weight as Tensor2D, false, true) as Tensor2D;
      const ofFirst = matMul(back(1, second, ofSecond), weightOf(1), false, true) as Tensor2D;
      return squaredNormsOfProduct(back(0, first, ofFirst), weightOf(0));
    },
  };
}

function onesVariable(size: number): Variable {
  const start = tensor1d(new Float32Array(size).fill(1));
  const result = variable(start) as Variable;
  start.dispose();
  return result;
}
